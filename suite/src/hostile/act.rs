//! What a program can do to a wall, act by act.
//!
//! Each act is one machine instruction, with as little around it as can be: the compiler may take an
//! access that it can see for impossible, and whoever looks at the console wants to know exactly where
//! and with which address it happened. So each is a function that begins with that instruction or
//! reaches it after a known number of bytes, and [`Act::place`] says where that is.

#[cfg(target_arch = "arm")]
#[path = "act/arm.rs"]
mod machine;
#[cfg(target_arch = "riscv32")]
#[path = "act/riscv32.rs"]
mod machine;
#[cfg(target_arch = "x86_64")]
#[path = "act/x86_64.rs"]
mod machine;

#[cfg(not(any(target_arch = "x86_64", target_arch = "riscv32", target_arch = "arm")))]
compile_error!(
    "the conformance suite does not know how a program does harm on this machine: add a file beside \
     x86_64.rs"
);

use super::frames;
use core::hint::black_box;
use core::ops::RangeInclusive;

/// What to do, with one word that says where or how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Act {
    /// Reads the byte at the address.
    LoadByte,
    /// Reads two bytes, aligned or not.
    LoadHalf,
    /// Reads four bytes, aligned or not.
    LoadWord,
    /// Writes a zero to the byte at the address.
    StoreByte,
    /// Writes two zero bytes, aligned or not.
    StoreHalf,
    /// Writes four zero bytes, aligned or not.
    StoreWord,
    /// Exchanges the word at the address for zero, in one piece.
    Swap,
    /// Goes on at the address.
    Execute,
    /// Goes on at the address in the machine's other set of instructions.
    ExecuteOther,
    /// Executes what is no instruction.
    Illegal,
    /// Executes the instruction that debuggers use.
    Breakpoint,
    /// Asks a debugger for a service, as programs under one do: that the machine be switched off.
    Semihosting,
    /// Divides by zero.
    DivideByZero,
    /// Calls itself until the stack is used up.
    Recurse,
    /// Makes the address its stack pointer, and writes there.
    StackStore,
    /// Makes the address its stack pointer, and executes what is no instruction.
    StackIllegal,
    /// Makes the address its stack pointer for the time of a call.
    StackCall,
    /// Makes the address its stack pointer for a while in which the timer interrupts.
    StackSpin,
    /// Keeps the processor busy, with whatever keeps others from it.
    Spin,
    /// Reads a register that only a kernel may read.
    ReadStatus,
    /// Reads who it is that runs on which processor.
    ReadIdentity,
    /// Reads what counts time or instructions for others.
    ReadCounter,
    /// Forbids interrupts.
    DisableInterrupts,
    /// Says where traps go.
    WriteVector,
    /// Opens the wall.
    OpenWall,
    /// Comes back from a trap that it is not in.
    ReturnFromTrap,
    /// Sleeps until an interrupt.
    WaitForInterrupt,
    /// Fills the stack of a thread that blocks in a call with the word.
    RewriteBlocked,
    /// Fills the stack of a thread that is interrupted with the word.
    RewriteInterrupted,
}

/// What becomes of whoever does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It faults.
    Fault,
    /// Nothing: the machine ignores it, or it concerns nobody else.
    Nothing,
    /// There is no such thing on the machine.
    Absent,
}

impl Act {
    /// All of them, in the order of their numbers.
    pub const ALL: [Act; 29] = [
        Act::LoadByte,
        Act::LoadHalf,
        Act::LoadWord,
        Act::StoreByte,
        Act::StoreHalf,
        Act::StoreWord,
        Act::Swap,
        Act::Execute,
        Act::ExecuteOther,
        Act::Illegal,
        Act::Breakpoint,
        Act::Semihosting,
        Act::DivideByZero,
        Act::Recurse,
        Act::StackStore,
        Act::StackIllegal,
        Act::StackCall,
        Act::StackSpin,
        Act::Spin,
        Act::ReadStatus,
        Act::ReadIdentity,
        Act::ReadCounter,
        Act::DisableInterrupts,
        Act::WriteVector,
        Act::OpenWall,
        Act::ReturnFromTrap,
        Act::WaitForInterrupt,
        Act::RewriteBlocked,
        Act::RewriteInterrupted,
    ];

    /// What becomes of whoever does it where it must not.
    pub const fn effect(self) -> Effect {
        machine::effect(self)
    }

    /// Whether it lasts long enough to be interrupted.
    pub const fn lasts(self) -> bool {
        match self {
            Act::Spin | Act::StackSpin => true,
            // Who is not stopped keeps busy.
            Act::DisableInterrupts => matches!(self.effect(), Effect::Nothing),
            _ => false,
        }
    }

    /// Whether it leaves the program without a stack.
    pub const fn loses_stack(self) -> bool {
        matches!(
            self,
            Act::StackStore | Act::StackIllegal | Act::StackCall | Act::StackSpin | Act::Recurse
        )
    }

    /// The addresses of which one is where it happens; `None` if it may be anywhere in the program.
    pub fn place(self, operand: usize) -> Option<RangeInclusive<usize>> {
        match self {
            Act::Execute | Act::ExecuteOther => Some(target(operand)..=target(operand)),
            _ if machine::LOSES_PLACE_WITH_STACK && self.loses_stack() => Some(0..=0),
            Act::Recurse => None,
            Act::RewriteBlocked | Act::RewriteInterrupted if machine::goes_on_at(operand) => {
                Some(target(operand)..=target(operand))
            }
            Act::RewriteBlocked | Act::RewriteInterrupted => Some(0..=usize::MAX),
            _ => {
                let (first, length) = machine::place(self)?;
                let function = function_address(machine::function(self)?);
                Some(function + first..=function + first + length)
            }
        }
    }
}

/// Whether a fault without a stack is one of the stack, with the stack pointer for an address and no
/// place: the machine needs a stack to keep them.
pub const LOSES_PLACE_WITH_STACK: bool = machine::LOSES_PLACE_WITH_STACK;

/// Where a jump to an address goes: a machine of this kind has no code at odd ones.
pub const fn target(address: usize) -> usize {
    machine::target(address)
}

/// Does it. Comes back if the machine and the wall let it.
pub fn act(act: Act, operand: usize) {
    match (act, machine::function(act)) {
        (Act::Recurse, _) => {
            black_box(descend(1));
        }
        (Act::RewriteBlocked, _) => frames::rewrite_blocked(operand),
        (Act::RewriteInterrupted, _) => frames::rewrite_interrupted(operand),
        (Act::StackCall, _) => machine::call_on_stack(operand),
        (_, Some(function)) => function(operand, machine::SPINS),
        (_, None) => {}
    }
}

/// An act as a function of the machine: the operand, and a number of turns.
type Function = extern "C" fn(usize, usize);

fn function_address(function: Function) -> usize {
    target((function as *const ()).expose_provenance())
}

/// Calls itself with a frame of some size, for as long as a counter has values.
#[inline(never)]
fn descend(depth: usize) -> usize {
    let frame = black_box([depth; 16]);
    match depth.checked_add(1) {
        Some(deeper) => descend(deeper).wrapping_add(frame[0]),
        None => frame[15],
    }
}
