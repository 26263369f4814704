//! The few raw Linux calls that several files need, with their errors as values.

use std::io;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Turns the -1 of a Linux call into its error.
pub(crate) fn checked<T: PartialEq + From<i8>>(result: T) -> io::Result<T> {
    if result == T::from(-1) { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Sleeps while `word` holds `value`, at most `longest`. Returns early at any time: who calls
/// looks at the word again.
pub(crate) fn futex_wait(word: &AtomicU32, value: u32, longest: Duration) {
    let timeout = libc::timespec {
        tv_sec: libc::time_t::try_from(longest.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(longest.subsec_nanos()),
    };
    // SAFETY: (linux-1) the word outlives the call, the timeout is a whole timespec. Linux only
    // reads both. Every way in which the call can fail means "look again".
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, value, &raw const timeout);
    }
}

/// Wakes the one thread that sleeps on `word`, if there is one, in whatever process.
pub(crate) fn futex_wake(word: &AtomicU32) {
    // SAFETY: (linux-2) Linux uses the address as the futex's name and touches no memory.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1);
    }
}

/// The number by which Linux knows the calling thread.
pub(crate) fn thread_id() -> libc::pid_t {
    // SAFETY: (linux-3) takes nothing, touches nothing.
    unsafe { libc::gettid() }
}
