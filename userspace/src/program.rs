//! What a program is beside its code: a record in its image, and what its entry's end means.

use guichet_abi::{AbiRecord, Error, OK, Result, StatusCode};

use crate::syscall;

/// What a program's image says of itself, in the section [`guichet_abi::ABI_SECTION`]: the ABI that
/// it was built for (CF-7), then the name that its entry macro was given. The name is for people
/// and tools that hold an image and want to know whose it is; a process is called what system.json5
/// calls it. With `#[entry]` there is no name.
#[derive(Debug)]
#[repr(C)]
pub struct ProgramRecord<const NAME_BYTES: usize> {
    /// The ABI that the program was built for.
    pub abi: AbiRecord,
    /// The length of the name in bytes.
    pub name_bytes: u32,
    /// The name, in UTF-8.
    pub name: [u8; NAME_BYTES],
}

impl<const NAME_BYTES: usize> ProgramRecord<NAME_BYTES> {
    /// The record of a program with this name, built against this crate.
    ///
    /// # Panics
    /// If the name is not `NAME_BYTES` long; in a static, that is a compile error.
    pub const fn new(name: &str) -> Self {
        let Some(name) = name.as_bytes().as_array::<NAME_BYTES>() else {
            panic!("the record must be as long as its name");
        };
        // A literal in a source file is far shorter than 4 GiB.
        ProgramRecord { abi: AbiRecord::CURRENT, name_bytes: NAME_BYTES as u32, name: *name }
    }
}

/// What the function under an entry macro may return, beside `!` (PR-6).
#[diagnostic::on_unimplemented(
    message = "an entry function cannot return `{Self}`",
    label = "not an exit code",
    note = "it returns `!`, nothing, `u32` (the exit code) or `pw_status::Result<()>`"
)]
pub trait EntryResult: sealed::Code {}

mod sealed {
    /// The exit code that a result stands for.
    pub trait Code {
        /// The exit code.
        fn code(self) -> u32;
    }
}

impl EntryResult for () {}
impl sealed::Code for () {
    fn code(self) -> u32 {
        OK
    }
}

impl EntryResult for u32 {}
impl sealed::Code for u32 {
    fn code(self) -> u32 {
        self
    }
}

impl EntryResult for Result<()> {}
impl sealed::Code for Result<()> {
    fn code(self) -> u32 {
        self.map_or_else(Error::status_code, |()| OK)
    }
}

/// Ends the process with what its entry returned (PR-6).
pub fn finish<R: EntryResult>(result: R) -> ! {
    syscall::process_exit(result.code())
}

#[cfg(test)]
mod tests {
    use super::sealed::Code;
    use super::*;

    #[test]
    fn results_become_exit_codes() {
        assert_eq!(().code(), 0);
        assert_eq!(7u32.code(), 7);
        assert_eq!(Ok(()).code(), 0);
        assert_eq!(Err(Error::Unavailable).code(), 14);
    }

    #[test]
    fn the_record_begins_as_the_abi_wants_and_holds_the_name() {
        let record = ProgramRecord::<5>::new("greet");
        assert_eq!(core::mem::offset_of!(ProgramRecord<5>, abi), 0);
        assert_eq!(record.abi, AbiRecord::CURRENT);
        assert_eq!((record.name_bytes, &record.name), (5, b"greet"));
        assert_eq!(ProgramRecord::<0>::new("").name_bytes, 0);
    }
}
