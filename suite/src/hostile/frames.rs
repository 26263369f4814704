//! Rewriting what the machine has put on a thread's stack while the thread does not run.
//!
//! A second thread of the same process may write there: the memory is its own. What it writes is what the
//! first one gets back, if the machine keeps anything there, so it must not be more than the process
//! has a right to.

use core::hint::black_box;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use userspace::syscall::thread_exit;
use userspace::thread::{self, Stack};
use userspace::time::{Duration, SystemClock, sleep_until};

/// The handle of the attacker's second thread, which is more important than its first.
const HELPER: u32 = 1;

/// How much of the stack is rewritten, in words.
const REWRITTEN_WORDS: usize = 96;

/// Enough for Rust code without optimisation on a machine with long words.
static STACK: Stack<1024> = Stack::new();
/// The address of something on the first thread's stack, above everything that is rewritten.
static MARK: AtomicUsize = AtomicUsize::new(0);
/// What is written.
static WORD: AtomicUsize = AtomicUsize::new(0);
static IS_WRITTEN: AtomicBool = AtomicBool::new(false);

/// Has the stack rewritten with `word` while the calling thread blocks in a call.
pub(super) fn rewrite_blocked(word: usize) {
    rewrite_while(word, blocks);
}

/// Has the stack rewritten with `word` while the calling thread is interrupted in its own code.
pub(super) fn rewrite_interrupted(word: usize) {
    rewrite_while(word, spins);
}

#[inline(never)]
fn rewrite_while(word: usize, first: fn()) {
    let mark = 0usize;
    MARK.store(black_box(&raw const mark).expose_provenance(), Relaxed);
    WORD.store(word, Relaxed);
    if thread::start(HELPER, &STACK, rewrites).is_ok() {
        black_box(first)();
    }
    black_box(mark);
}

/// Calls something around its own call, so that its return address is on the stack meanwhile and not
/// only in a register.
#[inline(never)]
fn blocks() {
    black_box(nothing as fn())();
    let _ = sleep_until(SystemClock::now() + Duration::from_millis(5));
    black_box(nothing as fn())();
}

/// As [`blocks`], in its own code.
#[inline(never)]
fn spins() {
    while !IS_WRITTEN.load(Relaxed) {
        black_box(nothing as fn())();
    }
}

#[inline(never)]
fn nothing() {}

extern "C" fn rewrites() -> ! {
    let _ = sleep_until(SystemClock::now() + Duration::from_millis(1));
    let (mark, word) = (MARK.load(Relaxed), WORD.load(Relaxed));
    let mark = core::ptr::with_exposed_provenance_mut::<usize>(mark & !(size_of::<usize>() - 1));
    for distance in 1..=REWRITTEN_WORDS {
        // SAFETY: the memory is the stack of a thread that does not run, which is the point.
        unsafe { mark.sub(distance).write_volatile(word) };
    }
    IS_WRITTEN.store(true, Relaxed);
    thread_exit(0)
}
