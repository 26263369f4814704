//! The sixteen ways in which a call can fail (AB-1).

/// The status word of a call that succeeded.
pub const OK: u32 = 0;

/// A call's result: a value, or one of the sixteen canonical errors.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call failed (AB-1). One code means one thing in every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Error {
    /// Another thread of the caller's own process cancelled the call.
    Cancelled = 1,
    /// Nothing better is known.
    Unknown = 2,
    /// An object of the wrong kind, undefined bits, or a malformed value.
    InvalidArgument = 3,
    /// The deadline passed before the call could end otherwise.
    DeadlineExceeded = 4,
    /// What was asked for by name or as a member is not there.
    NotFound = 5,
    /// What should be made is there already.
    AlreadyExists = 6,
    /// A right is missing, or a buffer is not wholly memory that the caller may use that way.
    PermissionDenied = 7,
    /// A declared bound is reached: a queue is full, a transaction is already pending.
    ResourceExhausted = 8,
    /// Calls came in the wrong order.
    FailedPrecondition = 9,
    /// The other side is alive and closed or dropped it on purpose.
    Aborted = 10,
    /// A length, an offset or a handle number does not fit.
    OutOfRange = 11,
    /// The kernel has no such call.
    Unimplemented = 12,
    /// The kernel contradicted itself; always a bug in Guichet.
    Internal = 13,
    /// The other side is gone; from a call that never blocks, nothing is there now.
    Unavailable = 14,
    /// Data was lost.
    DataLoss = 15,
    /// The caller's identity is not known.
    Unauthenticated = 16,
}

impl Error {
    /// All errors, in the order of their codes.
    pub const ALL: [Error; 16] = [
        Error::Cancelled,
        Error::Unknown,
        Error::InvalidArgument,
        Error::DeadlineExceeded,
        Error::NotFound,
        Error::AlreadyExists,
        Error::PermissionDenied,
        Error::ResourceExhausted,
        Error::FailedPrecondition,
        Error::Aborted,
        Error::OutOfRange,
        Error::Unimplemented,
        Error::Internal,
        Error::Unavailable,
        Error::DataLoss,
        Error::Unauthenticated,
    ];

    /// The error that a status word stands for: `None` for [`OK`] and for words that mean nothing.
    pub fn from_status(status: u32) -> Option<Error> {
        let index = usize::try_from(status.checked_sub(1)?).ok()?;
        Self::ALL.get(index).copied()
    }
}

/// Turns a result into its status word: [`OK`] or the error's code.
pub trait StatusCode {
    /// The status word.
    fn status_code(self) -> u32;
}

impl StatusCode for Error {
    fn status_code(self) -> u32 {
        self as u32
    }
}

impl<T> StatusCode for Result<T> {
    fn status_code(self) -> u32 {
        match self {
            Ok(_) => OK,
            Err(error) => error.status_code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_finds_its_error_and_no_other_word_does() {
        for error in Error::ALL {
            assert_eq!(Error::from_status(error.status_code()), Some(error));
        }
        assert_eq!(Error::from_status(OK), None);
        assert_eq!(Error::from_status(17), None);
        assert_eq!(Error::from_status(u32::MAX), None);
    }
}
