//! Sends a few numbers to the handler, which adds them up, and shows each sum.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use initiator_codegen::handle;
use pw_status::{Error, Result};
use userspace::time::{Duration, SystemClock};
use userspace::{println, process_entry, syscall};

/// How long an answer may take. A handler that is stuck or has crashed must not stop this process.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends one number and gives the sum of all that were sent so far.
fn add(number: u32) -> Result<u32> {
    let mut answer = [0; size_of::<u32>()];
    let deadline = SystemClock::now() + PATIENCE;
    let length =
        syscall::channel_transact(handle::IPC, &number.to_le_bytes(), &mut answer, deadline)?;
    // What another process says is not to be trusted: a shorter answer is none.
    if length != answer.len() {
        return Err(Error::DataLoss);
    }
    Ok(u32::from_le_bytes(answer))
}

fn add_all() -> Result<()> {
    for number in [1, 20, 300] {
        let sum = add(number)?;
        println!("added {number}, the sum is {sum}");
    }
    Ok(())
}

#[process_entry("initiator")]
fn entry() -> Result<()> {
    let result = add_all();
    if let Err(error) = result {
        println!("the handler gave no sum: {error:?}");
    }
    // Ends the whole system; `guichet run` exits with this result.
    syscall::debug_shutdown(result)
}
