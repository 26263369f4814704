//! Processes that end (AM-4, PR-4, PR-9).

use pw_status::Result;
use suite::capsule::{Came, Notice, Party, Way, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    CLOSE, FIRST, SECOND, SWAP, allow, forbid, from, introduce, look, meet, meets, message, notice,
    open, opens, read, send, told,
};

/// That this process has ended.
fn ended(id: u32) -> Option<Came> {
    Some(Came([id as usize, 0, 0]))
}

fn each_once(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let [first, second] = [meet(case, own, FIRST)?, meet(case, own, SECOND)?];
    for id in [first, second] {
        must(case, own.does(allow(id)))?;
    }
    must(case, own.does(open(way)))?;
    case.equal(own.does(look(1)), Ok(0));
    FIRST.restart(case)?;
    case.equal(told(own.does(notice(way))), Ok(Notice::Ended(first)));
    case.equal(own.does(look(1)), Ok(0));
    // Its next life is another, which is not on the list.
    let next = meet(case, own, FIRST)?;
    FIRST.restart(case)?;
    case.equal(own.does(look(1)), Ok(0));
    // Two ends before anybody looks are two, in some order.
    let last = meet(case, own, FIRST)?;
    must(case, own.does(allow(last)))?;
    FIRST.restart(case)?;
    SECOND.restart(case)?;
    let mut both = [0; 2];
    for id in &mut both {
        match told(own.does(notice(way))) {
            Ok(Notice::Ended(of)) => *id = of,
            other => case.equal(other, Ok(Notice::Ended(last))),
        }
    }
    case.holds(both == [last, second] || both == [second, last]);
    case.equal(own.does(look(1)), Ok(0));
    must(case, own.does(CLOSE))?;
    for id in [first, second, last] {
        must(case, own.does(forbid(id)))?;
    }
    case.holds(next != last);
    Ok(())
}

fn told_later(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let [first, second] = [meet(case, own, FIRST)?, meet(case, own, SECOND)?];
    FIRST.restart(case)?;
    for id in [first, second] {
        must(case, own.does(allow(id)))?;
    }
    case.equal(own.does(look(1)), Ok(0));
    must(case, own.does(open(way)))?;
    case.equal(own.does(look(1)).map(Came::from_value), Ok(ended(first)));
    case.equal(own.does(look(1)), Ok(0));
    must(case, own.does(CLOSE))?;
    SECOND.restart(case)?;
    case.equal(own.does(look(1)), Ok(0));
    must(case, own.does(open(way)))?;
    case.equal(own.does(look(1)).map(Came::from_value), Ok(ended(second)));
    case.equal(own.does(look(1)), Ok(0));
    must(case, own.does(CLOSE))?;
    for id in [first, second] {
        must(case, own.does(forbid(id)))?;
    }
    Ok(())
}

pub(crate) fn of_listed(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "AM-4 PR-4 each end of a process on the list is told, once",
        |case, way| each_once(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "AM-4 an end before the list was made, or while nothing was taken, is told then",
        |case, way| told_later(case, own, way),
    );
}

pub(crate) fn of_senders(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "AM-2 AM-4 what a process has sent stays when it ends, and is nobody else's",
        |case, way| {
            let tester = meets(case, own, FIRST)?;
            let first = meet(case, own, FIRST)?;
            must(case, own.does(allow(first)))?;
            must(case, own.does(open(way)))?;
            FIRST.must(case, send(way, tester, 1))?;
            FIRST.restart(case)?;
            // Not known, and when it is, not on the list.
            case.equal(FIRST.does(send(way, tester, 2)), code(ErrorCode::NoDevice));
            meets(case, own, FIRST)?;
            case.equal(FIRST.does(send(way, tester, 2)), code(ErrorCode::NoAcknowledge));
            let next = meet(case, own, FIRST)?;
            case.equal(FIRST.does(send(way, tester, 2)), code(ErrorCode::NoAcknowledge));
            must(case, own.does(allow(next)))?;
            FIRST.must(case, send(way, tester, 3))?;
            case.equal(own.does(SWAP), Ok(2));
            case.equal(read(own.does(message(0))), from(first, 1));
            case.equal(read(own.does(message(1))), from(next, 3));
            must(case, own.does(look(0)))?;
            must(case, own.does(look(1)))?;
            must(case, own.does(CLOSE))?;
            for id in [first, next] {
                must(case, own.does(forbid(id)))?;
            }
            Ok(())
        },
    );
}

pub(crate) fn of_receivers(report: &mut Report, own: &mut Party) {
    each_of(report, &Way::ALL, "PR-9 CP-5 of a receiver that ends nothing is left", |case, way| {
        let (first, tester) = opens(case, own, FIRST, way)?;
        let second = introduce(case, SECOND, FIRST)?;
        FIRST.must(case, allow(second))?;
        must(case, own.does(send(way, first, 1)))?;
        case.equal(own.does(send(way, first, 1).giving(1, 200)), code(ErrorCode::NoMemory));
        SECOND.restart(case)?;
        FIRST.end(case)?;
        case.equal(own.does(send(way, first, 2)), code(ErrorCode::NoDevice));
        FIRST.start()?;
        case.equal(own.does(send(way, first, 2)), code(ErrorCode::NoDevice));
        let next = meet(case, own, FIRST)?;
        case.equal(own.does(send(way, next, 2)), code(ErrorCode::Off));
        case.equal(FIRST.does(look(0)), Ok(0));
        case.equal(FIRST.does(look(1)), Ok(0));
        // The next life takes messages when it says so.
        let (again, _) = opens(case, own, FIRST, way)?;
        case.equal(again, next);
        must(case, own.does(send(way, next, 3)))?;
        case.equal(FIRST.does(SWAP), Ok(1));
        case.equal(read(FIRST.does(message(0))), from(tester, 3));
        // It hears of the second's end, which its last life was not told of, if it wants to.
        FIRST.must(case, allow(second))?;
        if way == Way::Plain {
            let came = FIRST.does(look(1)).map(Came::from_value);
            case.equal(came, Ok(ended(second)));
        }
        FIRST.restart(case)
    });
}
