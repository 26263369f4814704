//! The acts as instructions of the x86-64, as far as a Linux process has them for itself.

use core::arch::naked_asm;

use super::{Act, Effect, Function};

/// How often a loop runs that lasts long enough for several interrupts.
pub(super) const SPINS: usize = 200_000_000;

/// An exception does not use the stack of whoever it stops.
pub(super) const LOSES_PLACE_WITH_STACK: bool = false;

/// What the machine does with an act that a program has no right to.
pub(super) const fn effect(act: Act) -> Effect {
    match act {
        Act::Spin => Effect::Nothing,
        // What a Linux process may do to the machine is Linux's affair.
        Act::ReadStatus
        | Act::ReadIdentity
        | Act::ReadCounter
        | Act::DisableInterrupts
        | Act::WriteVector
        | Act::OpenWall
        | Act::ReturnFromTrap
        | Act::WaitForInterrupt
        | Act::Semihosting
        | Act::StackCall
        | Act::StackSpin
        | Act::ExecuteOther => Effect::Absent,
        _ => Effect::Fault,
    }
}

/// How many bytes after its function's beginning an act happens, and how many more it may be.
pub(super) const fn place(act: Act) -> Option<(usize, usize)> {
    match act {
        Act::StackStore | Act::StackIllegal => Some((3, 0)),
        // The machine stops after the instruction.
        Act::Breakpoint => Some((1, 0)),
        _ => Some((0, 0)),
    }
}

/// Instructions begin anywhere.
pub(super) const fn target(address: usize) -> usize {
    address
}

/// Whether a thread all of whose stack is this word goes on at that address: what changes threads
/// finds its own words there, and may not come so far.
pub(super) const fn goes_on_at(_word: usize) -> bool {
    false
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
        Act::Illegal => illegal,
        Act::Breakpoint => breakpoint,
        Act::DivideByZero => divide_by_zero,
        Act::StackStore => stack_store,
        Act::StackIllegal => stack_illegal,
        Act::Spin => spin,
        Act::Recurse
        | Act::RewriteBlocked
        | Act::RewriteInterrupted
        | Act::ExecuteOther
        | Act::Semihosting
        | Act::StackCall
        | Act::StackSpin
        | Act::ReadStatus
        | Act::ReadIdentity
        | Act::ReadCounter
        | Act::DisableInterrupts
        | Act::WriteVector
        | Act::OpenWall
        | Act::ReturnFromTrap
        | Act::WaitForInterrupt => return None,
    })
}

/// Defines functions of a few instructions.
macro_rules! acts {
    ($($name:ident: $($line:literal),+;)+) => {
        $(
            #[unsafe(naked)]
            extern "C" fn $name(_operand: usize, _turns: usize) {
                naked_asm!($($line),+)
            }
        )+
    };
}

acts! {
    load_byte: "mov al, [rdi]", "ret";
    load_half: "mov ax, [rdi]", "ret";
    load_word: "mov eax, [rdi]", "ret";
    store_byte: "mov byte ptr [rdi], 0", "ret";
    store_half: "mov word ptr [rdi], 0", "ret";
    store_word: "mov dword ptr [rdi], 0", "ret";
    swap: "xchg [rdi], eax", "ret";
    execute: "jmp rdi";
    illegal: "ud2", "ret";
    breakpoint: "int3", "ret";
    divide_by_zero: "div rdi", "ret";
    stack_store: "mov rsp, rdi", "mov dword ptr [rsp], 0", "ud2";
    stack_illegal: "mov rsp, rdi", "ud2";
    spin: "2:", "dec rsi", "jnz 2b", "ret";
}

/// Nobody can call on a stack that is none: the way into the kernel is code that has a stack.
pub(super) fn call_on_stack(_stack: usize) {}
