//! The way in and the way out.
//!
//! While a thread runs, `mscratch` holds the address of its [`Context`], and zero while the kernel
//! does: by that a fault of the kernel itself is told, before anything is stored anywhere. A trap saves the thread's
//! registers there, takes the kernel's stack, and calls one of the functions below; what comes back is
//! the context to go on with.
//!
//! A call is the common case and its program has declared the temporary registers and s2 to s11 lost,
//! so they are neither saved nor given back: they return as zero, and the argument registers without a
//! result too (AB-9). Everything else saves and restores all of them, because the thread did not expect
//! to be stopped. A thread that goes on with results has made a call, and one that goes on without
//! has not, so the two never mix.
//!
//! The words of a call stay in the registers that they came in, which are those in which a function
//! takes its arguments. The calls that the kernel's door takes have a function each,
//! [`on_door_call`], that calls no other and therefore hardly needs the stack. What it does not
//! answer it passes on as it came to [`on_other_call`], which takes all calls. Both jump to the way
//! out instead of returning, with results in the registers that the program finds them in.
//!
//! The kernel's stack is empty at each trap: nothing of it is kept.

use core::arch::{asm, global_asm};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use guichet_abi::Message;
use guichet_kernel::{Call, Kernel, ProcessDescriptor};
use guichet_port_bare_metal::{self as bare_metal, Restore};

use crate::context::Context;
use crate::fault::{EXTERNAL, INTERRUPT, TIMER, fault};
use crate::hardware::RiscvHardware;
use crate::wall;

/// The machine that traps belong to.
type Machine = bare_metal::Machine<RiscvHardware>;

/// What runs next.
type Next = bare_metal::Next<Context>;

/// The calls that have a function of their own.
const DOOR: [usize; 6] = Kernel::DOOR_CALLS;

/// The same, of those that have a message for an answer.
const MESSAGE_DOOR: [usize; 4] = Kernel::MESSAGE_DOOR_CALLS;

// The most frequent one is told by a single instruction, and the second one by itself; the last one and
// those with a message have higher numbers than that, and the others lower ones.
const _: () = assert!(DOOR[0] == 0);
const _: () = assert!(DOOR[1] > DOOR[2] && DOOR[1] > DOOR[3] && DOOR[1] > DOOR[4]);
const _: () = assert!(DOOR[1] < DOOR[5] && DOOR[1] < MESSAGE_DOOR[0] && DOOR[1] < MESSAGE_DOOR[1]);
const _: () = assert!(DOOR[1] < MESSAGE_DOOR[2] && DOOR[1] < MESSAGE_DOOR[3]);

/// The machine, from [`enter`] on.
static MACHINE: AtomicPtr<Machine> = AtomicPtr::new(ptr::null_mut());

/// Where the words of its wall stand in what is declared of a process. Registers hold the address of
/// the latter, because the kernel has that at hand.
const WALL: usize = offset_of!(ProcessDescriptor<'static>, wall);

/// mie and mip: the machine timer.
const TIMER_BIT: usize = 1 << 7;
/// The same: what the interrupt controller passes on.
const EXTERNAL_BIT: usize = 1 << 11;

global_asm!(
    ".pushsection .text.guichet_trap,\"ax\",@progbits",
    ".balign 4",
    "guichet_trap:",
    "csrrw t6, mscratch, t6",
    "beqz t6, 3f",
    "sw sp, 8(t6)",
    "csrr sp, mcause",
    "sw ra, 4(t6)",
    "sw gp, 12(t6)",
    "sw tp, 16(t6)",
    "sw s0, 32(t6)",
    "sw s1, 36(t6)",
    // The number of a call from user mode in mcause.
    "addi sp, sp, -8",
    "bnez sp, 2f",
    "csrw mscratch, zero",
    "csrr t0, mepc",
    "addi t0, t0, 4",
    "sw t0, 0(t6)",
    "lui sp, %hi(__guichet_kernel_stack_end)",
    "addi sp, sp, %lo(__guichet_kernel_stack_end)",
    "beqz a7, {door_0}",
    "li t0, {number_1}",
    "beq a7, t0, {door_1}",
    "bgtu a7, t0, 1f",
    "li t0, {number_2}",
    "beq a7, t0, {door_2}",
    "li t0, {number_3}",
    "beq a7, t0, {door_3}",
    "li t0, {number_4}",
    "beq a7, t0, {door_4}",
    "j {other}",
    "1:",
    "li t0, {message_number_0}",
    "beq a7, t0, {message_door_0}",
    "li t0, {message_number_1}",
    "beq a7, t0, {message_door_1}",
    "li t0, {number_5}",
    "beq a7, t0, {door_5}",
    "li t0, {message_number_2}",
    "beq a7, t0, {message_door_2}",
    "li t0, {message_number_3}",
    "beq a7, t0, {message_door_3}",
    "j {other}",
    // The way out after a call, with a message: its words in a3 to a6, the rest of it in a7 and t1.
    "guichet_return_message_behind_wall:",
    "lw t0, {wall}(t5)",
    "lw t2, {wall}+4(t5)",
    "csrw pmpaddr0, t0",
    "csrw pmpaddr1, t2",
    "lw t0, {wall}+8(t5)",
    "lw t2, {wall}+12(t5)",
    "lw t3, {wall}+16(t5)",
    "csrw pmpaddr2, t0",
    "csrw pmpaddr3, t2",
    "csrw pmpcfg0, t3",
    "lw t0, 0(t6)",
    "csrw mepc, t0",
    "csrw mscratch, t6",
    "j 4f",
    // The way out after a call, behind the wall of the process at t5, in place of the one before.
    // The configuration of the four entries is written last and always: on some machines (QEMU 7.2
    // is one) a new address takes effect only with it. In between nothing runs in user mode.
    "guichet_return_behind_wall:",
    "lw a4, {wall}(t5)",
    "lw a5, {wall}+4(t5)",
    "csrw pmpaddr0, a4",
    "csrw pmpaddr1, a5",
    "lw a4, {wall}+8(t5)",
    "lw a5, {wall}+12(t5)",
    "lw a3, {wall}+16(t5)",
    "csrw pmpaddr2, a4",
    "csrw pmpaddr3, a5",
    "csrw pmpcfg0, a3",
    // The way out after a call: results in a0 to a2, the context in t6.
    "guichet_return:",
    "lw t0, 0(t6)",
    "csrw mepc, t0",
    "csrw mscratch, t6",
    "li a3, 0",
    "li a4, 0",
    "li a5, 0",
    "li a6, 0",
    "li a7, 0",
    "li t1, 0",
    "4:",
    "lw ra, 4(t6)",
    "lw sp, 8(t6)",
    "lw gp, 12(t6)",
    "lw tp, 16(t6)",
    "lw s0, 32(t6)",
    "lw s1, 36(t6)",
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
    "li t0, 0",
    "li t2, 0",
    "li t3, 0",
    "li t4, 0",
    "li t5, 0",
    "li t6, 0",
    "mret",
    // Not a call: the rest of the registers. What is relative to sp takes half as much room.
    "2:",
    "mv sp, t6",
    "sw t0, 20(sp)",
    "sw a0, 40(sp)",
    "sw a1, 44(sp)",
    "sw a2, 48(sp)",
    "sw a3, 52(sp)",
    "sw a4, 56(sp)",
    "sw a5, 60(sp)",
    "sw a6, 64(sp)",
    "sw a7, 68(sp)",
    "sw s2, 72(sp)",
    "sw s3, 76(sp)",
    "sw s4, 80(sp)",
    "sw s5, 84(sp)",
    "sw s6, 88(sp)",
    "sw s7, 92(sp)",
    "sw s8, 96(sp)",
    "sw s9, 100(sp)",
    "sw s10, 104(sp)",
    "sw s11, 108(sp)",
    "sw t1, 24(sp)",
    "sw t2, 28(sp)",
    "sw t3, 112(sp)",
    "sw t4, 116(sp)",
    "sw t5, 120(sp)",
    "csrr t0, mscratch",
    "sw t0, 124(sp)",
    "csrw mscratch, zero",
    "csrr t0, mepc",
    "sw t0, 0(sp)",
    "mv a0, sp",
    "csrr a1, mcause",
    "csrr a2, mtval",
    "lui sp, %hi(__guichet_kernel_stack_end)",
    "addi sp, sp, %lo(__guichet_kernel_stack_end)",
    "j {trap}",
    // A fault of the kernel itself.
    "3:",
    "csrr a0, mepc",
    "csrr a1, mcause",
    "csrr a2, mtval",
    "lui sp, %hi(__guichet_kernel_stack_end)",
    "addi sp, sp, %lo(__guichet_kernel_stack_end)",
    "j {kernel_fault}",
    // The way out after anything else: the context in t6.
    "guichet_resume:",
    "lw t0, 0(t6)",
    "csrw mepc, t0",
    "csrw mscratch, t6",
    "mv sp, t6",
    "lw ra, 4(sp)",
    "lw gp, 12(sp)",
    "lw tp, 16(sp)",
    "lw t0, 20(sp)",
    "lw t1, 24(sp)",
    "lw t2, 28(sp)",
    "lw s0, 32(sp)",
    "lw s1, 36(sp)",
    "lw a0, 40(sp)",
    "lw a1, 44(sp)",
    "lw a2, 48(sp)",
    "lw a3, 52(sp)",
    "lw a4, 56(sp)",
    "lw a5, 60(sp)",
    "lw a6, 64(sp)",
    "lw a7, 68(sp)",
    "lw s2, 72(sp)",
    "lw s3, 76(sp)",
    "lw s4, 80(sp)",
    "lw s5, 84(sp)",
    "lw s6, 88(sp)",
    "lw s7, 92(sp)",
    "lw s8, 96(sp)",
    "lw s9, 100(sp)",
    "lw s10, 104(sp)",
    "lw s11, 108(sp)",
    "lw t3, 112(sp)",
    "lw t4, 116(sp)",
    "lw t5, 120(sp)",
    "lw t6, 124(sp)",
    "lw sp, 8(sp)",
    "mret",
    ".popsection",
    wall = const WALL,
    number_1 = const DOOR[1],
    number_2 = const DOOR[2],
    number_3 = const DOOR[3],
    number_4 = const DOOR[4],
    number_5 = const DOOR[5],
    message_number_0 = const MESSAGE_DOOR[0],
    message_number_1 = const MESSAGE_DOOR[1],
    message_number_2 = const MESSAGE_DOOR[2],
    message_number_3 = const MESSAGE_DOOR[3],
    door_0 = sym on_door_call::<{ DOOR[0] }>,
    door_1 = sym on_door_call::<{ DOOR[1] }>,
    door_2 = sym on_door_call::<{ DOOR[2] }>,
    door_3 = sym on_door_call::<{ DOOR[3] }>,
    door_4 = sym on_door_call::<{ DOOR[4] }>,
    door_5 = sym on_door_call::<{ DOOR[5] }>,
    message_door_0 = sym on_message_door_call::<{ MESSAGE_DOOR[0] }>,
    message_door_1 = sym on_message_door_call::<{ MESSAGE_DOOR[1] }>,
    message_door_2 = sym on_message_door_call::<{ MESSAGE_DOOR[2] }>,
    message_door_3 = sym on_message_door_call::<{ MESSAGE_DOOR[3] }>,
    other = sym on_other_call,
    trap = sym on_trap,
    kernel_fault = sym on_kernel_fault,
);

unsafe extern "C" {
    fn guichet_trap();
}

/// Takes one of the [`DOOR`] calls, with its words in the registers that they came in.
///
/// # Safety
/// Called by the assembly only, after [`enter`]; nothing else refers to the machine. In a section of
/// its own, so that the compiler leaves the straight line as it is.
#[unsafe(link_section = ".text.guichet_door")]
unsafe extern "C" fn on_door_call<const NUMBER: usize>(
    a0: usize,
    a1: usize,
    a2: usize,
    a3: usize,
    a4: usize,
    a5: usize,
    a6: usize,
) -> ! {
    let call = Call { number: NUMBER, arguments: [a0, a1, a2, a3, a4, a5, a6] };
    // SAFETY: (trap-1) as the caller says. Nothing of this function is needed after the jumps.
    unsafe {
        let machine = &mut *MACHINE.load(Ordering::Relaxed);
        if let Some(next) = machine.try_call(&call) {
            leave(next)
        }
        pass_on(&call)
    }
}

/// Hands a call that the door has not answered to [`on_other_call`], as it came.
///
/// # Safety
/// Nothing of the caller is needed any more.
#[inline(always)]
unsafe fn pass_on(call: &Call) -> ! {
    let [a0, a1, a2, a3, a4, a5, a6] = call.arguments;
    // SAFETY: (trap-11) the function takes its arguments in these registers.
    unsafe {
        asm!(
            "j {other}",
            in("a0") a0,
            in("a1") a1,
            in("a2") a2,
            in("a3") a3,
            in("a4") a4,
            in("a5") a5,
            in("a6") a6,
            in("a7") call.number,
            other = sym on_other_call,
            options(noreturn),
        )
    }
}

/// Takes one of the [`MESSAGE_DOOR`] calls, with its words in the registers that they came in. Those of a
/// message are there also when it is delivered.
///
/// # Safety
/// As for [`on_door_call`].
#[unsafe(link_section = ".text.guichet_door")]
unsafe extern "C" fn on_message_door_call<const NUMBER: usize>(
    a0: usize,
    a1: usize,
    a2: usize,
    a3: usize,
    a4: usize,
    a5: usize,
    a6: usize,
) -> ! {
    let call = Call { number: NUMBER, arguments: [a0, a1, a2, a3, a4, a5, a6] };
    // SAFETY: (trap-10) as the caller says. Nothing of this function is needed after the jumps.
    unsafe {
        let machine = &mut *MACHINE.load(Ordering::Relaxed);
        if let Some((next, message)) = machine.try_message_call(&call) {
            leave_with(next, message)
        }
        pass_on(&call)
    }
}

/// Takes any call, with its words in the registers that they came in.
///
/// # Safety
/// As for [`on_door_call`].
unsafe extern "C" fn on_other_call(
    a0: usize,
    a1: usize,
    a2: usize,
    a3: usize,
    a4: usize,
    a5: usize,
    a6: usize,
    number: usize,
) -> ! {
    let call = Call { number, arguments: [a0, a1, a2, a3, a4, a5, a6] };
    // SAFETY: (trap-2) as the caller says. Nothing of this function is needed after the jump.
    unsafe {
        let machine = &mut *MACHINE.load(Ordering::Relaxed);
        leave_anyhow(machine.call(&call))
    }
}

/// Takes any other trap.
///
/// # Safety
/// As for [`on_door_call`]; `context` is that of the running thread, saved just now.
unsafe extern "C" fn on_trap(context: *const Context, cause: usize, value: usize) -> ! {
    // SAFETY: (trap-3) as the caller says. What is needed of the context is fetched before the machine,
    // to which it belongs, is borrowed.
    unsafe {
        let (pc, stack_pointer) = ((*context).pc, (*context).stack_pointer());
        let machine = &mut *MACHINE.load(Ordering::Relaxed);
        let next = if cause == TIMER {
            machine.alarm()
        } else if cause == EXTERNAL {
            match machine.hardware().take_line() {
                Some(line) => machine.interrupt(line),
                None => machine.go_on(),
            }
        } else if cause & INTERRUPT != 0 {
            // None other is enabled; the thread goes on as it was.
            machine.go_on()
        } else {
            let stack = machine.running_program().map_or(&(0..0), |program| &program.stack);
            machine.fault(fault(cause, value, pc, stack_pointer, stack))
        };
        leave_anyhow(next)
    }
}

/// Ends the run, because the kernel itself has faulted.
///
/// # Safety
/// As for [`on_door_call`]; whoever was using the machine never goes on.
unsafe extern "C" fn on_kernel_fault(pc: usize, cause: usize, value: usize) -> ! {
    let fault = fault(cause, value, pc, 0, &(0..0));
    // SAFETY: (trap-8) as the caller says.
    unsafe { (*MACHINE.load(Ordering::Relaxed)).fail(fault) }
}

/// Leaves the kernel after a call that the door has answered.
///
/// # Safety
/// The context is one of the machine's, and nothing of the caller is needed any more.
#[inline(always)]
unsafe fn leave(next: Next) -> ! {
    let Next { context, results, wall, .. } = next;
    // SAFETY: (trap-4) the code there takes what it needs in these registers. A wall binds user mode
    // only, and that does not run now.
    unsafe {
        match wall {
            Some(wall) => asm!(
                "j guichet_return_behind_wall",
                in("a0") results.status,
                in("a1") results.value0,
                in("a2") results.value1,
                in("t5") ptr::from_ref(wall).wrapping_byte_sub(WALL),
                in("t6") context,
                options(noreturn),
            ),
            None => asm!(
                "j guichet_return",
                in("a0") results.status,
                in("a1") results.value0,
                in("a2") results.value1,
                in("t6") context,
                options(noreturn),
            ),
        }
    }
}

/// The same, with a message. The thread that goes on is always behind another wall.
///
/// # Safety
/// As for [`leave`].
#[inline(always)]
unsafe fn leave_with(next: Next, message: Message) -> ! {
    let Next { context, results, wall, .. } = next;
    let [first, second, third, fourth] = message.words;
    let wall = wall.map_or(ptr::null(), |wall| ptr::from_ref(wall).wrapping_byte_sub(WALL));
    // SAFETY: (trap-12) as for trap-4.
    unsafe {
        asm!(
            "j guichet_return_message_behind_wall",
            in("a0") results.status,
            in("a1") results.value0,
            in("a2") results.value1,
            in("a3") first,
            in("a4") second,
            in("a5") third,
            in("a6") fourth,
            in("a7") message.badge,
            in("t1") message.incarnation,
            in("t5") wall,
            in("t6") context,
            options(noreturn),
        )
    }
}

/// Leaves the kernel after anything.
///
/// # Safety
/// As for [`leave`].
#[inline(never)]
unsafe fn leave_anyhow(next: Next) -> ! {
    let Next { context, restore, wall, .. } = next;
    // SAFETY: (trap-9) as for trap-4.
    unsafe {
        match restore {
            Restore::Results => leave(next),
            Restore::All | Restore::Message => {
                if let Some(wall) = wall {
                    wall::raise(wall);
                }
                asm!("j guichet_resume", in("t6") context, options(noreturn))
            }
        }
    }
}

/// Makes traps come here, and interrupts come as traps.
///
/// # Safety
/// No thread runs yet.
pub(crate) unsafe fn prepare() {
    // SAFETY: (trap-5) the trap is entered from user mode only, and that is entered by `enter`.
    // Machine mode has interrupts off; user mode always takes those that mie lets through. The
    // counters are closed to user mode: what they show is not the process's own doing.
    unsafe {
        asm!(
            "csrw mtvec, {trap}",
            "csrw mstatus, zero",
            "csrw mcounteren, zero",
            "csrw mie, {interrupts}",
            trap = in(reg) guichet_trap as *const (),
            interrupts = in(reg) TIMER_BIT | EXTERNAL_BIT,
            options(nostack),
        );
    }
}

/// Boots the system, and runs it from there on. What stands on the stack is lost.
///
/// # Safety
/// Nothing but traps uses the machine from here on. `prepare` has been called.
pub(crate) unsafe fn enter(machine: &'static mut Machine) -> ! {
    let machine: *mut Machine = machine;
    MACHINE.store(machine, Ordering::Relaxed);
    // SAFETY: (trap-6) as the caller says; the context is one of the machine's.
    unsafe { leave_anyhow((*machine).boot()) }
}

/// Sleeps until an interrupt pends. It is not taken, as machine mode has interrupts off. Tells whether
/// it is the timer's.
pub(crate) fn wait_for_interrupt() -> bool {
    loop {
        let pending: usize;
        // SAFETY: (trap-7) waiting changes nothing; mip is only read.
        unsafe { asm!("wfi", "csrr {pending}, mip", pending = out(reg) pending, options(nostack)) };
        if pending & (TIMER_BIT | EXTERNAL_BIT) != 0 {
            return pending & TIMER_BIT != 0;
        }
    }
}
