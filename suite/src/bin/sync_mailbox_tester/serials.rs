//! Responses to what is no present request (SM-7).

use pw_status::Result;
use suite::capsule::{Party, Way, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SERVER, WITHDRAW, answer, answered, begin, id_of, introduce, is_taken, look,
    meet, meets, respond, respond_before, respond_to, take,
};

fn newer(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    let taken = SERVER.does(take(way));
    is_taken(case, taken, tester, 1)?;
    must(case, own.does(WITHDRAW))?;
    must(case, own.does(begin(Way::Plain, server, 2)))?;
    // While the newer waits, and when it was taken.
    case.equal(SERVER.does(respond(66)), code(ErrorCode::Cancel));
    must(case, own.does(WITHDRAW))?;
    must(case, own.does(begin(Way::Plain, server, 3)))?;
    let taken = SERVER.does(take(way));
    is_taken(case, taken, tester, 3)?;
    must(case, own.does(WITHDRAW))?;
    must(case, own.does(begin(Way::Plain, server, 4)))?;
    let taken = SERVER.does(take(way));
    is_taken(case, taken, tester, 4)?;
    case.equal(SERVER.does(respond_before(1, 66)), code(ErrorCode::Cancel));
    case.equal(own.does(look(0)), Ok(0));
    SERVER.must(case, respond(5))?;
    case.equal(answer(own.does(COLLECT)), answered(5));
    Ok(())
}

pub(crate) fn late(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "SM-7 a late response does not hit a newer request, taken or not",
        |case, way| newer(case, own, way),
    );
}

fn not_present(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    let taken = SERVER.does(take(Way::Plain));
    let serial = is_taken(case, taken, tester, 1)?;
    for wrong in (0..=255).filter(|number| *number != serial) {
        case.equal_for(wrong, SERVER.does(respond_to(tester, wrong)), code(ErrorCode::Cancel));
    }
    case.equal(own.does(look(0)), Ok(0));
    SERVER.must(case, respond_to(tester, serial))?;
    // And not twice.
    case.equal(SERVER.does(respond_to(tester, serial)), code(ErrorCode::Cancel));
    case.equal(answer(own.does(COLLECT)), answered(99));
    case.equal(SERVER.does(respond_to(tester, serial)), code(ErrorCode::Cancel));
    Ok(())
}

fn not_taken(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    meets(case, own, FIRST)?;
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    let taken = SERVER.does(take(Way::Plain));
    let serial = is_taken(case, taken, tester, 1)?;
    case.equal(FIRST.does(respond_to(tester, serial)), code(ErrorCode::Cancel));
    must(case, own.does(WITHDRAW))?;
    must(case, own.does(begin(Way::Plain, server, 2)))?;
    let next = serial + 1;
    case.equal(SERVER.does(respond_to(tester, next)), code(ErrorCode::Cancel));
    case.equal(FIRST.does(respond_to(tester, next)), code(ErrorCode::Cancel));
    let taken = SERVER.does(take(Way::Plain));
    let found = is_taken(case, taken, tester, 2)?;
    case.equal(found, next);
    SERVER.must(case, respond(3))?;
    case.equal(answer(own.does(COLLECT)), answered(3));
    Ok(())
}

fn nobodys(case: &mut Case) -> Result<()> {
    FIRST.restart(case)?;
    let first = id_of(case, FIRST)?;
    SERVER.restart(case)?;
    let server = id_of(case, SERVER)?;
    introduce(case, SERVER, FIRST)?;
    // The first one's present request has this number, but nobody has met it.
    FIRST.must(case, begin(Way::Plain, server, 1))?;
    for id in [first, 0, 0xFF, 0x1_0000, u32::MAX] {
        case.equal_for(id, SERVER.does(respond_to(id, 1)), code(ErrorCode::NoDevice));
    }
    SERVER.must(case, take(Way::Plain))?;
    SERVER.must(case, respond(2))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(2));
    Ok(())
}

pub(crate) fn wrong(report: &mut Report, own: &mut Party) {
    report.case("SM-7 a serial number that is not the present request's is CANCEL", |case| {
        not_present(case, own)
    });
    report.case("SM-7 a request is answered by who has taken it, and not before", |case| {
        not_taken(case, own)
    });
    report.case("SM-7 CP-5 a response to nobody is NODEVICE", nobodys);
}
