//! The threads of a process, taking turns on its one Linux thread.
//!
//! Everything that a thread is while it does not run lies on its own stack: in the middle of a trap or
//! of the preemption handler, it has called [`sleep_until_running`]. When the supervisor lets
//! another thread run, the sleeper pushes what a call must preserve, notes its stack pointer and
//! goes over to the other's stack, where the same call returns. So Linux knows of none of this, and
//! no filter has to allow a second Linux thread.
//!
//! A preemption signal may come while the stack is being changed. The handler then only leaves a
//! note, and whoever has arrived on the other side stops there.
//!
//! A thread runs on a stack of the port's own (PR-5): Linux puts its record of a signal there, which
//! is larger than many a stack that a microcontroller's thread would ask for.

use core::arch::naked_asm;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use guichet_abi::linux::{ATTENTION, MAX_THREADS, PREEMPTED, RUNNING, stack_address};

use super::calls::{exit_group, futex_wait, futex_wake};
use super::frame::{frame_of, header};

/// The thread that the Linux thread runs as.
static CURRENT: AtomicUsize = AtomicUsize::new(0);
/// Where the others' registers are: the stack pointer of each.
static STACK_POINTERS: [AtomicUsize; MAX_THREADS] = [const { AtomicUsize::new(0) }; MAX_THREADS];
/// The stack is being changed, so nobody can be stopped.
static SWITCHES: AtomicBool = AtomicBool::new(false);
/// A preemption signal came meanwhile.
static WAS_SIGNALLED: AtomicBool = AtomicBool::new(false);

/// The Linux exit code of a process whose supervisor names a thread that it does not have.
const NO_SUCH_THREAD: u32 = 71;

/// The thread that runs.
#[inline]
pub(super) fn current() -> usize {
    CURRENT.load(Ordering::Relaxed)
}

/// Tells whether a state word lets a thread run the program.
const fn is_running(state: u32) -> bool {
    state & !ATTENTION == RUNNING
}

/// Tells whether a thread is to begin.
fn is_fresh(thread: usize) -> bool {
    frame_of(thread).is_fresh.load(Ordering::Relaxed) != 0
}

/// Sleeps until the supervisor lets the calling thread run; until then the others may.
pub(super) fn sleep_until_running() {
    let header = header();
    loop {
        let state = header.state.load(Ordering::Acquire);
        let next = header.thread.load(Ordering::Relaxed) as usize;
        if !is_running(state) {
            futex_wait(&header.state, state);
        } else if next == current() && !is_fresh(next) {
            return;
        } else {
            change_to(next);
        }
    }
}

/// Stops the running thread until the supervisor lets it run on; the preemption handler calls this.
/// A thread that has trapped is stopped already: the signal was sent before the supervisor knew.
pub(super) fn stop() {
    if SWITCHES.load(Ordering::SeqCst) {
        WAS_SIGNALLED.store(true, Ordering::SeqCst);
        return;
    }
    let header = header();
    let stop = |state| is_running(state).then_some(PREEMPTED);
    if header.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, stop).is_ok() {
        futex_wake(&header.state);
        sleep_until_running();
    }
}

/// Goes over to another thread; comes back when somebody goes over to this one.
fn change_to(next: usize) {
    let here = current();
    let (Some(own), Some(other)) = (STACK_POINTERS.get(here), STACK_POINTERS.get(next)) else {
        exit_group(NO_SUCH_THREAD)
    };
    SWITCHES.store(true, Ordering::SeqCst);
    if frame_of(next).is_fresh.swap(0, Ordering::Relaxed) != 0 {
        other.store(fresh_stack(next), Ordering::SeqCst);
    }
    CURRENT.store(next, Ordering::SeqCst);
    // SAFETY: the other's stack pointer was stored by `change` itself, or is that of a stack that
    // looks as if; its thread does not run.
    unsafe { change(own, other.load(Ordering::SeqCst)) };
    settle();
}

/// The stack has been changed: what was put off may happen.
extern "C" fn settle() {
    SWITCHES.store(false, Ordering::SeqCst);
    if WAS_SIGNALLED.swap(false, Ordering::SeqCst) {
        stop();
    }
}

/// What [`change`] leaves on a stack.
#[repr(C)]
struct Kept {
    /// The control words of the two floating-point units, in their order on the stack.
    vector_control: u32,
    float_control: u32,
    /// r15, r14, r13, r12, rbx, rbp.
    registers: [usize; 6],
    return_address: usize,
}

/// Makes the stack of a thread that begins look as if it had changed to another in [`begin`], with
/// nothing in its registers but where it begins and where its stack ends.
fn fresh_stack(thread: usize) -> usize {
    let bytes = header().stack_bytes.get(thread).map_or(0, |bytes| bytes.load(Ordering::Relaxed));
    let end = stack_address(thread) + bytes;
    let entry = frame_of(thread).entry.load(Ordering::Relaxed);
    let kept = Kept {
        vector_control: 0x1F80,
        float_control: 0x037F,
        registers: [0, 0, 0, end, entry, 0],
        return_address: (begin as *const ()).expose_provenance(),
    };
    // 16 bytes are left at the end, so that the stack is aligned as after a call.
    let place = end - 16 - size_of::<Kept>();
    // SAFETY: the start code has mapped the stack; the thread that used it has ended.
    unsafe { core::ptr::with_exposed_provenance_mut::<Kept>(place).write(kept) };
    place
}

/// Pushes what a call must preserve, stores the stack pointer in `own`, and goes over to the stack
/// with the stack pointer `other`.
///
/// # Safety
/// `other` was stored by this function, or is that of a stack that looks as if.
#[unsafe(naked)]
unsafe extern "C" fn change(own: &AtomicUsize, other: usize) {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "mov [rdi], rsp",
        "mov rsp, rsi",
        "fldcw [rsp + 4]",
        "ldmxcsr [rsp]",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// Where a thread begins: at the address in rbx, with its stack at r12 and zero in every general
/// register (AB-9). Should it return, it does so to address 0, which is a fault (PR-5).
#[unsafe(naked)]
unsafe extern "C" fn begin() {
    naked_asm!(
        "and rsp, -16",
        "call {settle}",
        "lea rsp, [r12 - 16]",
        "mov [rsp], rbx",
        "mov qword ptr [rsp + 8], 0",
        "xor eax, eax",
        "xor ebx, ebx",
        "xor ecx, ecx",
        "xor edx, edx",
        "xor esi, esi",
        "xor edi, edi",
        "xor ebp, ebp",
        "xor r8d, r8d",
        "xor r9d, r9d",
        "xor r10d, r10d",
        "xor r11d, r11d",
        "xor r12d, r12d",
        "xor r13d, r13d",
        "xor r14d, r14d",
        "xor r15d, r15d",
        "ret",
        settle = sym settle,
    )
}
