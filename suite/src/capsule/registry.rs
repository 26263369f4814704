//! The name registry, by every way.

use pw_status::Error;
use userspace::allow::with_read_only;
use userspace::registry::{self, DISCOVERED, REGISTERED, RegistryError};
use userspace::syscall::{CapsuleError, ErrorCode};
use userspace::time::Instant;
use userspace::upcall::{self, Event, Source, Upcalls};

use super::plain::{ask, status, wait_for};
use super::{DRIVERS, REGISTRY, Said, Way, name, name_bytes};

const DRIVER: u32 = DRIVERS[REGISTRY as usize];

type Result<T> = core::result::Result<T, CapsuleError>;

/// What an error of the library's stands for.
fn error(error: RegistryError) -> CapsuleError {
    match error {
        RegistryError::Taken | RegistryError::NothingToCancel => ErrorCode::Already.into(),
        RegistryError::Reserved => ErrorCode::Reserve.into(),
        RegistryError::NotThere => ErrorCode::NoDevice.into(),
        RegistryError::Busy => ErrorCode::Busy.into(),
        RegistryError::NoRegistry => ErrorCode::Uninstalled.into(),
        RegistryError::DeadlineExceeded => Error::DeadlineExceeded.into(),
        RegistryError::Refused(code) => code.into(),
        RegistryError::Failed(error) => error.into(),
    }
}

/// Gives a command about a name.
fn about(number: u8, command: u32) -> Result<()> {
    let asked = with_read_only(DRIVER, 0, &name_bytes(number), || ask(DRIVER, command, [0; 2]))?;
    asked.map(|_| ())
}

/// Waits for the one event that can come.
pub(super) fn event(source: Source) -> Result<Event> {
    upcall::listen(source)?;
    let event = upcall::wait()?;
    upcall::ignore(source)?;
    Ok(event)
}

pub(super) fn register(way: Way, number: u8) -> Said {
    match way {
        Way::Plain => {
            about(number, 1)?;
            let [code, rest @ ..] = wait_for(DRIVER, 0)?;
            status(code)?;
            if rest == [0; 2] { Ok(0) } else { Err(Error::DataLoss.into()) }
        }
        Way::Events => {
            registry::start_register(&name(number)).map_err(error)?;
            status(event(REGISTERED)?.arguments[0]).map(|()| 0)
        }
        Way::Blocking | Way::Deadline => {
            registry::register(&name(number)).map(|()| 0).map_err(error)
        }
    }
}

pub(super) fn find(way: Way, number: u8) -> Said {
    match way {
        Way::Plain | Way::Events => {
            begin_find(way, number)?;
            found(way)
        }
        Way::Blocking | Way::Deadline => id(registry::discover(&name(number))),
    }
}

pub(super) fn wait(way: Way, number: u8, upcalls: Upcalls, deadline: Instant) -> Said {
    match way {
        Way::Plain | Way::Events => {
            begin_wait(way, number)?;
            found(way)
        }
        Way::Blocking => id(registry::wait_for(&name(number))),
        Way::Deadline => id(registry::wait_for_until(&name(number), upcalls, deadline)),
    }
}

pub(super) fn begin_find(way: Way, number: u8) -> Said {
    match way {
        Way::Plain => about(number, 2)?,
        _ => registry::start_discover(&name(number)).map_err(error)?,
    }
    Ok(0)
}

pub(super) fn begin_wait(way: Way, number: u8) -> Said {
    match way {
        Way::Plain => about(number, 3)?,
        _ => registry::start_wait_for(&name(number)).map_err(error)?,
    }
    Ok(0)
}

pub(super) fn found(way: Way) -> Said {
    if way == Way::Plain {
        let [code, id, zero] = wait_for(DRIVER, 1)?;
        status(code)?;
        return if zero == 0 { Ok(id as u64) } else { Err(Error::DataLoss.into()) };
    }
    id(registry::discovered(&event(DISCOVERED)?).ok_or(Error::Internal)?)
}

pub(super) fn cancel(way: Way) -> Said {
    match way {
        Way::Plain => ask(DRIVER, 4, [0; 2]).map(|_| 0),
        _ => registry::cancel().map(|()| 0).map_err(error),
    }
}

fn id(found: core::result::Result<userspace::ProcessId, RegistryError>) -> Said {
    found.map(|id| id.word().into()).map_err(error)
}
