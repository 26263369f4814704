//! One request of a client at a time (SM-2).

use pw_status::Result;
use suite::capsule::{Came, Party, Way, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SERVER, WITHDRAW, answer, answered, begin, id_of, introduce, is_taken, look,
    meet, meets, respond, take, try_take,
};

/// Sends what is allowed, by the plain command.
fn send(id: u32) -> suite::capsule::Step {
    suite::capsule::Step::new(suite::capsule::What::Command)
        .at(suite::capsule::MAILBOX)
        .of(1)
        .with(id)
}

fn second(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    let first = meet(case, own, FIRST)?;
    must(case, own.does(begin(way, server, 1)))?;
    for id in [server, first, tester, 0, u32::MAX] {
        case.equal_for(id, own.does(send(id)), code(ErrorCode::Busy));
    }
    let taken = SERVER.does(take(Way::Plain));
    is_taken(case, taken, tester, 1)?;
    for id in [server, first] {
        case.equal_for(id, own.does(send(id)), code(ErrorCode::Busy));
    }
    case.equal(SERVER.does(try_take(Way::Plain)), code(ErrorCode::NoDevice));
    SERVER.must(case, respond(2))?;
    case.equal(answer(own.does(COLLECT)), answered(2));
    Ok(())
}

fn blocking(case: &mut Case) -> Result<()> {
    let server = id_of(case, SERVER)?;
    introduce(case, SERVER, FIRST)?;
    FIRST.must(case, begin(Way::Events, server, 1))?;
    let again = FIRST.does(crate::cast::call(Way::Blocking, server, 2));
    case.equal(again, code(ErrorCode::Busy));
    SERVER.must(case, take(Way::Blocking))?;
    SERVER.must(case, respond(3))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(3));
    Ok(())
}

pub(crate) fn one_at_a_time(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::FREE,
        "SM-2 AB-5 a second request while one is outstanding is BUSY, and the first goes on",
        |case, way| second(case, own, way),
    );
    report.case(
        "SM-2 a blocking call while a request is under way is refused, and harms nothing",
        blocking,
    );
}

fn untold(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    // An answer that was not told.
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    let taken = SERVER.does(take(Way::Plain));
    let serial = is_taken(case, taken, tester, 1)?;
    SERVER.must(case, respond(2))?;
    must(case, own.does(send(server)))?;
    case.equal(own.does(look(0)), Ok(0));
    let taken = SERVER.does(take(Way::Plain));
    let next = is_taken(case, taken, tester, 1)?;
    case.holds(next != serial);
    SERVER.must(case, respond(3))?;
    case.equal(own.does(look(0)).map(Came::from_value), Ok(Some(Came([0, 8, 0]))));
    case.equal(own.does(look(0)), Ok(0));
    // A failure that was not told.
    must(case, own.does(send(server)))?;
    SERVER.restart(case)?;
    let server = meet(case, own, SERVER)?;
    meets(case, own, SERVER)?;
    must(case, own.does(send(server)))?;
    case.equal(own.does(look(1)), Ok(0));
    case.equal(own.does(look(0)), Ok(0));
    SERVER.must(case, take(Way::Plain))?;
    SERVER.must(case, respond(4))?;
    case.equal(answer(own.does(COLLECT)), answered(4));
    Ok(())
}

fn withdrawn(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    for way in Way::FREE {
        for seed in 1..4 {
            must(case, own.does(begin(way, server, seed)))?;
            must(case, own.does(WITHDRAW))?;
        }
        must(case, own.does(begin(way, server, 9)))?;
        SERVER.must(case, take(way))?;
        SERVER.must(case, respond(8))?;
        case.equal(answer(own.does(COLLECT)), answered(8));
    }
    Ok(())
}

pub(crate) fn anew(report: &mut Report, own: &mut Party) {
    report.case("SM-2 a new request withdraws what was not told of the old one", |case| {
        untold(case, own)
    });
    report.case("SM-7 what was withdrawn gives its buffers back, and the next is as any", |case| {
        withdrawn(case, own)
    });
}
