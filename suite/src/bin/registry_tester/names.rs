//! What is a name (NR-1).

use pw_status::Result;
use suite::capsule::{Party, Said, Way, code, must, name_bytes};
use suite::report::{Case, Report};
use userspace::allow::with_read_only;
use userspace::registry::{self, Name, RegistryError};
use userspace::syscall::{CapsuleError, ErrorCode, command, yield_wait_for};

use crate::cast::{FIRST, NAME, NOBODYS, OTHER, cancel, find, register};

const DRIVER: u32 = 0x9_0000;

/// Gives a command about whatever these bytes are.
fn about(bytes: &[u8], number: u32) -> Said {
    let returned = with_read_only(DRIVER, 0, bytes, || command(DRIVER, number, 0, 0))??;
    returned.failure.map_or(Ok(0), |code| Err(CapsuleError::Refused(code)))
}

/// Discovers a name by plain calls.
fn found(bytes: &[u8]) -> Said {
    about(bytes, 2)?;
    Ok(yield_wait_for(DRIVER, 1)?[1] as u64)
}

fn is_only_itself(case: &mut Case, bytes: [u8; 20]) -> Result<()> {
    must(case, about(&bytes, 1))?;
    case.equal(yield_wait_for(DRIVER, 0), Ok([0; 3]));
    let id = must(case, found(&bytes))?;
    let safe = registry::discover(&Name::from_bytes(&bytes).unwrap_or(Name::new("none")));
    case.equal(safe.map(|id| u64::from(id.word())), Ok(id));
    for place in 0..bytes.len() {
        let mut near = bytes;
        near[place] ^= 0x80;
        case.equal_for((bytes, place), found(&near), code(ErrorCode::NoDevice));
        near[place] ^= 0x81;
        let safe = Name::from_bytes(&near).map(|name| registry::discover(&name));
        case.equal_for((bytes, place), safe.unwrap_or(Err(RegistryError::NotThere)), {
            Err(RegistryError::NotThere)
        });
    }
    Ok(())
}

pub(crate) fn different(report: &mut Report, own: &mut Party) {
    report.case("NR-1 names are any twenty bytes, and all of them count", |case| {
        let mut last = [0; 20];
        last[19] = 1;
        let mut first = [0; 20];
        first[0] = 0xFF;
        for bytes in [last, first, [0xFF; 20], name_bytes(NAME), *b"twenty\0bytes\n of\x7Fany"] {
            is_only_itself(case, bytes)?;
        }
        must(case, own.does(register(Way::Plain, OTHER))).map(|_| ())
    });
}

pub(crate) fn malformed(report: &mut Report, own: &mut Party) {
    report.case("NR-1 AB-5 a name of another length is SIZE, and zeros are INVAL", |case| {
        let id = must(case, own.does(find(Way::Plain, OTHER)))?;
        for number in 1..=3 {
            for length in [0, 1, 19, 21, 40] {
                let said = about(&[7; 40][..length], number);
                case.equal_for((number, length), said, code(ErrorCode::Size));
            }
            case.equal_for(number, about(&[0; 20], number), code(ErrorCode::Invalid));
        }
        case.equal(own.does(cancel(Way::Plain)), code(ErrorCode::Already));
        case.equal(own.does(find(Way::Plain, OTHER)), Ok(id));
        Ok(())
    });
    report.case("CP-1 NR-2 a command that the registry does not have is NOSUPPORT", |case| {
        for number in [5, 6, 0xFF, 0x100, u32::MAX] {
            let said = about(&name_bytes(NOBODYS), number);
            case.equal_for(number, said, code(ErrorCode::NoSupport));
        }
        Ok(())
    });
}

pub(crate) fn copied(report: &mut Report, own: &mut Party) {
    report.case("NR-1 CP-3 a name that is swapped after the command is not read again", |case| {
        FIRST.registers(case)?;
        // While the buffer is allowed still, and then holds another name.
        let mine = name_bytes(NAME);
        must(case, about(&mine, 1))?;
        must(case, about(&name_bytes(NOBODYS), 3))?;
        let shown = with_read_only(DRIVER, 0, &name_bytes(FIRST.name()), || {
            (yield_wait_for(DRIVER, 0), command(DRIVER, 0, 0, 0))
        });
        case.equal(shown.map(|(told, _)| told), Ok(Ok([0; 3])));
        must(case, own.does(cancel(Way::Plain)))?;
        case.equal(own.does(find(Way::Plain, NAME)), found(&mine));
        case.holds(own.does(find(Way::Plain, FIRST.name())) != found(&mine));
        case.equal(FIRST.does(find(Way::Plain, NAME)), found(&mine));
        must(case, own.does(register(Way::Plain, OTHER))).map(|_| ())
    });
}
