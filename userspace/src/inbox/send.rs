//! The side that sends.

use guichet_abi::{Error, ErrorCode};

use super::DRIVER;
use crate::ProcessId;
use crate::allow::{is_absent, with_read_only};
use crate::syscall::{CapsuleError, command_values};

const BYTES: u32 = 0;
const SEND: u32 = 3;

/// Why a message was not sent. The receiver has no trace of it, but of those that found it full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendError {
    /// The receiver has ended, or was never made known to this process: discover it anew.
    Gone,
    /// The receiver takes no messages now; try again when it has opened its inbox.
    Closed,
    /// The receiver does not take messages of this process: it must put it on its allowlist.
    NotAllowed,
    /// The receiver's buffer has no room; it is told so. Try again when it has read.
    Full,
    /// It is longer than `max_transfer_bytes` of system.json5: send less at a time.
    TooLong,
    /// Another part of the program is sending.
    Busy,
    /// The system has no such mailbox: add "async_mailbox" to the `capsules` of system.json5.
    NoMailbox,
    /// The capsule refuses, with a code that means nothing better here.
    Refused(ErrorCode),
    /// The kernel refuses: `FailedPrecondition` from a thread other than the main one.
    Failed(Error),
}

/// Sends a message to another process's inbox (AM-1). Never blocks.
///
/// # Errors
/// See [`SendError`].
pub fn send(to: ProcessId, bytes: &[u8]) -> Result<(), SendError> {
    let body = || command_values(DRIVER, SEND, to.word(), 0);
    match with_read_only(DRIVER, BYTES, bytes, body) {
        Ok(sent) => sent.map(|_| ()).map_err(SendError::from),
        Err(error) if is_absent(error) => Err(SendError::NoMailbox),
        Err(error) => Err(error.into()),
    }
}

impl From<CapsuleError> for SendError {
    fn from(error: CapsuleError) -> SendError {
        match error {
            CapsuleError::Refused(ErrorCode::NoDevice) => SendError::Gone,
            CapsuleError::Refused(ErrorCode::Off) => SendError::Closed,
            CapsuleError::Refused(ErrorCode::NoAcknowledge) => SendError::NotAllowed,
            CapsuleError::Refused(ErrorCode::NoMemory) => SendError::Full,
            CapsuleError::Refused(ErrorCode::Size) => SendError::TooLong,
            CapsuleError::Refused(code) => SendError::Refused(code),
            CapsuleError::InUse => SendError::Busy,
            CapsuleError::Failed(error) => SendError::Failed(error),
        }
    }
}
