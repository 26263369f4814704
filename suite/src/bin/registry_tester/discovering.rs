//! Discoveries, and how they wait (NR-2).

use pw_status::{Error, Result};
use suite::capsule::{Came, Party, Step, Way, What, code, each_of, failed, must};
use suite::report::{Case, Report};
use suite_codegen::registry::tester::object::EVENTS;
use userspace::registry::{self, Name};
use userspace::syscall::ErrorCode;
use userspace::time::Instant;

use crate::cast::{FIRST, LOOK, NAME, NOBODYS, SECOND, cancel, find, register, wait};

pub(crate) fn found(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-2 CP-5 whoever discovers a process is given the same id",
        |case, way| {
            FIRST.registers(case)?;
            SECOND.registers(case)?;
            let first = must(case, own.does(find(way, FIRST.name())))?;
            let second = must(case, own.does(find(way, SECOND.name())))?;
            case.holds(first != second && first != 0 && second != 0);
            for finds in [find, wait] {
                case.equal(own.does(finds(way, FIRST.name())), Ok(first));
                case.equal(SECOND.does(finds(way, FIRST.name())), Ok(first));
                case.equal(FIRST.does(finds(way, FIRST.name())), Ok(first));
                case.equal(FIRST.does(finds(way, SECOND.name())), Ok(second));
            }
            Ok(())
        },
    );
}

pub(crate) fn absent(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-2 NR-3 a name that nobody has is NODEVICE, and nothing is due",
        |case, way| {
            case.equal(own.does(find(way, NOBODYS)), code(ErrorCode::NoDevice));
            case.equal(own.does(LOOK), Ok(0));
            case.equal(own.does(cancel(way)), code(ErrorCode::Already));
            Ok(())
        },
    );
}

fn appears(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    SECOND.begins(wait(way, NAME))?;
    case.holds(!SECOND.is_done());
    FIRST.must(case, register(way, NOBODYS - 10))?;
    case.holds(!SECOND.is_done());
    FIRST.must(case, register(way, NAME))?;
    let id = must(case, SECOND.came_to())?;
    case.equal(own.does(find(way, NAME)), Ok(id));
    FIRST.registers(case)
}

fn several(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    SECOND.begins(wait(way, NAME))?;
    must(case, own.does(Step::new(What::BeginAwait).of(NAME)))?;
    FIRST.must(case, register(way, NAME))?;
    let id = must(case, SECOND.came_to())?;
    case.equal(own.does(Step::new(What::Found)), Ok(id));
    SECOND.begins(wait(way, NOBODYS))?;
    FIRST.must(case, register(way, FIRST.name()))?;
    FIRST.must(case, register(way, NAME))?;
    case.holds(!SECOND.is_done());
    FIRST.must(case, register(way, NOBODYS))?;
    case.equal(SECOND.came_to(), Ok(id));
    FIRST.registers(case)
}

fn its_own(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    must(case, own.does(Step::new(What::BeginAwait).by(way).of(NAME)))?;
    case.equal(own.does(LOOK), Ok(0));
    must(case, own.does(register(way, NAME)))?;
    let id = must(case, own.does(Step::new(What::Found).by(way)))?;
    case.equal(FIRST.does(find(way, NAME)), Ok(id));
    must(case, own.does(register(way, NAME + 30))).map(|_| ())
}

pub(crate) fn waiting(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-2 NR-3 who waits for a name is given its id when it appears",
        |case, way| appears(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "NR-2 several who wait for a name are all told, and whoever waits for another is not",
        |case, way| several(case, own, way),
    );
    each_of(
        report,
        &[Way::Plain, Way::Blocking, Way::Deadline],
        "NR-2 a process may wait for a name that it registers itself",
        |case, way| its_own(case, own, way),
    );
}

fn second(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let begin = |what: What, name| Step::new(what).by(way).of(name);
    must(case, own.does(begin(What::BeginAwait, NAME)))?;
    for name in [NAME, FIRST.name(), NOBODYS] {
        for what in [What::BeginAwait, What::BeginFind] {
            case.equal(own.does(begin(what, name)), code(ErrorCode::Busy));
        }
    }
    FIRST.must(case, register(way, NAME))?;
    let id = must(case, SECOND.does(find(way, NAME)))?;
    case.equal(own.does(Step::new(What::Found).by(way)), Ok(id));
    FIRST.registers(case)
}

fn replaced(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    SECOND.registers(case)?;
    let second = must(case, own.does(find(way, SECOND.name())))?;
    let begin = |what: What, name| Step::new(what).by(way).of(name);
    must(case, own.does(begin(What::BeginFind, FIRST.name())))?;
    must(case, own.does(begin(What::BeginAwait, FIRST.name())))?;
    must(case, own.does(begin(What::BeginFind, SECOND.name())))?;
    let came = own.does(LOOK).map(Came::from_value);
    case.equal(came, Ok(Some(Came([0, second as usize, 0]))));
    case.equal(own.does(LOOK), Ok(0));
    // And by one that waits.
    must(case, own.does(begin(What::BeginFind, FIRST.name())))?;
    must(case, own.does(begin(What::BeginAwait, NOBODYS)))?;
    case.equal(own.does(LOOK), Ok(0));
    must(case, own.does(cancel(way))).map(|_| ())
}

pub(crate) fn busy(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "NR-2 a second discovery while one waits is BUSY, and the first goes on",
        |case, way| second(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "NR-2 a discovery that was not heard of is replaced by the next",
        |case, way| replaced(case, own, way),
    );
}

pub(crate) fn cancelled(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "NR-2 a discovery that is cancelled is not heard of",
        |case, way| {
            let begin = Step::new(What::BeginAwait).by(way).of(NAME);
            case.equal(own.does(cancel(way)), code(ErrorCode::Already));
            must(case, own.does(begin))?;
            must(case, own.does(cancel(way)))?;
            case.equal(own.does(cancel(way)), code(ErrorCode::Already));
            FIRST.must(case, register(way, NAME))?;
            case.equal(own.does(LOOK), Ok(0));
            // One that is complete, too.
            must(case, own.does(begin))?;
            must(case, own.does(cancel(way)))?;
            case.equal(own.does(LOOK), Ok(0));
            case.equal(own.does(cancel(way)), code(ErrorCode::Already));
            // And the next one is as if nothing had been.
            must(case, own.does(find(way, NAME)))?;
            case.equal(own.does(cancel(way)), code(ErrorCode::Already));
            FIRST.registers(case)
        },
    );
}

pub(crate) fn late(report: &mut Report, own: &mut Party) {
    report.case("NR-2 CP-6 a wait for a name has a deadline, after which nothing waits", |case| {
        let late = wait(Way::Plain, NAME).within(20);
        case.equal(own.does(late), failed(Error::DeadlineExceeded));
        case.equal(own.does(cancel(Way::Plain)), code(ErrorCode::Already));
        FIRST.must(case, register(Way::Plain, NAME))?;
        case.equal(own.does(LOOK), Ok(0));
        // With a deadline that is past, what can be done at once is done (AB-4).
        let id = must(case, own.does(find(Way::Plain, FIRST.name()).of(NAME)))?;
        let name = Name::from_bytes(&suite::capsule::name_bytes(NAME)).ok_or(Error::Internal)?;
        let at_once = registry::wait_for_until(&name, EVENTS, Instant::MIN);
        case.equal(at_once.map(|id| u64::from(id.word())), Ok(id));
        // One that it waits out comes in time.
        SECOND.begins(wait(Way::Plain, NOBODYS).within(10_000))?;
        FIRST.must(case, register(Way::Plain, NOBODYS))?;
        case.equal(SECOND.came_to(), Ok(id));
        FIRST.registers(case)
    });
}
