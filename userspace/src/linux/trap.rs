//! A call: its words go into the thread's frame, the supervisor is woken, the thread sleeps.
//!
//! The header's state word decides everything, and the order is what makes it right. The arguments
//! are stored before the state says TRAPPED (release), so whoever sees that sees them. The results
//! are read after the state says RUNNING (acquire), never on the strength of a wake-up, which
//! may mean nothing. The thread sleeps on the value that it has just looked at, so a change in
//! between ends the sleep at once.
//!
//! The preemption signal may come between any two instructions of this (see [`super::signals`]):
//! before TRAPPED is stored, the handler stops a running program, whose half-written arguments
//! nobody reads; from then until the supervisor resumes the thread, it leaves the word alone; after
//! that it stops a running program again, and comes back only when that runs on.

use core::arch::asm;
use core::sync::atomic::Ordering;

use guichet_abi::linux::TRAPPED;
use guichet_abi::{Arguments, Message, Results};

use super::calls::futex_wake;
use super::frame::{current_frame, header};
use super::threads::sleep_until_running;

/// Makes the call with these words and returns its results. Blocks when the call does.
///
/// # Safety
/// As for [`crate::raw::syscall`].
pub(crate) unsafe fn trap(number: usize, arguments: &Arguments) -> Results {
    let frame = current_frame();
    frame.number.store(number, Ordering::Relaxed);
    for (word, argument) in frame.arguments.iter().zip(arguments) {
        word.store(*argument, Ordering::Relaxed);
    }
    let state = &header().state;
    state.store(TRAPPED, Ordering::Release);
    futex_wake(state);
    sleep_until_running();
    Results {
        // A status word has 32 bits on every machine.
        status: frame.status.load(Ordering::Relaxed) as u32,
        value0: frame.value0.load(Ordering::Relaxed),
        value1: frame.value1.load(Ordering::Relaxed),
    }
}

/// The same, and returns the registers of a message too.
///
/// # Safety
/// As for [`crate::raw::syscall`].
pub(crate) unsafe fn trap_message(number: usize, arguments: &Arguments) -> (Results, Message) {
    // SAFETY: the caller vouches for what the words name.
    let results = unsafe { trap(number, arguments) };
    // A register of a message has 32 bits on every machine.
    let word = |place: usize| current_frame().message[place].load(Ordering::Relaxed) as u32;
    let words = [word(2), word(3), word(4), word(5)];
    (results, Message { badge: word(0), incarnation: word(1), words })
}

/// Ends the process as a fault, by an instruction that no machine has.
pub(crate) fn crash() -> ! {
    // SAFETY: the instruction does nothing but raise the exception.
    unsafe { asm!("ud2", options(noreturn, nomem, nostack)) }
}
