//! Processes that end (SM-8, SM-9, PR-4, PR-9).

use pw_status::Result;
use suite::capsule::{Came, Party, Step, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use suite::robot;
use suite::timing::sleep;
use suite_codegen::sync_mailbox::tester::handle::SERVER_PROCESS;
use userspace::syscall::{ErrorCode, process_start, task_join};
use userspace::time::Duration;

use crate::cast::{
    COLLECT, FIRST, SECOND, SERVER, answer, answered, begin, call, id_of, introduce, is_taken,
    look, meet, meets, respond, take, try_take,
};

/// The ways in which a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Terminated,
    Exits,
    Panics,
    Crashes,
}

const ENDS: [End; 4] = [End::Terminated, End::Exits, End::Panics, End::Crashes];

impl End {
    /// Ends the server, and comes back when it runs again.
    fn come(self, case: &mut Case) -> Result<()> {
        let script = match self {
            End::Terminated => return SERVER.restart(case),
            End::Exits => robot::Step::Exit(3),
            End::Panics => robot::Step::Panic,
            End::Crashes => robot::Step::Crash,
        };
        SERVER.peer().begins(&[script])?;
        // By now it has ended, and whoever was to be told was told.
        task_join(SERVER_PROCESS)?;
        if self == End::Exits {
            process_start(SERVER_PROCESS)?;
        } else {
            sleep(Duration::from_millis(60));
        }
        SERVER.peer().settle()
    }
}

fn waiting(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    for end in ENDS {
        let server = meet(case, own, SERVER)?;
        introduce(case, SERVER, FIRST)?;
        FIRST.begins(call(way, server, 1))?;
        must(case, own.does(begin(way, server, 2)))?;
        end.come(case)?;
        case.equal_for(end, FIRST.came_to(), code(ErrorCode::NoDevice));
        case.equal_for(end, own.does(COLLECT), code(ErrorCode::NoDevice));
        case.equal(SERVER.does(try_take(way)), code(ErrorCode::NoDevice));
    }
    Ok(())
}

fn taken(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let end = if way == Way::Plain { End::Crashes } else { End::Terminated };
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    introduce(case, SERVER, FIRST)?;
    FIRST.begins(call(way, server, 1))?;
    must(case, own.does(begin(way, server, 2)))?;
    SERVER.must(case, take(way))?;
    let taken = SERVER.does(take(way));
    let serial = is_taken(case, taken, tester, 2)?;
    end.come(case)?;
    case.equal(FIRST.came_to(), code(ErrorCode::NoDevice));
    case.equal(own.does(COLLECT), code(ErrorCode::NoDevice));
    // The next life has them not, and cannot answer them.
    meets(case, own, SERVER)?;
    let respond = crate::cast::respond_to(tester, serial);
    case.equal(SERVER.does(respond), code(ErrorCode::Cancel));
    case.equal(own.does(look(0)), Ok(0));
    Ok(())
}

fn upcall(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let send = Step::new(What::Command).at(suite::capsule::MAILBOX).of(1).with(server);
    must(case, own.does(send))?;
    SERVER.restart(case)?;
    let expected = Came([ErrorCode::NoDevice as usize, server as usize, 0]);
    case.equal(own.does(look(1)).map(Came::from_value), Ok(Some(expected)));
    case.equal(own.does(look(1)), Ok(0));
    // An answer that came before the end stays one.
    let server = meet(case, own, SERVER)?;
    must(case, own.does(begin(Way::Plain, server, 1)))?;
    SERVER.must(case, take(Way::Plain))?;
    SERVER.must(case, respond(2))?;
    SERVER.restart(case)?;
    case.equal(own.does(look(1)), Ok(0));
    case.equal(answer(own.does(COLLECT)), answered(2));
    Ok(())
}

pub(crate) fn of_servers(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-8 PR-4 a server that ends, in whatever way, ends the requests that wait",
        |case, way| waiting(case, own, way),
    );
    each_of(report, &Way::ALL, "SM-8 PR-4 and those that it has taken", |case, way| {
        taken(case, own, way)
    });
    report.case("SM-2 SM-8 upcall 1 says why, and which id", |case| upcall(case, own));
}

pub(crate) fn gone_before(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-8 CP-5 a request to a life that has ended fails at once, and hits no other life",
        |case, way| {
            let server = meet(case, own, SERVER)?;
            SERVER.end(case)?;
            let gone = code(ErrorCode::NoDevice);
            // The tester may wait: it is told at once.
            case.equal(own.does(call(way, server, 1)), gone);
            SERVER.start()?;
            case.equal(own.does(call(way, server, 1)), gone);
            let next = meet(case, own, SERVER)?;
            case.holds(next != server);
            case.equal(own.does(call(way, server, 1)), gone);
            case.equal(SERVER.does(try_take(way)), gone);
            must(case, own.does(begin(way, next, 2)))?;
            SERVER.must(case, take(way))?;
            SERVER.must(case, respond(3))?;
            case.equal(answer(own.does(COLLECT)), answered(3));
            Ok(())
        },
    );
}

fn in_line(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    meets(case, own, SECOND)?;
    let second = id_of(case, SECOND)?;
    FIRST.begins(call(way, tester, 1))?;
    SECOND.begins(call(way, tester, 2))?;
    FIRST.restart(case)?;
    let taken = own.does(take(way));
    is_taken(case, taken, second, 2)?;
    case.equal(own.does(try_take(way)), code(ErrorCode::NoDevice));
    must(case, own.does(respond(3)))?;
    case.equal(answer(SECOND.came_to()), answered(3));
    Ok(())
}

fn held(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    for is_back in [false, true] {
        let tester = meets(case, own, FIRST)?;
        let first = id_of(case, FIRST)?;
        FIRST.begins(call(way, tester, 1))?;
        let taken = own.does(take(way));
        is_taken(case, taken, first, 1)?;
        FIRST.end(case)?;
        if is_back {
            FIRST.start()?;
            meets(case, own, FIRST)?;
            FIRST.begins(call(way, tester, 2))?;
        }
        case.equal(own.does(respond(66)), code(ErrorCode::NoDevice));
        if !is_back {
            FIRST.start()?;
            continue;
        }
        case.holds(!FIRST.is_done());
        let taken = own.does(take(way));
        is_taken(case, taken, id_again(first), 2)?;
        must(case, own.does(respond(3)))?;
        case.equal(answer(FIRST.came_to()), answered(3));
    }
    Ok(())
}

pub(crate) fn of_clients(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-9 a client that ends withdraws its request, and the others move up",
        |case, way| in_line(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "SM-9 a response to a client that has ended is NODEVICE, also when it lives again",
        |case, way| held(case, own, way),
    );
}

/// The id of the next life.
fn id_again(id: u32) -> u32 {
    id + 0x100
}

pub(crate) fn unknown(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "CP-5 SM-1 a request to an id that was never given is NODEVICE, and nothing is due",
        |case, way| {
            SECOND.restart(case)?;
            let second = id_of(case, SECOND)?;
            let wild = [second, second + 0x100, 0, 0x100 | 0xFF, 0xFF, second & 0xFF, u32::MAX];
            for id in wild {
                case.equal_for(id, own.does(call(way, id, 1)), code(ErrorCode::NoDevice));
                case.equal_for(id, own.does(look(1)), Ok(0));
            }
            case.equal(SECOND.does(try_take(way)), code(ErrorCode::NoDevice));
            Ok(())
        },
    );
}
