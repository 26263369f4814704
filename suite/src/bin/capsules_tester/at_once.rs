//! A command, and the wait for what comes of it, as one call (CP-1, CP-2).

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use userspace::syscall::{
    CapsuleError, ErrorCode, command_and_yield_wait_for, yield_no_wait, yield_wait_for,
};
use userspace::upcall;

use crate::cast::{
    DISCOVERED, DRIVERS, Driver, REGISTERED, REGISTRY, make_discovered, make_registered,
    with_own_name,
};

const REGISTER: [u32; 3] = [1, 0, 0];
const DISCOVER: [u32; 3] = [2, 0, 0];
/// The upcalls of the registry, each a bit.
const OF_REGISTRATION: u32 = 1;
const OF_DISCOVERY: u32 = 2;
const BOTH: u32 = OF_REGISTRATION | OF_DISCOVERY;

type Awaited = core::result::Result<([usize; 3], u32), CapsuleError>;

/// Gives a command about the tester's own name, and waits.
fn about_own_name(command: [u32; 3], upcalls: u32) -> Awaited {
    with_own_name(|| command_and_yield_wait_for(REGISTRY, command, upcalls))?
}

/// Whether an upcall is due, which it is not any more then.
fn was_due(source: upcall::Source) -> Result<bool> {
    upcall::try_any([source]).map(|event| event.is_some()).map_err(|_| Error::Aborted)
}

fn waits(case: &mut Case) -> Result<()> {
    case.equal(about_own_name(REGISTER, OF_REGISTRATION), Ok(([0; 3], 0)));
    let found = about_own_name(DISCOVER, OF_DISCOVERY);
    let ([status, id, zero], number) = found.map_err(|_| Error::Aborted)?;
    case.equal((status, id != 0, zero, number), (0, true, 0, 0));
    // Of several it says which.
    case.equal(about_own_name(REGISTER, BOTH), Ok(([0; 3], 0)));
    case.equal(about_own_name(DISCOVER, BOTH), Ok(([0, id, 0], 1)));
    case.equal((was_due(REGISTERED), was_due(DISCOVERED)), (Ok(false), Ok(false)));
    Ok(())
}

fn came_first(case: &mut Case) -> Result<()> {
    // Command 0 brings nothing about; what is due already is taken, and nobody is called.
    upcall::listen(REGISTERED).map_err(|_| Error::Aborted)?;
    make_registered()?;
    make_discovered()?;
    let nothing = [0; 3];
    case.equal(command_and_yield_wait_for(REGISTRY, nothing, OF_REGISTRATION), Ok(([0; 3], 0)));
    case.equal(yield_no_wait(), Ok(None));
    let found = command_and_yield_wait_for(REGISTRY, nothing, BOTH);
    case.equal(found.map(|(_, number)| number), Ok(1));
    case.equal(was_due(DISCOVERED), Ok(false));
    upcall::ignore(REGISTERED).map_err(|_| Error::Aborted)
}

fn refused(case: &mut Case) -> Result<()> {
    // It comes back although nothing is due, and takes nothing that is.
    for is_due in [false, true] {
        if is_due {
            make_registered()?;
        }
        let cases = [(DISCOVER, ErrorCode::Size), ([9, 0, 0], ErrorCode::NoSupport)];
        for (command, code) in cases {
            let found = command_and_yield_wait_for(REGISTRY, command, BOTH);
            case.equal_for(command, found, Err(CapsuleError::Refused(code)));
        }
    }
    case.equal(yield_wait_for(REGISTRY, REGISTERED.number), Ok([0; 3]));
    Ok(())
}

fn unknown(case: &mut Case) -> Result<()> {
    let unsupported = Err(CapsuleError::Refused(ErrorCode::NoSupport));
    for upcalls in [0, 4, 8, 5, 7, 1 << 31, u32::MAX] {
        case.equal_for(upcalls, about_own_name(REGISTER, upcalls), unsupported);
    }
    case.equal(was_due(REGISTERED), Ok(false));
    for Driver { number, upcalls, .. } in DRIVERS {
        for wrong in [0, 1 << upcalls, (1 << upcalls) + 1] {
            let found = command_and_yield_wait_for(number, [0; 3], wrong);
            case.equal_for((number, wrong), found, unsupported);
        }
    }
    Ok(())
}

pub(crate) fn cases(report: &mut Report) {
    report.case("CP-1 CP-2 a command and the wait for its upcall may be one call", waits);
    report.case("CP-2 such a call takes what came first, and calls nothing", came_first);
    report.case("CP-1 AB-5 such a call whose command is refused waits for nothing", refused);
    report.case("CP-1 AB-5 such a call for no upcall of the driver gives no command", unknown);
}
