//! The acts as instructions of Arm's microcontrollers.
//!
//! An exception stores a frame on the stack of whoever it stops. So a stack pointer that points
//! elsewhere is a fault at the next exception of any kind, and where the program was is lost with the
//! frame. What a program reads of the kernel's registers is zero, and what it writes there is ignored:
//! the acts look at that themselves, and end in an undefined instruction if it is not so.

use core::arch::naked_asm;

use super::{Act, Effect, Function};

/// How often a loop runs that lasts long enough for several interrupts.
pub(super) const SPINS: usize = 10_000_000;

/// An exception uses the stack of whoever it stops.
pub(super) const LOSES_PLACE_WITH_STACK: bool = true;

/// What the machine does with an act that a program has no right to.
pub(super) const fn effect(act: Act) -> Effect {
    match act {
        Act::Spin
        | Act::ReadStatus
        | Act::DisableInterrupts
        | Act::WriteVector
        | Act::OpenWall
        | Act::WaitForInterrupt => Effect::Nothing,
        // Those are addresses here, and the way back from a trap is the last of them.
        Act::ReadIdentity | Act::ReadCounter | Act::ReturnFromTrap => Effect::Absent,
        _ => Effect::Fault,
    }
}

/// How many bytes after its function's beginning an act happens, and how many more it may be.
pub(super) const fn place(_act: Act) -> Option<(usize, usize)> {
    Some((0, 0))
}

/// The lowest bit of a jump's target says that it is code of this kind.
pub(super) const fn target(address: usize) -> usize {
    address & !1
}

/// Whether a thread all of whose stack is this word goes on at that address: its program status is
/// there, too, and may be one that no thread has.
pub(super) const fn goes_on_at(word: usize) -> bool {
    const THUMB: usize = 1 << 24;
    word == THUMB
}

/// The function of an act, if it is one of the machine.
pub(super) fn function(act: Act) -> Option<Function> {
    Some(match act {
        Act::LoadByte => load_byte,
        Act::LoadHalf => load_half,
        Act::LoadWord => load_word,
        Act::StoreByte => store_byte,
        Act::StoreHalf => store_half,
        Act::StoreWord => store_word,
        Act::Swap => swap,
        Act::Execute => execute,
        Act::ExecuteOther => execute_other,
        Act::Illegal => illegal,
        Act::Breakpoint => breakpoint,
        Act::Semihosting => semihosting,
        Act::DivideByZero => divide_by_zero,
        Act::StackStore => stack_store,
        Act::StackIllegal => stack_illegal,
        Act::StackCall => stack_call,
        Act::StackSpin => stack_spin,
        Act::Spin => spin,
        Act::ReadStatus => read_status,
        Act::DisableInterrupts => disable_interrupts,
        Act::WriteVector => write_vector,
        Act::OpenWall => open_wall,
        Act::WaitForInterrupt => wait_for_interrupt,
        Act::Recurse
        | Act::ReadIdentity
        | Act::ReadCounter
        | Act::ReturnFromTrap
        | Act::RewriteBlocked
        | Act::RewriteInterrupted => return None,
    })
}

/// Defines functions of a few instructions, each with its words of what they do.
macro_rules! acts {
    ($($(#[$meta:meta])* $name:ident: $($line:literal),+;)+) => {
        $(
            $(#[$meta])*
            #[unsafe(naked)]
            extern "C" fn $name(_operand: usize, _turns: usize) {
                naked_asm!($($line),+)
            }
        )+
    };
}

acts! {
    load_byte: "ldrb r0, [r0]", "bx lr";
    load_half: "ldrh r0, [r0]", "bx lr";
    load_word: "ldr r0, [r0]", "bx lr";
    store_byte: "strb r1, [r0]", "bx lr";
    store_half: "strh r1, [r0]", "bx lr";
    store_word: "str r1, [r0]", "bx lr";
    swap: "ldrex r2, [r0]", "movs r1, #0", "strex r3, r1, [r0]", "bx lr";
    execute: "orr r0, r0, #1", "bx r0";
    execute_other: "bic r0, r0, #1", "bx r0";
    illegal: "udf #0", "bx lr";
    breakpoint: "bkpt #0", "bx lr";
    /// SYS_EXIT: an emulator that listens ends at once.
    semihosting: "bkpt #0xAB", "bx lr";
    divide_by_zero: "udiv r0, r1, r0", "bx lr";
    stack_store: "mov sp, r0", "str r1, [sp]", "udf #0";
    stack_illegal: "mov sp, r0", "udf #0";
    stack_call: "mov sp, r0", "mov r12, #48", "svc #0", "udf #0";
    stack_spin: "mov r2, sp", "mov sp, r0", "1:", "subs r1, r1, #1", "bne 1b", "mov sp, r2", "bx lr";
    spin: "1:", "subs r1, r1, #1", "bne 1b", "bx lr";
    /// The kernel's stack pointer.
    read_status: "mrs r0, msp", "cbnz r0, 1f", "bx lr", "1:", "udf #0";
    /// Then it keeps busy, and is interrupted all the same.
    disable_interrupts: "cpsid i", "cpsid f", "movs r0, #1", "msr basepri, r0", "msr primask, r0",
        "1:", "subs r1, r1, #1", "bne 1b", "bx lr";
    /// Where traps keep what they know: the kernel's stack pointer.
    write_vector: "movs r0, #0", "msr msp, r0", "bx lr";
    /// Who has privileges needs no wall.
    open_wall: "movs r0, #0", "msr control, r0", "isb", "mrs r0, control", "lsls r0, r0, #31",
        "beq 1f", "bx lr", "1:", "udf #0";
    wait_for_interrupt: "wfi", "bx lr";
}

/// Makes a call while the stack pointer is something else, and does not come back.
pub(super) fn call_on_stack(stack: usize) {
    stack_call(stack, 0);
}
