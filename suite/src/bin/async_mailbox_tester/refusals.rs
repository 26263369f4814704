//! Messages that are not taken (AM-1, AM-3).

use pw_status::Result;
use suite::capsule::{INBOX, MAX_BYTES, Notice, Party, Step, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    CLOSE, FIRST, SECOND, SWAP, allow, closes, forbid, from, introduce, look, meet, meets, message,
    open, opens, read, send, told,
};

fn before_and_after(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    let first = meet(case, own, FIRST)?;
    FIRST.must(case, allow(tester))?;
    for seed in [1, 2] {
        case.equal(own.does(send(way, first, 9)), code(ErrorCode::Off));
        FIRST.must(case, open(way))?;
        must(case, own.does(send(way, first, seed)))?;
        case.equal(FIRST.does(SWAP), Ok(1));
        case.equal(read(FIRST.does(message(0))), from(tester, seed));
        FIRST.must(case, CLOSE)?;
    }
    case.equal(own.does(send(way, first, 9)), code(ErrorCode::Off));
    FIRST.must(case, look(0))?;
    case.equal(FIRST.does(look(0)), Ok(0));
    FIRST.must(case, forbid(tester)).map(|_| ())
}

fn twice(case: &mut Case, own: &mut Party) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, Way::Plain)?;
    let command = |number| Step::new(What::Command).at(INBOX).of(number);
    FIRST.must(case, command(1))?;
    must(case, own.does(send(Way::Plain, first, 1)))?;
    FIRST.must(case, command(2))?;
    FIRST.must(case, command(2))?;
    case.equal(own.does(send(Way::Plain, first, 1)), code(ErrorCode::Off));
    // The buffer stays as it was.
    FIRST.must(case, command(1))?;
    must(case, own.does(send(Way::Plain, first, 2)))?;
    case.equal(FIRST.does(SWAP), Ok(2));
    FIRST.must(case, look(0))?;
    closes(case, FIRST, tester)
}

pub(crate) fn closed(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "AM-3 AM-1 who does not receive is OFF, before, after and when it begins anew",
        |case, way| before_and_after(case, own, way),
    );
    report.case("AM-1 enabling and disabling twice is fine", |case| twice(case, own));
}

fn without_trace(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    introduce(case, FIRST, SECOND)?;
    introduce(case, SECOND, FIRST)?;
    case.equal(SECOND.does(send(way, first, 66)), code(ErrorCode::NoAcknowledge));
    // Not even if there is no room.
    must(case, own.does(send(way, first, 1).giving(1, 90)))?;
    FIRST.must(case, look(0))?;
    let long = send(way, first, 66).giving(66, 99);
    case.equal(SECOND.does(long), code(ErrorCode::NoAcknowledge));
    case.equal(FIRST.does(look(0)), Ok(0));
    case.equal(FIRST.does(SWAP), Ok(1));
    closes(case, FIRST, tester)
}

fn at_each_send(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    introduce(case, FIRST, SECOND)?;
    let second = introduce(case, SECOND, FIRST)?;
    case.equal(SECOND.does(send(way, first, 1)), code(ErrorCode::NoAcknowledge));
    FIRST.must(case, allow(second))?;
    SECOND.must(case, send(way, first, 2))?;
    FIRST.must(case, forbid(tester))?;
    case.equal(own.does(send(way, first, 3)), code(ErrorCode::NoAcknowledge));
    FIRST.must(case, allow(tester))?;
    must(case, own.does(send(way, first, 4)))?;
    case.equal(FIRST.does(SWAP), Ok(2));
    case.equal(read(FIRST.does(message(0))), from(second, 2));
    case.equal(read(FIRST.does(message(1))), from(tester, 4));
    FIRST.must(case, look(0))?;
    FIRST.must(case, forbid(second))?;
    closes(case, FIRST, tester)
}

fn skipped(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    // One that the receiver has not met, and what nobody has.
    SECOND.restart(case)?;
    let second = introduce(case, SECOND, SECOND)?;
    introduce(case, FIRST, SECOND)?;
    let wild = [second, second + 0x100, 0x2FF, 0xFFFF_FFFF, 0x100 | 0x7F, 5, 0xFF00];
    for id in wild {
        FIRST.must(case, allow(id))?;
    }
    case.equal(SECOND.does(send(way, first, 66)), code(ErrorCode::NoAcknowledge));
    must(case, own.does(send(way, first, 1)))?;
    // It is at the other end of the list.
    FIRST.must(case, forbid(tester))?;
    for id in 1..=10 {
        FIRST.must(case, allow(id << 20 | 0xFF))?;
    }
    FIRST.must(case, allow(tester))?;
    must(case, own.does(send(way, first, 2)))?;
    case.equal(FIRST.does(SWAP), Ok(2));
    for id in wild.into_iter().chain((1..=10).map(|id| id << 20 | 0xFF)) {
        FIRST.must(case, forbid(id))?;
    }
    let came = told(FIRST.does(look(0)));
    case.equal(came, Ok(Notice::Messages(2, 16, 0)));
    closes(case, FIRST, tester)
}

pub(crate) fn unlisted(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "AM-3 who is not on the list is NOACK, and leaves no trace",
        |case, way| without_trace(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "AM-1 the list is read at each send, and a change counts at once",
        |case, way| at_each_send(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "AM-1 CP-5 ids that are dead, forged or not given are skipped, wherever they stand",
        |case, way| skipped(case, own, way),
    );
}

pub(crate) fn order(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "AM-3 of several reasons the one comes first that says least about the receiver",
        |case, way| {
            let first = meet(case, own, FIRST)?;
            meets(case, own, FIRST)?;
            let long = send(way, first, 1).giving(1, MAX_BYTES + 1);
            // Nobody; too long; closed; not on the list; full.
            for id in [0, first + 0x100, 0xFF, u32::MAX] {
                let said = own.does(send(way, id, 1).giving(1, MAX_BYTES + 1));
                case.equal_for(id, said, code(ErrorCode::NoDevice));
            }
            case.equal(own.does(long), code(ErrorCode::Size));
            case.equal(own.does(send(way, first, 1).giving(1, MAX_BYTES)), code(ErrorCode::Off));
            FIRST.must(case, open(way))?;
            case.equal(own.does(long), code(ErrorCode::Size));
            let whole = send(way, first, 1).giving(1, MAX_BYTES);
            case.equal(own.does(whole), code(ErrorCode::NoAcknowledge));
            let tester = FIRST.must(case, Step::new(What::Find).of(crate::cast::TESTER))? as u32;
            FIRST.must(case, allow(tester))?;
            case.equal(own.does(long), code(ErrorCode::Size));
            case.equal(own.does(whole), code(ErrorCode::NoMemory));
            case.equal(told(FIRST.does(look(0))), Ok(Notice::Messages(0, 0, 1)));
            closes(case, FIRST, tester)
        },
    );
}
