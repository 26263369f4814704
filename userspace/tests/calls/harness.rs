//! A thread of the test in the place of the kernel, for a program that is a function of the test.
//!
//! The test maps the frames where a program would find them; a second thread plays the supervisor,
//! which reads each call as the port does and answers it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, Once};
use std::thread;

use guichet_abi::linux::{
    FRAMES_ADDRESS, ProcessHeader, RUNNING, TRAPPED, TrapFrame, frame_address, frames_bytes,
};
use guichet_abi::{Arguments, Error, Message, Results};
use userspace::raw;

/// The call by which a program of [`run_all`] says that it is done.
const DONE: usize = usize::MAX / 2;

/// A call as the kernel sees it.
pub(crate) type Call = (usize, Arguments);

pub(crate) fn frame() -> &'static TrapFrame {
    // SAFETY: `map_frames` has run, and the words are atomic.
    unsafe { &*ptr::with_exposed_provenance(frame_address(0)) }
}

pub(crate) fn header() -> &'static ProcessHeader {
    // SAFETY: as above.
    unsafe { &*ptr::with_exposed_provenance(FRAMES_ADDRESS) }
}

fn map_frames() {
    static MAPPED: Once = Once::new();
    MAPPED.call_once(|| {
        let address = ptr::without_provenance_mut(FRAMES_ADDRESS);
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        // SAFETY: the flags replace no mapping.
        let mapped = unsafe { libc::mmap(address, frames_bytes(1), protection, flags, -1, 0) };
        assert_eq!(mapped.expose_provenance(), FRAMES_ADDRESS, "the addresses should be free");
        // SAFETY: the page was just mapped and starts with the header.
        let header: &ProcessHeader = unsafe { &*mapped.cast() };
        header.thread_count.store(1, Ordering::Relaxed);
    });
}

fn futex(word: &AtomicU32, operation: i32, value: u32) {
    let timeout: *const libc::timespec = ptr::null();
    // SAFETY: the word lives; no outcome matters.
    unsafe { libc::syscall(libc::SYS_futex, word, operation, value, timeout) };
}

pub(crate) fn set_state(state: u32) {
    header().state.store(state, Ordering::Release);
    futex(&header().state, libc::FUTEX_WAKE, 1);
}

/// Sleeps until the program has trapped and reads its call.
fn next_call() -> Call {
    loop {
        let state = header().state.load(Ordering::Acquire);
        if state == TRAPPED {
            let word = |index: usize| frame().arguments[index].load(Ordering::Relaxed);
            return (frame().number.load(Ordering::Relaxed), std::array::from_fn(word));
        }
        futex(&header().state, libc::FUTEX_WAIT, state);
    }
}

fn answer(results: Results, message: Message) {
    for (register, word) in frame().message.iter().zip(message.to_words()) {
        register.store(word as usize, Ordering::Relaxed);
    }
    frame().status.store(results.status as usize, Ordering::Relaxed);
    frame().value0.store(results.value0, Ordering::Relaxed);
    frame().value1.store(results.value1, Ordering::Relaxed);
    set_state(RUNNING);
}

/// Has the frames to itself, with a program that runs.
fn begin() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    map_frames();
    header().state.store(RUNNING, Ordering::Release);
    guard
}

/// Runs `program`, which makes `calls` calls, answers each by `kernel`, and returns what the
/// program returned and the calls that it made.
pub(crate) fn run<T>(
    calls: usize,
    kernel: impl Fn(&Call) -> Results + Send,
    program: impl FnOnce() -> T,
) -> (T, Vec<Call>) {
    let _guard = begin();
    thread::scope(|scope| {
        let supervisor = scope.spawn(move || {
            let serve = |_| {
                let call = next_call();
                answer(kernel(&call), Message::default());
                call
            };
            (0..calls).map(serve).collect()
        });
        (program(), supervisor.join().expect("the kernel's thread should end"))
    })
}

/// Runs `program`, answers all its calls by `kernel`, and returns what the program returned and the
/// calls that it made.
pub(crate) fn run_all<T>(
    mut kernel: impl FnMut(&Call) -> (Results, Message) + Send,
    program: impl FnOnce() -> T,
) -> (T, Vec<Call>) {
    let _guard = begin();
    thread::scope(|scope| {
        let supervisor = scope.spawn(move || {
            let (mut calls, mut failed) = (Vec::new(), Ok(()));
            loop {
                let call = next_call();
                if call.0 == DONE {
                    answer(Results::default(), Message::default());
                    return failed.map(|()| calls);
                }
                // A kernel that fails an assertion must still let the program go.
                let served = catch_unwind(AssertUnwindSafe(|| kernel(&call)));
                let (results, message) = served.unwrap_or_else(|panic| {
                    failed = Err(panic);
                    let status = Error::Internal as u32;
                    (Results { status, value0: 0, value1: 0 }, Message::default())
                });
                answer(results, message);
                calls.push(call);
            }
        });
        let result = catch_unwind(AssertUnwindSafe(program));
        // SAFETY: the kernel of the test touches nothing.
        unsafe { raw::syscall(DONE, [0; 7]) };
        let calls = supervisor.join().expect("the kernel's thread should end");
        let calls = calls.unwrap_or_else(|panic| resume_unwind(panic));
        (result.unwrap_or_else(|panic| resume_unwind(panic)), calls)
    })
}

/// The bytes of a flat buffer of the program, which is this very process.
pub(crate) fn bytes(address: usize, length: usize) -> &'static mut [u8] {
    // SAFETY: called while the call that named the buffer is pending.
    unsafe { std::slice::from_raw_parts_mut(ptr::with_exposed_provenance_mut(address), length) }
}
