//! Who may have a name (NR-3, NR-5).

use pw_status::Result;
use suite::capsule::{FIRST_DECLARED, Party, Way, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{FIRST, KEEPER, NAME, OTHER, SECOND, find, register};

pub(crate) fn taken(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-3 AB-5 a name of another is ALREADY, and one keeps one's own",
        |case, way| {
            FIRST.must(case, register(way, NAME))?;
            SECOND.must(case, register(way, OTHER + 10))?;
            let id = must(case, own.does(find(way, NAME)))?;
            let other = must(case, own.does(find(way, OTHER + 10)))?;
            case.holds(id != other);
            case.equal(SECOND.does(register(way, NAME)), code(ErrorCode::Already));
            case.equal(own.does(register(way, NAME)), code(ErrorCode::Already));
            case.equal(own.does(find(way, NAME)), Ok(id));
            case.equal(own.does(find(way, OTHER + 10)), Ok(other));
            Ok(())
        },
    );
}

pub(crate) fn again(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-3 registering again replaces one's own name, which is free then",
        |case, way| {
            FIRST.must(case, register(way, NAME))?;
            let id = must(case, own.does(find(way, NAME)))?;
            FIRST.must(case, register(way, NAME))?;
            case.equal(own.does(find(way, NAME)), Ok(id));
            FIRST.registers(case)?;
            case.equal(own.does(find(way, NAME)), code(ErrorCode::NoDevice));
            case.equal(own.does(find(way, FIRST.name())), Ok(id));
            let other = SECOND
                .must(case, register(way, NAME))
                .and_then(|_| must(case, own.does(find(way, NAME))))?;
            case.holds(other != id);
            case.equal(FIRST.does(register(way, NAME)), code(ErrorCode::Already));
            SECOND.registers(case)
        },
    );
}

fn its_services(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    for name in [FIRST_DECLARED, FIRST_DECLARED + 1] {
        KEEPER.must(case, register(way, name))?;
        case.equal(own.does(find(way, name)).map(|_| ()), Ok(()));
    }
    case.equal(KEEPER.does(register(way, NAME)), code(ErrorCode::Reserve));
    case.equal(KEEPER.does(register(way, KEEPER.name())), code(ErrorCode::Reserve));
    // It has kept what it had.
    case.equal(own.does(find(way, FIRST_DECLARED + 1)).map(|_| ()), Ok(()));
    Ok(())
}

fn others(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    KEEPER.must(case, register(way, FIRST_DECLARED))?;
    for name in [FIRST_DECLARED, FIRST_DECLARED + 1] {
        case.equal(FIRST.does(register(way, name)), code(ErrorCode::Reserve));
        case.equal(own.does(register(way, name)), code(ErrorCode::Reserve));
    }
    KEEPER.end(case)?;
    case.equal(own.does(register(way, FIRST_DECLARED)), code(ErrorCode::Reserve));
    case.equal(own.does(find(way, FIRST_DECLARED)), code(ErrorCode::NoDevice));
    KEEPER.start()
}

pub(crate) fn declared(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-5 who has services registers those, and nothing else",
        |case, way| its_services(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "NR-5 nobody else registers a service, whether it is taken, free, or its owner has ended",
        |case, way| others(case, own, way),
    );
}
