//! How servers hear of requests, and how long either side waits (SM-2).

use pw_status::{Error, Result};
use suite::capsule::{Came, Party, Step, Way, code, each_of, failed, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SECOND, SERVER, WITHDRAW, answer, answered, begin, call, id_of, introduce,
    is_taken, look, meet, meets, respond, take, try_take,
};

/// That so many requests wait.
fn waiting(count: usize) -> Option<Came> {
    (count != 0).then_some(Came([count, 0, 0]))
}

fn counted(case: &mut Case, own: &mut Party) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    meets(case, own, SECOND)?;
    let mut due = |own: &mut Party, count| {
        for _ in 0..2 {
            let came = own.does(look(2)).map(Came::from_value);
            case.equal(came, Ok(waiting(count)));
        }
    };
    due(own, 0);
    FIRST.begins(call(Way::Plain, tester, 1))?;
    due(own, 1);
    SECOND.begins(call(Way::Plain, tester, 2))?;
    due(own, 2);
    let _ = own.does(try_take(Way::Plain));
    due(own, 1);
    let _ = own.does(try_take(Way::Plain));
    due(own, 0);
    for place in [1, 0] {
        must(case, own.does(crate::cast::respond_before(place, 3)))?;
    }
    case.equal(answer(FIRST.came_to()), answered(3));
    case.equal(answer(SECOND.came_to()), answered(3));
    Ok(())
}

fn not_waiting(case: &mut Case, own: &mut Party) -> Result<()> {
    meets(case, own, FIRST)?;
    let tester = meets(case, own, SECOND)?;
    FIRST.must(case, begin(Way::Plain, tester, 1))?;
    SECOND.must(case, begin(Way::Plain, tester, 2))?;
    FIRST.must(case, WITHDRAW)?;
    case.equal(own.does(look(2)).map(Came::from_value), Ok(waiting(1)));
    SECOND.restart(case)?;
    case.equal(own.does(look(2)), Ok(0));
    case.equal(own.does(try_take(Way::Plain)), code(ErrorCode::NoDevice));
    Ok(())
}

fn not_woken(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    must(case, own.does(WITHDRAW))?;
    SERVER.begins(take(way))?;
    case.holds(!SERVER.is_done());
    must(case, own.does(begin(Way::Plain, server, 2)))?;
    is_taken(case, SERVER.came_to(), tester, 2)?;
    SERVER.must(case, respond(3))?;
    case.equal(answer(own.does(COLLECT)), answered(3));
    Ok(())
}

pub(crate) fn servers(report: &mut Report, own: &mut Party) {
    report.case("SM-2 CP-2 upcall 2 says how many requests wait, as long as any does", |case| {
        counted(case, own)
    });
    report.case("SM-2 SM-7 SM-9 a request that is withdrawn does not wait any more", |case| {
        not_waiting(case, own)
    });
    each_of(
        report,
        &Way::ALL,
        "SM-2 a server that waits is not woken by what was withdrawn, but by the next",
        |case, way| not_woken(case, own, way),
    );
}

fn server_late(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    let late = take(Way::Deadline).within(20);
    case.equal(SERVER.does(late), failed(Error::DeadlineExceeded));
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    let taken = SERVER.does(late);
    is_taken(case, taken, tester, 1)?;
    SERVER.must(case, respond(2))?;
    case.equal(answer(own.does(COLLECT)), answered(2));
    Ok(())
}

fn client_late(case: &mut Case) -> Result<()> {
    let server = id_of(case, SERVER)?;
    introduce(case, SERVER, FIRST)?;
    let late = call(Way::Deadline, server, 1).within(20);
    // It was not taken, and then it was.
    case.equal(FIRST.does(late), failed(Error::DeadlineExceeded));
    case.equal(SERVER.does(try_take(Way::Plain)), code(ErrorCode::NoDevice));
    FIRST.peer().robot().run(&[suite::robot::Step::Capsule(late)])?;
    SERVER.must(case, take(Way::Plain))?;
    case.equal(FIRST.came_to(), failed(Error::DeadlineExceeded));
    case.equal(SERVER.does(respond(2)), code(ErrorCode::Cancel));
    // And the next is as any.
    FIRST.begins(call(Way::Deadline, server, 3).within(10_000))?;
    case.equal(SERVER.does(respond(2)), code(ErrorCode::Cancel));
    SERVER.must(case, take(Way::Deadline))?;
    SERVER.must(case, respond(4))?;
    case.equal(answer(FIRST.came_to()), answered(4));
    case.equal(FIRST.does(Step::new(suite::capsule::What::Withdraw)), code(ErrorCode::Already));
    Ok(())
}

pub(crate) fn deadlines(report: &mut Report, own: &mut Party) {
    report.case("CP-6 SM-1 a server that waits until a deadline has taken nothing then", |case| {
        server_late(case, own)
    });
    report.case(
        "CP-6 SM-7 AB-5 a client that waits until a deadline has no request then",
        client_late,
    );
}
