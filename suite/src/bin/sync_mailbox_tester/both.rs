//! Client and server at once, and who knows whom (SM-1, CP-5).

use pw_status::Result;
use suite::capsule::{Party, Step, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SECOND, SERVER, answer, answered, begin, call, id_of, introduce, is_taken,
    meet, meets, respond, take, try_take,
};

fn each_other(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let first = meet(case, own, FIRST)?;
    let tester = meets(case, own, FIRST)?;
    FIRST.must(case, begin(way, tester, 1))?;
    must(case, own.does(begin(way, first, 2)))?;
    let taken = own.does(try_take(way));
    is_taken(case, taken, first, 1)?;
    let taken = FIRST.does(try_take(way));
    is_taken(case, taken, tester, 2)?;
    must(case, own.does(respond(3)))?;
    FIRST.must(case, respond(4))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(3));
    case.equal(answer(own.does(COLLECT)), answered(4));
    Ok(())
}

fn chain_and_ring(case: &mut Case, way: Way) -> Result<()> {
    let server = id_of(case, SERVER)?;
    introduce(case, SERVER, FIRST)?;
    let second = introduce(case, SECOND, SERVER)?;
    let first = introduce(case, FIRST, SECOND)?;
    FIRST.must(case, begin(Way::Plain, server, 1))?;
    let taken = SERVER.does(try_take(way));
    is_taken(case, taken, first, 1)?;
    SERVER.begins(call(way, second, 2))?;
    let taken = SECOND.does(try_take(way));
    is_taken(case, taken, server, 2)?;
    // The ring: the last asks the first, which waits itself.
    SECOND.begins(call(way, first, 3))?;
    let taken = FIRST.does(try_take(way));
    is_taken(case, taken, second, 3)?;
    FIRST.must(case, respond(4))?;
    case.equal(answer(SECOND.came_to()), answered(4));
    SECOND.must(case, respond(5))?;
    case.equal(answer(SERVER.came_to()), answered(5));
    SERVER.must(case, respond(6))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(6));
    Ok(())
}

fn itself(case: &mut Case, way: Way) -> Result<()> {
    let first = id_of(case, FIRST)?;
    FIRST.must(case, begin(way, first, 1))?;
    let taken = FIRST.does(take(way));
    is_taken(case, taken, first, 1)?;
    FIRST.must(case, respond(2))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(2));
    // And ends meanwhile.
    FIRST.must(case, begin(way, first, 3))?;
    FIRST.restart(case)?;
    case.equal(FIRST.does(try_take(way)), code(ErrorCode::NoDevice));
    Ok(())
}

pub(crate) fn at_once(report: &mut Report, own: &mut Party) {
    each_of(report, &Way::FREE, "SM-1 two processes ask each other at once", |case, way| {
        each_other(case, own, way)
    });
    each_of(
        report,
        &Way::ALL,
        "SM-1 a server asks another before it responds, in a chain and in a ring",
        chain_and_ring,
    );
    each_of(report, &Way::FREE, "SM-1 CP-5 a process may ask itself", |case, way| {
        itself(case, way)
    });
}

fn by_taking(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    SERVER.restart(case)?;
    FIRST.restart(case)?;
    SECOND.restart(case)?;
    let first = id_of(case, FIRST)?;
    introduce(case, SERVER, FIRST)?;
    let server = id_of(case, SERVER)?;
    let denied = code(ErrorCode::NoDevice);
    case.equal(SERVER.does(call(way, first, 1)), denied);
    FIRST.must(case, begin(Way::Plain, server, 1))?;
    // Not by waiting, but by being taken.
    case.equal(SERVER.does(call(way, first, 1)), denied);
    SERVER.must(case, take(way))?;
    SERVER.must(case, begin(Way::Plain, first, 2))?;
    case.equal(SECOND.does(call(way, first, 1)), denied);
    case.equal(SECOND.does(call(way, server, 1)), denied);
    let taken = FIRST.does(take(way));
    is_taken(case, taken, server, 2)?;
    FIRST.must(case, respond(3))?;
    case.equal(answer(SERVER.does(COLLECT)), answered(3));
    SERVER.must(case, respond(4))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(4));
    // The tester has met neither life.
    case.equal(own.does(Step::new(What::Ask).with(first)), denied);
    Ok(())
}

pub(crate) fn acquainted(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "CP-5 a request makes its client known to its server, and to nobody else",
        |case, way| by_taking(case, own, way),
    );
}
