//! Answers every character that comes with its upper case.
//!
//! A request is one character as four bytes, little end first. The answer is the upper-case
//! character and then the original, each in the same form; an empty answer means that the request
//! was not a character. Every request gets exactly one answer, whatever is in it: the process that
//! asked waits for it, and this one serves it without trusting it.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use handler_codegen::handle;
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

const CHARACTER_BYTES: usize = size_of::<u32>();

/// The upper case of a character, if that is one character too; else the character itself (the
/// upper case of 'ß' is "SS").
fn upper_case(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

/// Reads the pending request; `None` if it is not a character.
fn read_character() -> Result<Option<char>> {
    // One byte more than a request has, so that a longer one shows.
    let mut request = [0; CHARACTER_BYTES + 1];
    let length = syscall::channel_read(handle::IPC, 0, &mut request)?;
    let character = request[..length].try_into().ok().map(u32::from_le_bytes);
    Ok(character.and_then(char::from_u32))
}

fn serve_one() -> Result<()> {
    let Some(character) = read_character()? else {
        return syscall::channel_respond(handle::IPC, &[0u8; 0]);
    };
    // The two halves go out as they lie, without being put together first.
    let upper = u32::from(upper_case(character)).to_le_bytes();
    let original = u32::from(character).to_le_bytes();
    let answer: [&[u8]; 2] = [&upper, &original];
    syscall::channel_respond(handle::IPC, &answer)
}

#[process_entry("handler")]
fn entry() -> Result<()> {
    loop {
        syscall::object_wait(handle::IPC, Signals::READABLE, Instant::MAX)?;
        match serve_one() {
            // The initiator gave up, or its buffer has no room: its affair, and the next one may
            // do better.
            Ok(()) | Err(Error::Unavailable) => {}
            // An answer that does not fit leaves the request waiting for a shorter one.
            Err(Error::OutOfRange) => syscall::channel_respond(handle::IPC, &[0u8; 0])?,
            Err(error) => return Err(error),
        }
    }
}
