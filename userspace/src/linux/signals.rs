//! How a thread is stopped in the middle, and how it tells that it crashed.
//!
//! Both are Linux signals. The supervisor preempts a thread by sending [`PREEMPT_SIGNAL`]; the
//! handler marks the frame, wakes the supervisor and sleeps inside the signal until the thread may
//! run on, so that Linux itself keeps and restores every register. A crash is a signal that Linux
//! raises; its handler writes down what happened, because the supervisor could not learn the
//! address from outside, and never returns.
//!
//! The handler of crashes runs on a stack of its own, or a thread that overflowed its stack could not
//! tell, and with all signals masked: a crash inside it ends the Linux process, which the
//! supervisor takes for the fault that it is. That of preemption runs on the thread's own stack with
//! no signal masked, because another thread may run before it returns.

use core::arch::naked_asm;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::mem::transmute;
use core::sync::atomic::Ordering;

use guichet_abi::linux::{ATTENTION, FAULTED, PREEMPT_SIGNAL};
use linux_raw_sys::general::{self, SIGBUS, SIGSEGV, kernel_sigaction, siginfo_t, stack_t};

use super::calls::{Errno, futex_wait, futex_wake, set_alternate_stack, set_signal_action};
use super::frame::{current_frame, header};
use super::threads::stop;

/// Enough for Linux's own record of the widest registers, and for a handler.
const ALTERNATE_STACK_BYTES: usize = 16 * 1024;

/// The signals that mean a crash. The last is what a forbidden Linux call raises, if the wall
/// is one that lets the program live to tell.
const CRASH_SIGNALS: [u32; 6] =
    [SIGSEGV, SIGBUS, general::SIGILL, general::SIGFPE, general::SIGTRAP, general::SIGSYS];

/// Where Linux keeps rip in a [`Context`]'s registers.
const INSTRUCTION_POINTER: usize = 16;

/// The beginning of what Linux pushes on the handler's stack: flags, link, stack, registers.
#[repr(C)]
struct Context {
    flags: usize,
    link: usize,
    stack: stack_t,
    registers: [usize; 23],
}

#[repr(C, align(16))]
struct AlternateStack(UnsafeCell<[u8; ALTERNATE_STACK_BYTES]>);

// SAFETY: the program never touches the bytes; Linux gives them to one handler at a time.
unsafe impl Sync for AlternateStack {}

static ALTERNATE_STACK: AlternateStack = AlternateStack(UnsafeCell::new([0; _]));

type Handler = unsafe extern "C" fn(c_int, *const siginfo_t, *const Context);

/// Gives handlers their stack and installs them.
pub(super) fn install() -> Result<(), Errno> {
    let stack = stack_t {
        ss_sp: ALTERNATE_STACK.0.get().cast(),
        ss_flags: 0,
        ss_size: ALTERNATE_STACK_BYTES as u64,
    };
    // SAFETY: a static lives for ever, and nothing else uses this one.
    unsafe { set_alternate_stack(&stack) }?;
    for signal in CRASH_SIGNALS {
        install_handler(signal, on_crash, general::SA_ONSTACK, u64::MAX)?;
    }
    install_handler(PREEMPT_SIGNAL as u32, on_preempt, general::SA_NODEFER, 0)
}

/// Installs a handler that runs while the signals in `masked` wait.
fn install_handler(signal: u32, handler: Handler, how: u32, masked: u64) -> Result<(), Errno> {
    // SAFETY: a handler is an address to Linux; the type that the binding gives it is that of a
    // handler without SA_SIGINFO, which is set below.
    let handler = unsafe { transmute::<Handler, unsafe extern "C" fn(c_int)>(handler) };
    let flags = how | general::SA_SIGINFO | general::SA_RESTORER;
    let action = kernel_sigaction {
        sa_handler_kernel: Some(handler),
        sa_flags: u64::from(flags),
        sa_restorer: Some(restore),
        sa_mask: general::kernel_sigset_t { sig: [masked] },
    };
    // SAFETY: the handler takes what SA_SIGINFO passes, and the restorer is one.
    unsafe { set_signal_action(signal, &action) }
}

/// Returns from a handler: Linux finds its record where the stack pointer is.
#[unsafe(naked)]
unsafe extern "C" fn restore() {
    naked_asm!("mov eax, {number}", "syscall", number = const general::__NR_rt_sigreturn)
}

/// Stops the running thread until the supervisor lets it run on.
unsafe extern "C" fn on_preempt(_: c_int, _: *const siginfo_t, _: *const Context) {
    stop();
}

/// Writes down how the thread crashed and waits for its end.
unsafe extern "C" fn on_crash(signal: c_int, info: *const siginfo_t, context: *const Context) {
    // SAFETY: Linux passes both records, good until the handler returns.
    let (info, context) = unsafe { (&*info, &*context) };
    let frame = current_frame();
    // Signal numbers are positive.
    frame.fault_signal.store(signal as usize, Ordering::Relaxed);
    frame.fault_pc.store(context.registers[INSTRUCTION_POINTER], Ordering::Relaxed);
    frame.fault_address.store(unreachable_address(signal as u32, info), Ordering::Relaxed);
    stay_faulted()
}

/// The address that the crash is about; 0 for a signal that is about none, or that somebody sent.
fn unreachable_address(signal: u32, info: &siginfo_t) -> usize {
    // SAFETY: the number, the error and the code stand in every kind of record.
    let (code, fields) = unsafe {
        let record = &info.__bindgen_anon_1.__bindgen_anon_1;
        (record.si_code, &record._sifields)
    };
    if code <= 0 || !matches!(signal, SIGSEGV | SIGBUS) {
        return 0;
    }
    // SAFETY: for these two signals, raised by Linux itself (a positive code), this is the field.
    unsafe { fields._sigfault._addr }.addr()
}

/// Says FAULTED, and says it again to whoever resumes the thread because he took the signal, sent
/// to a sleeping thread from outside, for something that had not happened: a crash is for good.
fn stay_faulted() -> ! {
    let word = &header().state;
    loop {
        let state = word.load(Ordering::Relaxed);
        if state & !ATTENTION == FAULTED {
            futex_wait(word, state);
        } else {
            word.store(FAULTED, Ordering::Release);
            futex_wake(word);
        }
    }
}
