//! Names and discoveries of processes that end (NR-3, PR-4, PR-9).

use pw_status::Result;
use suite::capsule::{Came, Party, Step, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{FIRST, LOOK, NAME, SECOND, cancel, find, register, wait};

/// What a discovery says that has found nobody.
const GONE: Came = Came([ErrorCode::NoDevice as usize, 0, 0]);

fn frees_its_name(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    FIRST.must(case, register(way, NAME))?;
    let first = must(case, own.does(find(way, NAME)))?;
    FIRST.end(case)?;
    case.equal(own.does(find(way, NAME)), code(ErrorCode::NoDevice));
    SECOND.must(case, register(way, NAME))?;
    let second = must(case, own.does(find(way, NAME)))?;
    case.holds(second != first);
    FIRST.start()?;
    case.equal(FIRST.does(register(way, NAME)), code(ErrorCode::Already));
    SECOND.registers(case)
}

fn next_life(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    FIRST.must(case, register(way, NAME))?;
    let before = must(case, own.does(find(way, NAME)))?;
    FIRST.restart(case)?;
    case.equal(own.does(find(way, NAME)), code(ErrorCode::NoDevice));
    FIRST.must(case, register(way, NAME))?;
    let after = must(case, own.does(find(way, NAME)))?;
    // The same process, another life.
    case.equal(after & 0xFF, before & 0xFF);
    case.equal(after >> 8, (before >> 8) + 1);
    FIRST.registers(case)
}

fn waited_for(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    FIRST.must(case, register(way, NAME))?;
    FIRST.restart(case)?;
    SECOND.begins(wait(way, NAME))?;
    case.holds(!SECOND.is_done());
    FIRST.must(case, register(way, NAME))?;
    let id = must(case, SECOND.came_to())?;
    case.equal(own.does(find(way, NAME)), Ok(id));
    FIRST.registers(case)
}

pub(crate) fn of_owners(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-3 PR-4 a name goes with its process, and is free at that moment",
        |case, way| frees_its_name(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "NR-3 CP-5 PR-1 the next life has no name, and when it has, another id",
        |case, way| next_life(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "NR-3 who waits while the owner ends and starts again is given the next life",
        |case, way| waited_for(case, own, way),
    );
}

fn gone(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    FIRST.must(case, register(way, NAME))?;
    must(case, own.does(Step::new(What::BeginFind).by(way).of(NAME)))?;
    FIRST.restart(case)?;
    let came = own.does(LOOK).map(Came::from_value);
    case.equal(came, Ok(Some(GONE)));
    case.equal(own.does(cancel(way)), code(ErrorCode::Already));
    Ok(())
}

fn goes_on(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    for has_waited in [false, true] {
        let begin = Step::new(What::BeginAwait).by(way).of(NAME);
        if has_waited {
            must(case, own.does(begin))?;
            FIRST.must(case, register(way, NAME))?;
        } else {
            FIRST.must(case, register(way, NAME))?;
            must(case, own.does(begin))?;
        }
        FIRST.restart(case)?;
        case.equal(own.does(LOOK), Ok(0));
        case.equal(own.does(begin), code(ErrorCode::Busy));
        SECOND.must(case, register(way, NAME))?;
        let id = must(case, own.does(Step::new(What::Found).by(way)))?;
        case.equal(FIRST.does(find(way, NAME)), Ok(id));
        SECOND.registers(case)?;
    }
    Ok(())
}

pub(crate) fn before_told(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::AT_ONCE,
        "NR-3 CP-2 a discovery of one that ends before it is told says that nobody is there",
        |case, way| gone(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "NR-3 CP-2 a discovery that waits goes on then, and gives the next that has the name",
        |case, way| goes_on(case, own, way),
    );
}

pub(crate) fn of_waiting(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "PR-9 NR-2 of a process that ends while it waits nothing is left",
        |case, way| {
            SECOND.begins(wait(way, NAME))?;
            SECOND.restart(case)?;
            case.equal(SECOND.does(cancel(way)), code(ErrorCode::Already));
            FIRST.must(case, register(way, NAME))?;
            case.equal(SECOND.does(LOOK), Ok(0));
            let id = SECOND.must(case, find(way, NAME))?;
            case.equal(own.does(find(way, NAME)), Ok(id));
            // And if it ends when it has found it, and was not told.
            SECOND.must(case, Step::new(What::BeginAwait).of(NAME))?;
            SECOND.restart(case)?;
            case.equal(SECOND.does(LOOK), Ok(0));
            SECOND.must(case, Step::new(What::BeginAwait).of(NAME + 40))?;
            SECOND.must(case, cancel(way))?;
            FIRST.registers(case)
        },
    );
}
