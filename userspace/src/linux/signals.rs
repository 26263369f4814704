//! How a thread is stopped in the middle, and how it tells that it crashed.
//!
//! Both are Linux signals. The supervisor preempts a thread by sending [`PREEMPT_SIGNAL`]; the
//! handler marks the frame, wakes the supervisor and sleeps inside the signal until the thread may
//! run on, so that Linux itself keeps and restores every register. A crash is a signal that Linux
//! raises; its handler writes down what happened, because the supervisor could not learn the
//! address from outside, and never returns.
//!
//! Handlers run on a stack of their own, or a thread that overflowed its stack could not tell.
//! They run with all signals masked: a crash inside a handler ends the Linux process, which the
//! supervisor takes for the fault that it is.

use core::arch::naked_asm;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::mem::transmute;
use core::sync::atomic::Ordering;

use guichet_abi::linux::{ATTENTION, FAULTED, PREEMPT_SIGNAL, PREEMPTED, TrapFrame};
use linux_raw_sys::general::{self, SIGBUS, SIGSEGV, kernel_sigaction, siginfo_t, stack_t};

use super::calls::{Errno, futex_wait, futex_wake, set_alternate_stack, set_signal_action};
use super::frame::frame_of_stack;
use super::trap::{is_running, sleep_until_running};

/// Enough for Linux's own record of the widest registers, and for a handler.
const ALTERNATE_STACK_BYTES: usize = 16 * 1024;

/// The signals that mean a crash. The last is what a forbidden Linux call raises, if the wall
/// is one that lets the program live to tell.
const CRASH_SIGNALS: [u32; 6] =
    [SIGSEGV, SIGBUS, general::SIGILL, general::SIGFPE, general::SIGTRAP, general::SIGSYS];

/// Where Linux keeps rip and rsp in a [`Context`]'s registers.
const INSTRUCTION_POINTER: usize = 16;
const STACK_POINTER: usize = 15;

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
        install_handler(signal, on_crash)?;
    }
    install_handler(PREEMPT_SIGNAL as u32, on_preempt)
}

fn install_handler(signal: u32, handler: Handler) -> Result<(), Errno> {
    // SAFETY: a handler is an address to Linux; the type that the binding gives it is that of a
    // handler without SA_SIGINFO, which is set below.
    let handler = unsafe { transmute::<Handler, unsafe extern "C" fn(c_int)>(handler) };
    let flags = general::SA_ONSTACK | general::SA_SIGINFO | general::SA_RESTORER;
    let action = kernel_sigaction {
        sa_handler_kernel: Some(handler),
        sa_flags: u64::from(flags),
        sa_restorer: Some(restore),
        sa_mask: general::kernel_sigset_t { sig: [u64::MAX] },
    };
    // SAFETY: the handler takes what SA_SIGINFO passes, and the restorer is one.
    unsafe { set_signal_action(signal, &action) }
}

/// Returns from a handler: Linux finds its record where the stack pointer is.
#[unsafe(naked)]
unsafe extern "C" fn restore() {
    naked_asm!("mov eax, {number}", "syscall", number = const general::__NR_rt_sigreturn)
}

/// Stops a running thread until the supervisor lets it run on. A thread that has trapped is
/// stopped already: the signal was sent before the supervisor knew.
unsafe extern "C" fn on_preempt(_: c_int, _: *const siginfo_t, context: *const Context) {
    // SAFETY: Linux passes the interrupted thread's registers, good until the handler returns.
    let context = unsafe { &*context };
    let frame = frame_of_stack(context.registers[STACK_POINTER]);
    let stop = |state| is_running(state).then_some(PREEMPTED);
    if frame.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, stop).is_ok() {
        futex_wake(&frame.state);
        sleep_until_running(frame);
    }
}

/// Writes down how the thread crashed and waits for its end.
unsafe extern "C" fn on_crash(signal: c_int, info: *const siginfo_t, context: *const Context) {
    // SAFETY: Linux passes both records, good until the handler returns.
    let (info, context) = unsafe { (&*info, &*context) };
    let frame = frame_of_stack(context.registers[STACK_POINTER]);
    // Signal numbers are positive.
    frame.fault_signal.store(signal as usize, Ordering::Relaxed);
    frame.fault_pc.store(context.registers[INSTRUCTION_POINTER], Ordering::Relaxed);
    frame.fault_address.store(unreachable_address(signal as u32, info), Ordering::Relaxed);
    stay_faulted(frame)
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
fn stay_faulted(frame: &TrapFrame) -> ! {
    loop {
        let state = frame.state.load(Ordering::Relaxed);
        if state & !ATTENTION == FAULTED {
            futex_wait(&frame.state, state);
        } else {
            frame.state.store(FAULTED, Ordering::Release);
            futex_wake(&frame.state);
        }
    }
}
