//! Shows a text in upper case without knowing what upper case is: it asks the handler, one
//! character at a time.
//!
//! A request is one character as four bytes, little end first. The answer is the upper-case
//! character and then the original, each in the same form. The handler is another process, so its
//! answer is checked like anything else that comes from outside.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use initiator_codegen::handle;
use pw_status::{Error, Result};
use userspace::time::{Duration, SystemClock};
use userspace::{print, println, process_entry, syscall};

const TEXT: &str = "Guichet: a small window, 1 message at a time, façade to façade";

/// Far longer than an answer takes; if the handler is stuck, this process is not.
const PATIENCE: Duration = Duration::from_secs(10);

const CHARACTER_BYTES: usize = size_of::<u32>();

/// Asks the handler for the upper case of one character.
fn upper_case(character: char) -> Result<char> {
    let request = u32::from(character).to_le_bytes();
    let mut answer = [0; 2 * CHARACTER_BYTES];
    let deadline = SystemClock::now() + PATIENCE;
    let length = syscall::channel_transact(handle::IPC, &request, &mut answer, deadline)?;

    // A short answer is how the handler says that it could not make sense of the request.
    if length != answer.len() {
        return Err(Error::InvalidArgument);
    }
    let (upper, original) = answer.split_at(CHARACTER_BYTES);
    if original != request {
        return Err(Error::DataLoss);
    }
    let upper = upper.try_into().map_err(|_| Error::Internal)?;
    char::from_u32(u32::from_le_bytes(upper)).ok_or(Error::DataLoss)
}

/// Prints the text in upper case, and whatever happens, ends the line.
fn shout(text: &str) -> Result<()> {
    let result = text.chars().try_for_each(|character| {
        print!("{}", upper_case(character)?);
        Ok(())
    });
    println!();
    result
}

#[process_entry("initiator")]
fn entry() -> Result<()> {
    let result = shout(TEXT);
    if let Err(error) = result {
        println!("the handler did not do its part: {error:?}");
    }
    // The text is all that this system is for, so its end is the system's end.
    syscall::debug_shutdown(result)
}
