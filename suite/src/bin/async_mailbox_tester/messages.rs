//! Messages that arrive (AM-1, AM-2, AM-4, AM-5).

use pw_status::Result;
use suite::capsule::{Message, Notice, Party, Way, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    CLOSE, FIRST, SECOND, SWAP, allow, closes, forbid, from, introduce, look, meet, meets, message,
    notice, open, opens, read, send, told,
};

fn whole(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    for lengths in [[0, 1, 2], [3, 4, 5], [7, 8, 9], [0, 0, 0], [16, 33, 23], [0, 96, 0]] {
        for (number, bytes) in lengths.into_iter().enumerate() {
            let seed = if bytes == 0 { 0 } else { number as u8 + 1 };
            must(case, own.does(send(way, first, 0).giving(seed, bytes)))?;
            if lengths[1] == 96 {
                FIRST.must(case, SWAP)?;
                case.equal(read(FIRST.does(message(0))), {
                    Ok(Message { from: tester, len: bytes.into(), seed })
                });
            }
        }
        if lengths[1] == 96 {
            continue;
        }
        case.equal_for(lengths, FIRST.does(SWAP), Ok(3));
        for (number, bytes) in lengths.into_iter().enumerate() {
            let seed = if bytes == 0 { 0 } else { number as u8 + 1 };
            let expected = Ok(Message { from: tester, len: bytes.into(), seed });
            let found = read(FIRST.does(message(number as u8)));
            case.equal_for((lengths, number), found, expected);
        }
    }
    FIRST.must(case, notice(way))?;
    closes(case, FIRST, tester)
}

pub(crate) fn arrive(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "AM-1 AM-2 AB-6 messages of any length arrive whole, in their order, with their sender",
        |case, way| whole(case, own, way),
    );
}

fn each_other(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    meets(case, own, SECOND)?;
    let second = meet(case, own, SECOND)?;
    introduce(case, SECOND, FIRST)?;
    introduce(case, FIRST, SECOND)?;
    FIRST.must(case, allow(second))?;
    for id in [first, second] {
        must(case, own.does(allow(id)))?;
    }
    must(case, own.does(open(way)))?;
    FIRST.must(case, send(way, tester, 1))?;
    SECOND.must(case, send(way, tester, 2))?;
    SECOND.must(case, send(way, first, 3))?;
    must(case, own.does(send(way, first, 4)))?;
    FIRST.must(case, send(way, tester, 5))?;
    case.equal(told(own.does(notice(way))), Ok(Notice::Messages(3, 24, 0)));
    case.equal(own.does(SWAP), Ok(3));
    for (place, expected) in
        [from(first, 1), from(second, 2), from(first, 5)].into_iter().enumerate()
    {
        case.equal(read(own.does(message(place as u8))), expected);
    }
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(2, 16, 0)));
    case.equal(FIRST.does(SWAP), Ok(2));
    case.equal(read(FIRST.does(message(0))), from(second, 3));
    case.equal(read(FIRST.does(message(1))), from(tester, 4));
    must(case, own.does(CLOSE))?;
    for id in [first, second] {
        must(case, own.does(forbid(id)))?;
    }
    FIRST.must(case, forbid(second))?;
    closes(case, FIRST, tester)
}

fn itself(case: &mut Case, way: Way) -> Result<()> {
    let id = introduce(case, FIRST, FIRST)?;
    FIRST.must(case, allow(id))?;
    FIRST.must(case, open(way))?;
    FIRST.must(case, send(way, id, 1))?;
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(1, 8, 0)));
    case.equal(FIRST.does(SWAP), Ok(1));
    case.equal(read(FIRST.does(message(0))), from(id, 1));
    closes(case, FIRST, id)
}

pub(crate) fn both_directions(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "AM-5 two processes send to each other, and a third to both",
        |case, way| each_other(case, own, way),
    );
    each_of(report, &Way::AT_ONCE, "AM-5 CP-5 a process may send to itself", |case, way| {
        itself(case, way)
    });
}

fn since_the_last(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    FIRST.begins(notice(way))?;
    case.holds(!FIRST.is_done());
    must(case, own.does(send(way, first, 1)))?;
    case.equal(told(FIRST.came_to()), Ok(Notice::Messages(1, 8, 0)));
    for bytes in [8, 0, 3] {
        must(case, own.does(send(way, first, 2).giving(2, bytes)))?;
    }
    // What is swapped out is counted still.
    case.equal(FIRST.does(SWAP), Ok(4));
    must(case, own.does(send(way, first, 3)))?;
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(4, 19, 0)));
    case.equal(FIRST.does(look(0)), Ok(0));
    closes(case, FIRST, tester)
}

fn in_time(case: &mut Case, own: &mut Party) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, Way::Deadline)?;
    let late = notice(Way::Deadline).within(20);
    let expected = suite::capsule::failed(pw_status::Error::DeadlineExceeded);
    case.equal(FIRST.does(late), expected);
    must(case, own.does(send(Way::Plain, first, 1)))?;
    case.equal(told(FIRST.does(late)), Ok(Notice::Messages(1, 8, 0)));
    case.equal(FIRST.does(late), expected);
    closes(case, FIRST, tester)
}

pub(crate) fn counted(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "AM-4 CP-2 upcall 0 counts what came since the last, however late it is taken",
        |case, way| since_the_last(case, own, way),
    );
    report.case("AM-4 CP-6 a wait for messages has a deadline", |case| in_time(case, own));
}

pub(crate) fn swapped(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "CP-3 AM-2 swapping the buffers loses nothing and repeats nothing",
        |case, way| {
            let (first, tester) = opens(case, own, FIRST, way)?;
            case.equal(FIRST.does(SWAP), Ok(0));
            for round in 0..4u8 {
                for more in 0..=round {
                    must(case, own.does(send(way, first, 10 * round + more + 1)))?;
                }
                case.equal(FIRST.does(SWAP), Ok(u64::from(round) + 1));
                for more in 0..=round {
                    let found = read(FIRST.does(message(more)));
                    case.equal(found, from(tester, 10 * round + more + 1));
                }
            }
            case.equal(FIRST.does(SWAP), Ok(0));
            FIRST.must(case, notice(way))?;
            closes(case, FIRST, tester)?;
            // Nothing allowed and nothing listed is left.
            case.equal(own.does(send(way, first, 1)), code(ErrorCode::Off));
            Ok(())
        },
    );
}
