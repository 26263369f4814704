//! Cancelling, at every stage (SM-7).

use pw_status::Result;
use suite::capsule::{MAILBOX, Party, Step, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SERVER, WITHDRAW, answer, answered, begin, is_taken, look, meet, meets,
    respond, take, try_take,
};

/// Cancels by the plain command, whatever is under way.
const CANCEL: Step = Step::new(What::Command).at(MAILBOX).of(2);

fn without(case: &mut Case, own: &mut Party) -> Result<()> {
    case.equal(own.does(CANCEL), code(ErrorCode::Already));
    FIRST.restart(case)?;
    case.equal(FIRST.does(CANCEL), code(ErrorCode::Already));
    Ok(())
}

fn waiting(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    must(case, own.does(begin(way, server, 1)))?;
    must(case, own.does(WITHDRAW))?;
    case.equal(SERVER.does(look(2)), Ok(0));
    case.equal(SERVER.does(try_take(way)), code(ErrorCode::NoDevice));
    case.equal(own.does(CANCEL), code(ErrorCode::Already));
    case.equal(own.does(look(0)), Ok(0));
    case.equal(own.does(look(1)), Ok(0));
    Ok(())
}

fn taken(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    must(case, own.does(begin(way, server, 1)))?;
    let taken = SERVER.does(take(way));
    is_taken(case, taken, tester, 1)?;
    must(case, own.does(WITHDRAW))?;
    case.equal(own.does(CANCEL), code(ErrorCode::Already));
    case.equal(SERVER.does(respond(2)), code(ErrorCode::Cancel));
    case.equal(own.does(look(0)), Ok(0));
    case.equal(own.does(look(1)), Ok(0));
    Ok(())
}

fn answered_already(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    must(case, own.does(begin(way, server, 1)))?;
    SERVER.must(case, take(way))?;
    SERVER.must(case, respond(2))?;
    case.equal(own.does(CANCEL), code(ErrorCode::Already));
    case.equal(answer(own.does(COLLECT)), answered(2));
    case.equal(own.does(CANCEL), code(ErrorCode::Already));
    // The safe library withdraws it all the same, and nothing comes any more.
    must(case, own.does(begin(way, server, 3)))?;
    SERVER.must(case, take(way))?;
    SERVER.must(case, respond(4))?;
    let withdrawn = own.does(WITHDRAW);
    match way {
        Way::Plain => {
            case.equal(withdrawn, code(ErrorCode::Already));
            case.holds(own.does(look(0)) != Ok(0));
        }
        _ => case.equal(withdrawn, Ok(0)),
    }
    case.equal(own.does(look(0)), Ok(0));
    Ok(())
}

fn failed(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    must(case, own.does(begin(way, server, 1)))?;
    SERVER.restart(case)?;
    case.equal(own.does(CANCEL), code(ErrorCode::Already));
    case.equal(own.does(COLLECT), code(ErrorCode::NoDevice));
    Ok(())
}

pub(crate) fn stages(report: &mut Report, own: &mut Party) {
    report.case("SM-7 without a request there is nothing to cancel, which is ALREADY", |case| {
        without(case, own)
    });
    each_of(
        report,
        &Way::FREE,
        "SM-7 a request that was not taken is cancelled, and the server does not see it",
        |case, way| waiting(case, own, way),
    );
    each_of(
        report,
        &Way::FREE,
        "SM-7 a request that was taken is cancelled, and the server is told when it responds",
        |case, way| taken(case, own, way),
    );
    each_of(
        report,
        &Way::FREE,
        "SM-7 a request that was answered is not cancelled (ALREADY), and the answer stays",
        |case, way| answered_already(case, own, way),
    );
    each_of(
        report,
        &Way::FREE,
        "SM-7 a request that has failed is not cancelled (ALREADY), and the failure stays",
        |case, way| failed(case, own, way),
    );
}
