//! The way in and the way out.
//!
//! Every exception runs on the main stack, which is empty when a thread runs; in words above it are the
//! address of the machine and of the running thread's [`Context`]. An exception saves there what the
//! processor has not put on the thread's own stack, and calls one of the functions below; those end
//! in one of two ways out, with the context to go on with.
//!
//! A call is the common case, and its program has declared r4, r5 and r8 to r11 lost, so they are neither
//! saved nor given back, but return as zero (AB-9); r3 and r12 return as they came, with the frame. Its
//! arguments are taken from the frame: the architecture does not promise that they are still in
//! their registers. The results are stored into the frame of the thread that goes on, behind its own
//! wall and with its own rights, because it is memory of its process: what cannot be stored is a
//! fault of that process ([`on_bad_frame`]). Everything but a call saves and restores all registers.
//!
//! A fault is more important than whatever the kernel does, so one that the kernel itself makes comes
//! in as well: at one of those stores it is expected, and anywhere else the end
//! ([`on_kernel_fault`]). What floating point adds stands in `floating_point`.

use core::arch::asm;
use core::ffi::c_void;
use core::ptr;

use guichet_kernel::{Call, Fault, Kernel};
use guichet_port_bare_metal::{self as bare_metal, Next, Restore};

use crate::architecture::Architecture;
use crate::context::{Context, Frame};
use crate::fault::{FaultStatus, Stopped, fault, has_frame};
use crate::hardware::CortexM;
use crate::system_control;

/// The machine that exceptions belong to.
type Machine<A> = bare_metal::Machine<CortexM<A>>;

/// The calls that have a function of their own.
pub const DOOR: [usize; 6] = Kernel::DOOR_CALLS;
/// The same, of those that have a message for an answer.
pub const MESSAGE_DOOR: [usize; 4] = Kernel::MESSAGE_DOOR_CALLS;

// The second one is told by itself: the last one and those with a message have higher numbers than that,
// and the others lower ones.
const _: () = assert!(DOOR[1] > DOOR[0] && DOOR[1] > DOOR[2] && DOOR[1] > DOOR[3]);
const _: () = assert!(DOOR[1] > DOOR[4] && DOOR[1] < DOOR[5]);
const _: () = assert!(DOOR[1] < MESSAGE_DOOR[0] && DOOR[1] < MESSAGE_DOOR[1]);
const _: () = assert!(DOOR[1] < MESSAGE_DOOR[2] && DOOR[1] < MESSAGE_DOOR[3]);

/// The number of the last exception that may be a fault, and of the first external interrupt.
const PENDED: usize = 14;
const FIRST_INTERRUPT: usize = 16;

/// Defines the vectors and what they lead to, for an [`Architecture`]. A port does this once.
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_traps {
    ($architecture:ty) => {
        $crate::private::global_asm!(
            ".syntax unified",
            // The processor finds its first stack and its first instruction here.
            ".pushsection .vector_table,\"a\",%progbits",
            ".balign 256",
            "guichet_vectors:",
            ".word __guichet_kernel_stack_end",
            ".word guichet_kernel_start",
            ".word guichet_lost", // NMI
            ".word guichet_hard_fault",
            ".word guichet_fault", // memory
            ".word guichet_fault", // bus
            ".word guichet_fault", // use
            ".word guichet_fault", // security
            ".word 0, 0, 0",
            ".word guichet_call",
            ".word guichet_lost", // debug
            ".word 0",
            ".word guichet_pended",
            ".word guichet_trap", // SysTick
            ".rept 48",
            ".word guichet_trap",
            ".endr",
            ".popsection",
            ".pushsection .text.guichet_trap,\"ax\",%progbits",
            ".balign 4",
            // A call.
            ".type guichet_call,%function",
            ".thumb_func",
            "guichet_call:",
            "mrs r9, psp",
            "ldm r9, {{r0, r1, r2, r3, r12}}",
            "push {{r3, r4, r5, r8}}",
            "ldrd r3, r11, [sp, #20]",
            "stm r11, {{r6, r7, r9, lr}}",
            $crate::__guichet_floating_point!("tst lr, #16"),
            $crate::__guichet_floating_point!("beq 8f"),
            "2:",
            "cmp r12, #{number_0}",
            "beq {door_0}",
            "cmp r12, #{number_1}",
            "beq {door_1}",
            "bhi 1f",
            "cmp r12, #{number_2}",
            "beq {door_2}",
            "cmp r12, #{number_3}",
            "beq {door_3}",
            "cmp r12, #{number_4}",
            "beq {door_4}",
            "b guichet_other",
            "1:",
            "cmp r12, #{message_number_0}",
            "beq {message_door_0}",
            "cmp r12, #{message_number_1}",
            "beq {message_door_1}",
            "cmp r12, #{number_5}",
            "beq {door_5}",
            "cmp r12, #{message_number_2}",
            "beq {message_door_2}",
            "cmp r12, #{message_number_3}",
            "beq {message_door_3}",
            // Any other, and one that the door did not take: its words again, from where they are.
            ".global guichet_other",
            ".type guichet_other,%function",
            ".thumb_func",
            "guichet_other:",
            "ldr r9, guichet_top_word",
            "sub r9, r9, #16",
            "mov sp, r9",
            "mrs r9, psp",
            "ldm r9, {{r0, r1, r2, r3, r12}}",
            "str r12, [sp, #16]",
            "ldr r3, [sp, #20]",
            "b {other}",
            $crate::__guichet_floating_point!("8:"),
            $crate::__guichet_floating_point!("mov r10, r2"),
            $crate::__guichet_floating_point!("add r3, r11, #40"),
            $crate::__guichet_floating_point!("bl guichet_save_floating_point"),
            $crate::__guichet_floating_point!("mov r2, r10"),
            $crate::__guichet_floating_point!("ldr r3, [sp, #20]"),
            $crate::__guichet_floating_point!("ldr r12, [r9, #16]"),
            $crate::__guichet_floating_point!("b 2b"),
            // Back from a call: results in r0 to r2, the context in r4; behind another wall, whose
            // words are where r5 points. Its four regions, two words each, have eight registers in a
            // row. The barrier makes the stores below see the new wall; for what the thread fetches,
            // the return itself is one.
            ".global guichet_return_behind",
            ".type guichet_return_behind,%function",
            ".thumb_func",
            "guichet_return_behind:",
            "ldr lr, guichet_regions_word",
            "ldm r5, {{r3, r6-r12}}",
            "stm lr, {{r3, r6-r12}}",
            "dsb",
            ".global guichet_return",
            ".type guichet_return,%function",
            ".thumb_func",
            "guichet_return:",
            "ldm r4, {{r6, r7, r9, lr}}",
            "guichet_stores:",
            "strt r0, [r9]",
            "strt r1, [r9, #4]",
            "strt r2, [r9, #8]",
            "ldr r5, guichet_top_word",
            "msr psp, r9",
            "str r4, [r5, #8]",
            "mov sp, r5",
            $crate::__guichet_floating_point!("tst lr, #16"),
            $crate::__guichet_floating_point!("beq 4f"),
            "3:",
            "adr r5, guichet_zeros",
            "ldm r5, {{r4, r5, r8, r9, r10, r11}}",
            "bx lr",
            $crate::__guichet_floating_point!("4:"),
            $crate::__guichet_floating_point!("mov r5, lr"),
            $crate::__guichet_floating_point!("bl guichet_restore_floating_point"),
            $crate::__guichet_floating_point!("mov lr, r5"),
            $crate::__guichet_floating_point!("b 3b"),
            // The same with a message, which is in the context.
            ".global guichet_return_message_behind",
            ".type guichet_return_message_behind,%function",
            ".thumb_func",
            "guichet_return_message_behind:",
            "ldr lr, guichet_regions_word",
            "ldm r5, {{r3, r6-r12}}",
            "stm lr, {{r3, r6-r12}}",
            "dsb",
            ".global guichet_return_message",
            ".type guichet_return_message,%function",
            ".thumb_func",
            "guichet_return_message:",
            "ldm r4, {{r6, r7, r9, lr}}",
            "guichet_message_stores:",
            "strt r0, [r9]",
            "strt r1, [r9, #4]",
            "strt r2, [r9, #8]",
            "b 9f",
            // Back from anything else: the context in r4.
            ".global guichet_resume_behind",
            ".type guichet_resume_behind,%function",
            ".thumb_func",
            "guichet_resume_behind:",
            "ldr lr, guichet_regions_word",
            "ldm r5, {{r3, r6-r12}}",
            "stm lr, {{r3, r6-r12}}",
            "dsb",
            ".global guichet_resume",
            ".type guichet_resume,%function",
            ".thumb_func",
            "guichet_resume:",
            "ldm r4, {{r6, r7, r9, lr}}",
            "9:",
            "ldr r5, guichet_top_word",
            "msr psp, r9",
            "str r4, [r5, #8]",
            "mov sp, r5",
            $crate::__guichet_floating_point!("tst lr, #16"),
            $crate::__guichet_floating_point!("beq 6f"),
            "5:",
            "adds r4, #16",
            "ldm r4, {{r4, r5, r8, r9, r10, r11}}",
            "bx lr",
            $crate::__guichet_floating_point!("6:"),
            $crate::__guichet_floating_point!("mov r5, lr"),
            $crate::__guichet_floating_point!("bl guichet_restore_floating_point"),
            $crate::__guichet_floating_point!("mov lr, r5"),
            $crate::__guichet_floating_point!("b 5b"),
            // A fault that has no handler of its own: a breakpoint of a thread, or the kernel's. Of a
            // thread it is taken as if it were less important, so that the kernel can fault itself.
            ".type guichet_hard_fault,%function",
            ".thumb_func",
            "guichet_hard_fault:",
            "tst lr, #8",
            "beq guichet_kernel_fault",
            "ldr r0, guichet_control_word",
            "mov r1, #0x10000000",
            "str r1, [r0]",
            "dsb",
            "bx lr",
            // What was put off: the boot, or a fault of that kind.
            ".type guichet_pended,%function",
            ".thumb_func",
            "guichet_pended:",
            "ldrd r0, r1, [sp, #4]",
            "cbnz r1, guichet_trap",
            "ldr r1, guichet_vectors_word",
            "b {boot}",
            // Any other fault.
            ".type guichet_fault,%function",
            ".thumb_func",
            "guichet_fault:",
            "tst lr, #8",
            "beq guichet_kernel_fault",
            // A thread was stopped without having asked for it.
            ".type guichet_trap,%function",
            ".thumb_func",
            "guichet_trap:",
            "mrs r12, psp",
            // Nothing is on the stack; but where a thread could not be gone back to, QEMU leaves
            // there what the architecture puts on the thread's.
            "ldr r0, guichet_top_word",
            "mov sp, r0",
            "ldrd r0, r1, [sp, #4]",
            "mov r3, r1",
            "stm r3!, {{r6, r7, r12, lr}}",
            "stm r3!, {{r4, r5, r8, r9, r10, r11}}",
            $crate::__guichet_floating_point!("tst lr, #16"),
            $crate::__guichet_floating_point!("bne 7f"),
            $crate::__guichet_floating_point!("bl guichet_save_floating_point"),
            $crate::__guichet_floating_point!("7:"),
            "mrs r2, ipsr",
            "b {trap}",
            // A fault of the kernel: at a store to a frame it is the process's.
            "guichet_kernel_fault:",
            "ldr r0, [sp, #24]",
            "ldr r1, guichet_stores_word",
            "subs r0, r0, r1",
            "cmp r0, #12",
            "blo 11f",
            "ldr r0, [sp, #24]",
            "ldr r1, guichet_message_stores_word",
            "subs r0, r0, r1",
            "cmp r0, #12",
            "bhs guichet_lost",
            "11:",
            "ldr r1, guichet_bad_frame_word",
            "str r1, [sp, #24]",
            "bx lr",
            "guichet_bad_frame:",
            "ldr r0, guichet_top_word",
            "mov sp, r0",
            "ldr r0, [r0, #4]",
            "b {bad_frame}",
            ".type guichet_lost,%function",
            ".thumb_func",
            "guichet_lost:",
            "mov r1, sp",
            "ldr r0, guichet_top_word",
            "mov sp, r0",
            "ldr r0, [r0, #4]",
            "b {kernel_fault}",
            // The first time: the rest of the stack becomes a thread's that is never gone back to.
            ".global guichet_enter",
            ".type guichet_enter,%function",
            ".thumb_func",
            "guichet_enter:",
            "ldr r1, guichet_top_word",
            "movs r2, #0",
            "strd r0, r2, [r1, #4]",
            "mov r2, sp",
            "msr psp, r2",
            "movs r2, #2",
            "msr control, r2",
            "isb",
            "msr msp, r1",
            "ldr r0, guichet_control_word",
            "mov r1, #0x10000000",
            "str r1, [r0]",
            "dsb",
            "isb",
            "b .",
            ".balign 4",
            "guichet_top_word: .word __guichet_kernel_stack_end - 16",
            "guichet_control_word: .word 0xE000ED04",
            "guichet_regions_word: .word 0xE000ED9C",
            "guichet_vectors_word: .word guichet_vectors",
            "guichet_stores_word: .word guichet_stores",
            "guichet_message_stores_word: .word guichet_message_stores",
            "guichet_bad_frame_word: .word guichet_bad_frame",
            $crate::__guichet_save_floating_point!(),
            ".popsection",
            number_0 = const $crate::private::DOOR[0],
            number_1 = const $crate::private::DOOR[1],
            number_2 = const $crate::private::DOOR[2],
            number_3 = const $crate::private::DOOR[3],
            number_4 = const $crate::private::DOOR[4],
            number_5 = const $crate::private::DOOR[5],
            message_number_0 = const $crate::private::MESSAGE_DOOR[0],
            message_number_1 = const $crate::private::MESSAGE_DOOR[1],
            message_number_2 = const $crate::private::MESSAGE_DOOR[2],
            message_number_3 = const $crate::private::MESSAGE_DOOR[3],
            door_0 = sym $crate::private::on_door_call::<$architecture, { $crate::private::DOOR[0] }>,
            door_1 = sym $crate::private::on_door_call::<$architecture, { $crate::private::DOOR[1] }>,
            door_2 = sym $crate::private::on_door_call::<$architecture, { $crate::private::DOOR[2] }>,
            door_3 = sym $crate::private::on_door_call::<$architecture, { $crate::private::DOOR[3] }>,
            door_4 = sym $crate::private::on_door_call::<$architecture, { $crate::private::DOOR[4] }>,
            door_5 = sym $crate::private::on_door_call::<$architecture, { $crate::private::DOOR[5] }>,
            message_door_0 =
                sym $crate::private::on_message_door_call::<$architecture, { $crate::private::MESSAGE_DOOR[0] }>,
            message_door_1 =
                sym $crate::private::on_message_door_call::<$architecture, { $crate::private::MESSAGE_DOOR[1] }>,
            message_door_2 =
                sym $crate::private::on_message_door_call::<$architecture, { $crate::private::MESSAGE_DOOR[2] }>,
            message_door_3 =
                sym $crate::private::on_message_door_call::<$architecture, { $crate::private::MESSAGE_DOOR[3] }>,
            other = sym $crate::private::on_other_call::<$architecture>,
            trap = sym $crate::private::on_trap::<$architecture>,
            boot = sym $crate::private::on_boot::<$architecture>,
            bad_frame = sym $crate::private::on_bad_frame::<$architecture>,
            kernel_fault = sym $crate::private::on_kernel_fault::<$architecture>,
        );
    };
}

unsafe extern "C" {
    fn guichet_enter(machine: *mut c_void) -> !;
}

/// Takes one of the [`DOOR`] calls. Its first three words are in the registers that they came in, the
/// rest on the stack where the assembly has put them; so all of them are where a function expects
/// its arguments. The machine, which is used most, comes in a register.
///
/// # Safety
/// Called by the assembly only: `machine` is what `enter` was given, and nothing else refers to it. In a
/// section of its own, so that the compiler leaves the straight line as it is.
#[unsafe(link_section = ".text.guichet_door")]
pub unsafe extern "C" fn on_door_call<A: Architecture, const NUMBER: usize>(
    r0: usize,
    r1: usize,
    r2: usize,
    machine: *mut Machine<A>,
    r3: usize,
    r4: usize,
    r5: usize,
    r8: usize,
) -> ! {
    let call = Call { number: NUMBER, arguments: [r0, r1, r2, r3, r4, r5, r8] };
    // SAFETY: (trap-1) as the caller says. Nothing of this function is needed after the jumps; the
    // code there finds the words of the call where they were.
    unsafe {
        match (*machine).try_call(&call) {
            Some(next) => leave(next),
            None => asm!("b guichet_other", options(noreturn)),
        }
    }
}

/// Takes one of the [`MESSAGE_DOOR`] calls, with its words where [`on_door_call`] has them.
///
/// # Safety
/// As for [`on_door_call`].
#[unsafe(link_section = ".text.guichet_door")]
pub unsafe extern "C" fn on_message_door_call<A: Architecture, const NUMBER: usize>(
    r0: usize,
    r1: usize,
    r2: usize,
    machine: *mut Machine<A>,
    r3: usize,
    r4: usize,
    r5: usize,
    r8: usize,
) -> ! {
    let call = Call { number: NUMBER, arguments: [r0, r1, r2, r3, r4, r5, r8] };
    // SAFETY: (trap-11) as the caller says, and as for trap-1.
    unsafe {
        match (*machine).try_message_call(&call) {
            Some((next, message)) => {
                (*next.context).give(&message);
                leave(next)
            }
            None => asm!("b guichet_other", options(noreturn)),
        }
    }
}

/// Takes any call, with its words where [`on_door_call`] has them.
///
/// # Safety
/// As for [`on_door_call`].
pub unsafe extern "C" fn on_other_call<A: Architecture>(
    r0: usize,
    r1: usize,
    r2: usize,
    machine: *mut Machine<A>,
    r3: usize,
    r4: usize,
    r5: usize,
    r8: usize,
    number: usize,
) -> ! {
    let call = Call { number, arguments: [r0, r1, r2, r3, r4, r5, r8] };
    // SAFETY: (trap-9) as the caller says. Nothing of this function is needed after the jump.
    unsafe { leave_anyhow((*machine).call(&call)) }
}

/// Takes whatever stopped a thread that made no call.
///
/// # Safety
/// As for [`on_door_call`]; `context` is the running thread's, saved just now.
pub unsafe extern "C" fn on_trap<A: Architecture>(
    machine: *mut Machine<A>,
    context: *const Context,
    exception: usize,
) -> ! {
    // SAFETY: (trap-2) as the caller says. The context is copied before the machine, to which it
    // belongs, is borrowed.
    unsafe {
        let stopped = Stopped {
            stack_pointer: (*context).stack_pointer,
            exception_return: (*context).exception_return,
        };
        let machine = &mut *machine;
        if exception > PENDED {
            let number = u16::try_from(exception.wrapping_sub(FIRST_INTERRUPT)).unwrap_or(u16::MAX);
            match machine.hardware().take_line(number) {
                Some(line) => leave_anyhow(machine.interrupt(line)),
                None => leave_anyhow(machine.alarm()),
            }
        }
        let status = system_control::take_fault();
        A::forget_fault();
        let frame = frame(&status, &stopped);
        let next = machine.fault(fault_of(machine, &status, frame, &stopped));
        leave_anyhow(next)
    }
}

/// Takes a fault of the running thread, to whose frame the results could not be stored.
///
/// # Safety
/// As for [`on_door_call`].
pub unsafe extern "C" fn on_bad_frame<A: Architecture>(machine: *mut Machine<A>) -> ! {
    // SAFETY: (trap-3) as the caller says.
    unsafe {
        let machine = &mut *machine;
        let status = system_control::take_fault();
        let stopped = Stopped { stack_pointer: status.memory_address, exception_return: 0 };
        let next = machine.fault(fault_of(machine, &status, None, &stopped));
        leave_anyhow(next)
    }
}

/// Boots the system.
///
/// # Safety
/// Called by the assembly only, once, before any thread runs.
pub unsafe extern "C" fn on_boot<A: Architecture>(machine: *mut Machine<A>, vectors: usize) -> ! {
    // SAFETY: (trap-4) as the caller says.
    unsafe {
        system_control::prepare(vectors, A::prepare);
        leave_anyhow((*machine).boot())
    }
}

/// Ends the run, because the kernel itself has faulted.
///
/// # Safety
/// As for [`on_door_call`]; `frame` is what the processor has put on the kernel's stack.
pub unsafe extern "C" fn on_kernel_fault<A: Architecture>(
    machine: *mut Machine<A>,
    frame: *const Frame,
) -> ! {
    // SAFETY: (trap-5) as the caller says. Whoever was using the machine never goes on.
    unsafe {
        let status = system_control::take_fault();
        let stopped = Stopped { stack_pointer: 0, exception_return: 0 };
        let fault = fault(&status, Some(frame.read()), &stopped, &(0..0));
        (*machine).fail(fault)
    }
}

/// The frame of the thread that was stopped, if it has one.
///
/// # Safety
/// The processor has just stopped the thread.
unsafe fn frame(status: &FaultStatus, stopped: &Stopped) -> Option<Frame> {
    let place = ptr::with_exposed_provenance::<Frame>(stopped.stack_pointer);
    // SAFETY: (trap-6) the processor has put it there, with the thread's own rights; nothing has run
    // since.
    has_frame(status, stopped.exception_return).then(|| unsafe { place.read_volatile() })
}

fn fault_of<A: Architecture>(
    machine: &Machine<A>,
    status: &FaultStatus,
    frame: Option<Frame>,
    stopped: &Stopped,
) -> Fault {
    let stack = machine.running_program().map_or(&(0..0), |program| &program.stack);
    fault(status, frame, stopped, stack)
}

/// Runs a thread.
///
/// # Safety
/// The context is one of the machine's, and nobody uses the machine any more.
#[inline(always)]
unsafe fn leave(next: Next<Context>) -> ! {
    let Next { context, restore, results, wall } = next;
    // SAFETY: (trap-7) the code there takes what it needs in these registers, and starts the stack
    // anew. A wall binds unprivileged accesses only, and no program runs now.
    unsafe {
        match (restore, wall) {
            (Restore::Results, Some(wall)) => asm!(
                "b guichet_return_behind",
                in("r0") results.status,
                in("r1") results.value0,
                in("r2") results.value1,
                in("r4") context,
                in("r5") wall,
                options(noreturn),
            ),
            (Restore::Results, None) => asm!(
                "b guichet_return",
                in("r0") results.status,
                in("r1") results.value0,
                in("r2") results.value1,
                in("r4") context,
                options(noreturn),
            ),
            (Restore::Message, Some(wall)) => asm!(
                "b guichet_return_message_behind",
                in("r0") results.status,
                in("r1") results.value0,
                in("r2") results.value1,
                in("r4") context,
                in("r5") wall,
                options(noreturn),
            ),
            (Restore::Message, None) => asm!(
                "b guichet_return_message",
                in("r0") results.status,
                in("r1") results.value0,
                in("r2") results.value1,
                in("r4") context,
                options(noreturn),
            ),
            (Restore::All, Some(wall)) => {
                asm!("b guichet_resume_behind", in("r4") context, in("r5") wall, options(noreturn))
            }
            (Restore::All, None) => {
                asm!("b guichet_resume", in("r4") context, options(noreturn))
            }
        }
    }
}

/// Runs a thread, from wherever there is no hurry: once for all of them.
///
/// # Safety
/// As for [`leave`].
#[inline(never)]
unsafe fn leave_anyhow(next: Next<Context>) -> ! {
    // SAFETY: (trap-10) as the caller says.
    unsafe { leave(next) }
}

/// Runs the system, from the boot on.
///
/// # Safety
/// Nothing but exceptions uses the machine from here on.
pub(crate) unsafe fn enter<A: Architecture>(machine: &'static mut Machine<A>) -> ! {
    // SAFETY: (trap-8) as the caller says; the vectors lead to this port's functions.
    unsafe { guichet_enter((&raw mut *machine).cast()) }
}
