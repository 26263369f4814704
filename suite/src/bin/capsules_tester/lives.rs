//! A process that ends leaves nothing with any capsule (PR-9, PR-4).

use pw_status::Result;
use suite::capsule::{INBOX, MAILBOX, Party, REGISTRY, Step, Way, What, code, must};
use suite::report::{Case, Report};
use suite_codegen::capsules::tester::handle::FIRST_PROCESS;
use userspace::syscall::{ErrorCode, process_start, task_join};

use crate::cast::{FIRST, SECOND, TESTER, begin, clear, look, meet, meets};

/// Every upcall, by its driver and its number.
const UPCALLS: [(u8, u8); 10] = [
    (REGISTRY, 0),
    (REGISTRY, 1),
    (MAILBOX, 0),
    (MAILBOX, 1),
    (MAILBOX, 2),
    (MAILBOX, 3),
    (INBOX, 0),
    (INBOX, 1),
    (suite::capsule::LATEST_VALUE, 0),
    (suite::capsule::LATEST_VALUE, 1),
];

fn send(id: u32) -> Step {
    Step::new(What::Send).with(id).giving(1, 8)
}

/// Gives the robot everything that a process can have: a name, something found and not told, a request of its own,
/// one that it has taken and one that waits, messages, a list, buffers and subscriptions.
fn furnish(case: &mut Case, own: &mut Party, way: Way) -> Result<u32> {
    let tester = meets(case, own, FIRST)?;
    let first = meet(case, own, FIRST)?;
    meets(case, own, SECOND)?;
    SECOND.must(case, Step::new(What::Find).of(FIRST.name()))?;
    FIRST.must(case, Step::new(What::Allow).with(tester))?;
    FIRST.must(case, Step::new(What::Open).by(way))?;
    must(case, own.does(send(first)))?;
    must(case, own.does(begin(first, 1)))?;
    FIRST.must(case, Step::new(What::TryTake).by(way).of(8))?;
    SECOND.must(case, begin(first, 2))?;
    FIRST.must(case, begin(tester, 3).by(if way == Way::Plain { way } else { Way::Events }))?;
    FIRST.must(case, Step::new(What::BeginAwait).of(TESTER))?;
    for (driver, number) in UPCALLS {
        FIRST.must(case, Step::new(What::Hear).at(driver).of(number))?;
    }
    Ok(first)
}

fn is_gone(case: &mut Case, own: &mut Party, first: u32) -> Result<()> {
    case.equal(own.does(Step::new(What::Collect)), code(ErrorCode::NoDevice));
    case.equal(SECOND.does(Step::new(What::Collect)), code(ErrorCode::NoDevice));
    case.equal(own.does(look(2)), Ok(0));
    case.equal(own.does(Step::new(What::TryTake).of(8)), code(ErrorCode::NoDevice));
    case.equal(own.does(send(first)), code(ErrorCode::NoDevice));
    let find = Step::new(What::Find).of(FIRST.name());
    case.equal(own.does(find), code(ErrorCode::NoDevice));
    Ok(())
}

fn is_new(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    for (driver, number) in UPCALLS {
        let step = |what| Step::new(what).at(driver).of(number);
        // Neither pending nor subscribed.
        case.equal_for((driver, number), FIRST.does(step(What::Look)), Ok(0));
        case.equal_for((driver, number), FIRST.does(step(What::Hear)), Ok(0));
    }
    case.equal(FIRST.does(Step::new(What::CancelFind)), code(ErrorCode::Already));
    case.equal(FIRST.does(Step::new(What::Withdraw)), code(ErrorCode::Already));
    let nobody = code(ErrorCode::NoDevice);
    case.equal(FIRST.does(Step::new(What::TryTake).of(8)), nobody);
    let tester = meets(case, own, SECOND)?;
    case.equal(FIRST.does(send(tester)), nobody);
    // Its buffers are its own again: the library finds nobody else's in their places.
    let first = meet(case, own, FIRST)?;
    case.equal(own.does(send(first)), code(ErrorCode::Off));
    FIRST.must(case, Step::new(What::Find).of(TESTER))?;
    FIRST.must(case, Step::new(What::Open).by(way))?;
    case.equal(own.does(send(first)), code(ErrorCode::NoAcknowledge));
    FIRST.must(case, begin(tester, 4).by(Way::Events))?;
    FIRST.must(case, Step::new(What::Withdraw))?;
    FIRST.must(case, Step::new(What::Close))?;
    Ok(())
}

pub(crate) fn nothing_is_left(report: &mut Report, own: &mut Party) {
    report.case("PR-9 PR-4 CP-2 of a life that ends nothing is left with any capsule", |case| {
        for way in [Way::Plain, Way::Blocking] {
            let first = furnish(case, own, way)?;
            FIRST.end(case)?;
            is_gone(case, own, first)?;
            FIRST.start()?;
            is_new(case, own, way)?;
        }
        Ok(())
    });
    report.case("PR-9 PR-2 nor of one that faults, exits or panics", |case| {
        use suite::robot::Step as Script;
        for end in [Script::Crash, Script::Exit(0), Script::Panic] {
            let first = furnish(case, own, Way::Plain)?;
            FIRST.peer().begins(&[end])?;
            task_join(FIRST_PROCESS)?;
            is_gone(case, own, first)?;
            process_start(FIRST_PROCESS)?;
            FIRST.peer().settle()?;
            is_new(case, own, Way::Plain)?;
        }
        clear(own);
        Ok(())
    });
}
