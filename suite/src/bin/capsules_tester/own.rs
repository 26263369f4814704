//! A capsule that is not Guichet's (CP-4): that of the example, which keeps the latest value of its owner.

use pw_status::{Error, Result};
use suite::capsule::{Step, What, code};
use suite::report::{Case, Report};
use suite_codegen::capsules::tester::object::EVENTS;
use userspace::syscall::{CommandReturn, ErrorCode, command};
use userspace::time::{Instant, SystemClock};
use userspace::upcall::{self, Event, Source};

use crate::cast::{FIRST, LATEST_VALUE, SECOND};

const CHANGED: Source = Source { driver: LATEST_VALUE, number: 0 };
const ENDED: Source = Source { driver: LATEST_VALUE, number: 1 };

fn ask(number: u32) -> Result<CommandReturn> {
    command(LATEST_VALUE, number, 0, 0)
}

fn publish(value: u32) -> Step {
    Step::new(What::Command).at(suite::capsule::LATEST_VALUE).of(1).with(value)
}

fn event() -> Result<Event> {
    EVENTS.wait(Instant::MIN)
}

fn begin(case: &mut Case) -> Result<()> {
    FIRST.restart(case)?;
    for source in [CHANGED, ENDED] {
        upcall::listen(source).map_err(|_| Error::Aborted)?;
        while upcall::next()?.is_some() {}
    }
    ask(4).map(|_| ())
}

fn end() -> Result<()> {
    for source in [CHANGED, ENDED] {
        upcall::ignore(source).map_err(|_| Error::Aborted)?;
    }
    Ok(())
}

fn values(case: &mut Case) -> Result<()> {
    begin(case)?;
    let none = Ok(CommandReturn::failure(ErrorCode::Uninstalled));
    case.equal(ask(2), none);
    case.equal(ask(3), none);
    // Only the owner publishes.
    case.equal(command(LATEST_VALUE, 1, 5, 0), Ok(CommandReturn::failure(ErrorCode::Reserve)));
    case.equal(SECOND.does(publish(5)), code(ErrorCode::Reserve));
    let before = SystemClock::now().ticks();
    for (number, value) in [(1, 70), (2, u32::MAX)] {
        case.equal(FIRST.does(publish(value)), Ok(number));
    }
    let changed = Event { source: CHANGED, arguments: [2, 0, 0] };
    case.equal(event(), Ok(changed));
    let read = CommandReturn::success_u32_u64(2, u32::MAX.into());
    case.equal(ask(2), Ok(read));
    case.equal(event(), Err(Error::DeadlineExceeded));
    let told = ask(3)?;
    let ticks = u64::from(told.values[2]) << 32 | u64::from(told.values[1]);
    case.holds(before <= ticks && ticks <= SystemClock::now().ticks());
    case.equal(ask(4), Ok(CommandReturn::success_u32(1)));
    case.equal(ask(4), Ok(CommandReturn::success_u32(0)));
    end()
}

fn ends(case: &mut Case) -> Result<()> {
    begin(case)?;
    case.equal(FIRST.does(publish(1)), Ok(1));
    FIRST.restart(case)?;
    case.equal(event(), Ok(Event { source: ENDED, arguments: [0; 3] }));
    case.equal(event(), Err(Error::DeadlineExceeded));
    case.equal(ask(2), Ok(CommandReturn::failure(ErrorCode::Uninstalled)));
    case.equal(FIRST.does(publish(2)), Ok(1));
    case.equal(ask(2), Ok(CommandReturn::success_u32_u64(1, 2)));
    end()
}

pub(crate) fn latest_value(report: &mut Report) {
    report.case(
        "CP-4 CP-1 a capsule of one's own has its commands, upcalls, owner and clock",
        values,
    );
    report.case("CP-4 PR-9 and is told of the end of a process, once", ends);
}
