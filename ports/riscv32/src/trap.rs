//! The way in and the way out.
//!
//! While a thread runs, `mscratch` holds the address of its [`Context`]. A trap saves the thread's
//! registers there, takes the kernel's stack, and calls one of two functions below; what they
//! return is the context to go on with.
//!
//! A call is the common case and its program has declared the temporary registers and s2 to s11 lost,
//! so they are neither saved nor given back: they return as zero, and the argument registers without a
//! result too (AB-9). Everything else saves and restores all of them, because the thread did not expect
//! to be stopped. A thread that goes on with results has made a call, and one that goes on without
//! has not, so the two never mix.
//!
//! The kernel's stack is empty at each trap: nothing of it is kept but the address of the
//! [`Machine`], which stands in the word above it.

use core::arch::{asm, global_asm};
use core::ffi::c_void;

use guichet_port_bare_metal::{self as bare_metal, Restore};

use crate::context::Context;
use crate::fault::{INTERRUPT, TIMER, fault};
use crate::hardware::RiscvHardware;

/// The machine that traps belong to.
type Machine = bare_metal::Machine<RiscvHardware>;

/// What runs next. Goes back to the assembly in two registers.
#[repr(C)]
pub(crate) struct Next {
    /// The registers.
    pub(crate) context: *const Context,
    /// Which of them.
    pub(crate) restore: Restore,
}

impl From<bare_metal::Next<Context>> for Next {
    /// Puts the results, if there are any, where the assembly finds them.
    #[inline(always)]
    fn from(next: bare_metal::Next<Context>) -> Next {
        let bare_metal::Next { context, restore, results } = next;
        if let Restore::Results = restore {
            // SAFETY: (trap-6) it is one of the contexts that the machine was given, and nobody
            // refers to it now.
            let context = unsafe { &mut *context };
            context.set_results(results.status as usize, results.value0, results.value1);
        }
        Next { context, restore }
    }
}

/// mie and mip: the machine timer.
const TIMER_BIT: usize = 1 << 7;

global_asm!(
    ".pushsection .bss.guichet_kernel_stack,\"aw\",@nobits",
    ".balign 4",
    "guichet_kernel_stack:",
    ".zero 4",
    ".popsection",
    ".pushsection .text.guichet_trap,\"ax\",@progbits",
    ".balign 4",
    "guichet_trap:",
    "csrrw t6, mscratch, t6",
    "sw t0, 20(t6)",
    "csrr t0, mcause",
    "sw ra, 4(t6)",
    "sw sp, 8(t6)",
    "sw gp, 12(t6)",
    "sw tp, 16(t6)",
    "sw s0, 32(t6)",
    "sw s1, 36(t6)",
    "sw a0, 40(t6)",
    "sw a1, 44(t6)",
    "sw a2, 48(t6)",
    "sw a3, 52(t6)",
    "sw a4, 56(t6)",
    "sw a5, 60(t6)",
    "sw a6, 64(t6)",
    "sw a7, 68(t6)",
    "lui sp, %hi(guichet_kernel_stack)",
    "lw sp, %lo(guichet_kernel_stack)(sp)",
    "lw a0, 0(sp)",
    "mv a1, t6",
    // The number of a call from user mode in mcause.
    "addi t0, t0, -8",
    "bnez t0, 2f",
    "csrr t0, mepc",
    "addi t0, t0, 4",
    "sw t0, 0(t6)",
    "j {call}",
    "guichet_resume:",
    "lw t0, 0(a0)",
    "csrw mepc, t0",
    "csrw mscratch, a0",
    "bnez a1, 3f",
    "mv t6, a0",
    "lw ra, 4(t6)",
    "lw sp, 8(t6)",
    "lw gp, 12(t6)",
    "lw tp, 16(t6)",
    "lw s0, 32(t6)",
    "lw s1, 36(t6)",
    "lw a0, 40(t6)",
    "lw a1, 44(t6)",
    "lw a2, 48(t6)",
    "li s2, 0",
    "li s3, 0",
    "li s4, 0",
    "li s5, 0",
    "li s6, 0",
    "li s7, 0",
    "li s8, 0",
    "li s9, 0",
    "li s10, 0",
    "li s11, 0",
    "li a3, 0",
    "li a4, 0",
    "li a5, 0",
    "li a6, 0",
    "li a7, 0",
    "li t0, 0",
    "li t1, 0",
    "li t2, 0",
    "li t3, 0",
    "li t4, 0",
    "li t5, 0",
    "li t6, 0",
    "mret",
    // Not a call: the rest of the registers.
    "2:",
    "sw s2, 72(t6)",
    "sw s3, 76(t6)",
    "sw s4, 80(t6)",
    "sw s5, 84(t6)",
    "sw s6, 88(t6)",
    "sw s7, 92(t6)",
    "sw s8, 96(t6)",
    "sw s9, 100(t6)",
    "sw s10, 104(t6)",
    "sw s11, 108(t6)",
    "sw t1, 24(t6)",
    "sw t2, 28(t6)",
    "sw t3, 112(t6)",
    "sw t4, 116(t6)",
    "sw t5, 120(t6)",
    "csrr t0, mscratch",
    "sw t0, 124(t6)",
    "csrr t0, mepc",
    "sw t0, 0(t6)",
    "csrr a2, mcause",
    "csrr a3, mtval",
    "call {trap}",
    "j guichet_resume",
    "3:",
    "mv t6, a0",
    "lw ra, 4(t6)",
    "lw sp, 8(t6)",
    "lw gp, 12(t6)",
    "lw tp, 16(t6)",
    "lw t0, 20(t6)",
    "lw t1, 24(t6)",
    "lw t2, 28(t6)",
    "lw s0, 32(t6)",
    "lw s1, 36(t6)",
    "lw a0, 40(t6)",
    "lw a1, 44(t6)",
    "lw a2, 48(t6)",
    "lw a3, 52(t6)",
    "lw a4, 56(t6)",
    "lw a5, 60(t6)",
    "lw a6, 64(t6)",
    "lw a7, 68(t6)",
    "lw s2, 72(t6)",
    "lw s3, 76(t6)",
    "lw s4, 80(t6)",
    "lw s5, 84(t6)",
    "lw s6, 88(t6)",
    "lw s7, 92(t6)",
    "lw s8, 96(t6)",
    "lw s9, 100(t6)",
    "lw s10, 104(t6)",
    "lw s11, 108(t6)",
    "lw t3, 112(t6)",
    "lw t4, 116(t6)",
    "lw t5, 120(t6)",
    "lw t6, 124(t6)",
    "mret",
    // The first time: the stack as it is now becomes the kernel's, with the machine above it.
    "guichet_enter:",
    "addi sp, sp, -16",
    "sw a0, 0(sp)",
    "lui t0, %hi(guichet_kernel_stack)",
    "sw sp, %lo(guichet_kernel_stack)(t0)",
    "mv a0, a1",
    "mv a1, a2",
    "j guichet_resume",
    ".popsection",
    call = sym on_call,
    trap = sym on_trap,
);

unsafe extern "C" {
    fn guichet_trap();
    fn guichet_enter(machine: *mut c_void, context: *const Context, restore: Restore) -> !;
}

/// Takes a call.
///
/// # Safety
/// Called by the assembly only: `machine` is what `enter` was given, and nothing else refers to it;
/// `context` is the running thread's, saved just now.
unsafe extern "C" fn on_call(machine: *mut Machine, context: *const Context) -> ! {
    // SAFETY: (trap-1) as the caller says. What is needed of the context is read before the
    // machine, to which it belongs, is borrowed. Nothing of this function is needed after the jump,
    // and the code there takes what `Next` is made of in these registers.
    unsafe {
        let call = (*context).call();
        let next: Next = match (*machine).try_call(call) {
            Some(next) => next.into(),
            // Read anew, so that the common case need not keep it.
            None => (*machine).cold_call((*context).call()).into(),
        };
        asm!(
            "j guichet_resume",
            in("a0") next.context,
            in("a1") next.restore as usize,
            options(noreturn),
        )
    }
}

/// Takes any other trap.
///
/// # Safety
/// As for [`on_call`].
unsafe extern "C" fn on_trap(
    machine: *mut Machine,
    context: *const Context,
    cause: usize,
    value: usize,
) -> Next {
    // SAFETY: (trap-2) as the caller says. The context is copied before the machine is borrowed.
    let (context, machine) = unsafe { (*context, &mut *machine) };
    let next = if cause == TIMER {
        machine.alarm()
    } else if cause & INTERRUPT != 0 {
        // None other is enabled; the thread goes on as it was.
        machine.go_on()
    } else {
        let stack = machine.running_program().map_or(&(0..0), |program| &program.stack);
        machine.fault(fault(cause, value, &context, stack))
    };
    next.into()
}

/// Makes traps come here, and interrupts of the timer come as traps.
///
/// # Safety
/// No thread runs yet.
pub(crate) unsafe fn prepare() {
    // SAFETY: (trap-3) the trap is entered from user mode only, and that is entered by `enter`.
    // Machine mode has interrupts off; user mode always takes those that mie lets through. The
    // counters are closed to user mode: what they show is not the process's own doing.
    unsafe {
        asm!(
            "csrw mtvec, {trap}",
            "csrw mstatus, zero",
            "csrw mcounteren, zero",
            "csrw mie, {timer}",
            trap = in(reg) guichet_trap as *const (),
            timer = in(reg) TIMER_BIT,
            options(nostack),
        );
    }
}

/// Runs the first thread, and from there on everything.
///
/// # Safety
/// Nothing but traps uses the machine from here on. `prepare` has been called.
pub(crate) unsafe fn enter(machine: &'static mut Machine, next: Next) -> ! {
    // SAFETY: (trap-4) as the caller says; the context is one of the machine's.
    unsafe { guichet_enter((&raw mut *machine).cast(), next.context, next.restore) }
}

/// Sleeps until the timer's interrupt pends. It is not taken, as machine mode has interrupts off.
pub(crate) fn wait_for_timer() {
    loop {
        let pending: usize;
        // SAFETY: (trap-5) waiting changes nothing; mip is only read.
        unsafe { asm!("wfi", "csrr {pending}, mip", pending = out(reg) pending, options(nostack)) };
        if pending & TIMER_BIT != 0 {
            return;
        }
    }
}
