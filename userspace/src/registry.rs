//! Services by name: who offers one registers, who needs one discovers who that is (NR).
//!
//! ```ignore
//! const SENSOR: Name = Name::new("sensor");
//! registry::register(&SENSOR)?; // in the service
//! let sensor = registry::wait_for(&SENSOR)?; // in a client, whoever starts first
//! ```
//!
//! - **the name is there**: [`discover`] and [`wait_for`] tell whose it is.
//! - **it is not**: [`discover`] says [`NotThere`](RegistryError::NotThere); [`wait_for`] waits for
//!   it, for ever or until a deadline ([`wait_for_until`]).
//! - **its process ends**: the name goes with it, and so does the id; discover anew.
//!
//! In a program driven by events, [`start_wait_for`] and its likes return at once, and what comes of
//! it is an event of [`REGISTERED`] or [`DISCOVERED`], which [`discovered`] reads. The name is copied
//! when a call is made, so nothing stays allowed.

mod name;

pub use name::Name;

use guichet_abi::driver::NAME_REGISTRY as DRIVER;
use guichet_abi::{Error, ErrorCode};

use crate::ProcessId;
use crate::allow::{is_absent, with_read_only};
use crate::syscall::{CapsuleError, command_values, yield_wait_for};
use crate::time::Instant;
use crate::upcall::{Event, Source, Upcalls};

/// The event of a registration that is complete.
pub const REGISTERED: Source = Source { driver: DRIVER, number: 0 };
/// The event of a discovery that is complete; [`discovered`] reads it.
pub const DISCOVERED: Source = Source { driver: DRIVER, number: 1 };

const NAME: u32 = 0;
const REGISTER: u32 = 1;
const DISCOVER: u32 = 2;
const WAIT_FOR: u32 = 3;
const CANCEL: u32 = 4;

/// Why a registration or a discovery came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistryError {
    /// Another process that lives has the name; choose another, or wait for its end (NR-3).
    Taken,
    /// system.json5 keeps the name for another process, or this process to other names: declare it
    /// among its `services` (NR-5).
    Reserved,
    /// Nobody has the name now; wait for it, or try again.
    NotThere,
    /// A discovery waits already; cancel it, or let it end.
    Busy,
    /// Nothing waits, and nothing has come that was not heard of: there is nothing to cancel.
    NothingToCancel,
    /// The deadline passed first; nothing waits any more.
    DeadlineExceeded,
    /// The system has no name registry: add "name_registry" to the `capsules` of system.json5.
    NoRegistry,
    /// The board's policy refuses, with this code (NR-4).
    Refused(ErrorCode),
    /// The kernel refuses: `FailedPrecondition` from a thread other than the main one.
    Failed(Error),
}

/// Takes a name for this process, in place of the one that it had; blocks until that is done (NR-3).
///
/// # Errors
/// `Taken`, `Reserved`, `NoRegistry`, or `Refused` by the board's policy; the name that it had is
/// still its own then.
pub fn register(name: &Name) -> Result<(), RegistryError> {
    start_register(name)?;
    registered(yield_wait_for(DRIVER, REGISTERED.number)?)
}

/// Tells whose this name is; does not wait for it.
///
/// # Errors
/// `NotThere` if it is nobody's, `Busy` if a discovery waits, `NoRegistry`, or `Refused` by the board's
/// policy.
pub fn discover(name: &Name) -> Result<ProcessId, RegistryError> {
    start_discover(name)?;
    found(yield_wait_for(DRIVER, DISCOVERED.number)?)
}

/// Tells whose this name is; blocks until it is somebody's.
///
/// # Errors
/// As [`discover`], but for `NotThere`.
pub fn wait_for(name: &Name) -> Result<ProcessId, RegistryError> {
    start_wait_for(name)?;
    found(yield_wait_for(DRIVER, DISCOVERED.number)?)
}

/// As [`wait_for`], until the deadline. `upcalls` is the process's object of that type.
///
/// # Errors
/// As [`wait_for`]; `DeadlineExceeded` if the deadline passed first, and then nothing waits.
pub fn wait_for_until(
    name: &Name,
    upcalls: Upcalls,
    deadline: Instant,
) -> Result<ProcessId, RegistryError> {
    start_wait_for(name)?;
    match upcalls.wait_for_any([DISCOVERED], deadline) {
        Ok(event) => found(event.arguments),
        Err(error) => {
            // It may have come since; that is withdrawn too.
            let _ = cancel();
            Err(error.into())
        }
    }
}

/// As [`register`], and does not wait: [`REGISTERED`] says when it is done. Never blocks.
///
/// # Errors
/// As [`register`].
pub fn start_register(name: &Name) -> Result<(), RegistryError> {
    start(REGISTER, name)
}

/// As [`discover`], and does not wait: [`DISCOVERED`] says what came of it. A discovery that is
/// complete and has not been heard of is replaced. Never blocks.
///
/// # Errors
/// As [`discover`].
pub fn start_discover(name: &Name) -> Result<(), RegistryError> {
    start(DISCOVER, name)
}

/// As [`wait_for`], and does not wait: [`DISCOVERED`] says when the name has appeared. Never blocks.
///
/// # Errors
/// As [`wait_for`].
pub fn start_wait_for(name: &Name) -> Result<(), RegistryError> {
    start(WAIT_FOR, name)
}

/// Ends the discovery that waits, or drops the one that is complete and has not been heard of. Never
/// blocks.
///
/// # Errors
/// `NothingToCancel`; `NoRegistry`.
pub fn cancel() -> Result<(), RegistryError> {
    match command_values(DRIVER, CANCEL, 0, 0) {
        Ok(_) => Ok(()),
        Err(CapsuleError::Refused(ErrorCode::Already)) => Err(RegistryError::NothingToCancel),
        Err(error) if is_absent(error) => Err(RegistryError::NoRegistry),
        Err(error) => Err(error.into()),
    }
}

/// What a discovery has come to: nothing if the event is no [`DISCOVERED`].
pub fn discovered(event: &Event) -> Option<Result<ProcessId, RegistryError>> {
    (event.source == DISCOVERED).then(|| found(event.arguments))
}

fn start(command: u32, name: &Name) -> Result<(), RegistryError> {
    let body = || command_values(DRIVER, command, 0, 0);
    let started = with_read_only(DRIVER, NAME, name.as_bytes(), body)
        .map_err(|error| if is_absent(error) { RegistryError::NoRegistry } else { error.into() })?;
    started.map(|_| ()).map_err(RegistryError::from)
}

/// The result that a status in an upcall stands for.
fn status(argument: usize) -> Result<(), RegistryError> {
    let code = |number| ErrorCode::from_number(number).unwrap_or(ErrorCode::Fail);
    match u32::try_from(argument) {
        Ok(0) => Ok(()),
        Ok(number) => Err(CapsuleError::Refused(code(number)).into()),
        Err(_) => Err(RegistryError::Refused(ErrorCode::Fail)),
    }
}

fn registered([code, _, _]: [usize; 3]) -> Result<(), RegistryError> {
    status(code)
}

fn found([code, id, _]: [usize; 3]) -> Result<ProcessId, RegistryError> {
    status(code)?;
    ProcessId::from_argument(id).ok_or(RegistryError::Failed(Error::Internal))
}

impl From<CapsuleError> for RegistryError {
    fn from(error: CapsuleError) -> RegistryError {
        match error {
            CapsuleError::Refused(ErrorCode::Already) => RegistryError::Taken,
            CapsuleError::Refused(ErrorCode::Reserve) => RegistryError::Reserved,
            CapsuleError::Refused(ErrorCode::NoDevice) => RegistryError::NotThere,
            CapsuleError::Refused(ErrorCode::Busy) | CapsuleError::InUse => RegistryError::Busy,
            CapsuleError::Refused(code) => RegistryError::Refused(code),
            CapsuleError::Failed(Error::DeadlineExceeded) => RegistryError::DeadlineExceeded,
            CapsuleError::Failed(error) => RegistryError::Failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_discovery_is_read() {
        let read = |arguments| discovered(&Event { source: DISCOVERED, arguments });
        assert_eq!(read([0, 0x102, 0]), Some(Ok(ProcessId::from_word(0x102).unwrap())));
        assert_eq!(read([11, 0, 0]), Some(Err(RegistryError::NotThere)));
        assert_eq!(read([usize::MAX, 0, 0]), Some(Err(RegistryError::Refused(ErrorCode::Fail))));
        assert_eq!(read([0, 0, 0]), Some(Err(RegistryError::Failed(Error::Internal))));
        let event = Event { source: REGISTERED, arguments: [0, 0x102, 0] };
        assert_eq!(discovered(&event), None);
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        let table = [
            (ErrorCode::Already, RegistryError::Taken),
            (ErrorCode::Reserve, RegistryError::Reserved),
            (ErrorCode::Busy, RegistryError::Busy),
            (ErrorCode::NoDevice, RegistryError::NotThere),
            (ErrorCode::NoSupport, RegistryError::Refused(ErrorCode::NoSupport)),
        ];
        for (code, error) in table {
            assert_eq!(RegistryError::from(CapsuleError::Refused(code)), error);
        }
    }
}
