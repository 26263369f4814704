//! The ways in which a program goes wrong for good (PR-2).
//!
//! Each is done by a machine instruction of its own: the compiler may take a crash that it can see
//! for impossible, and a checked build turns some of them into panics.

#[cfg(target_arch = "x86_64")]
#[path = "crash/x86_64.rs"]
mod machine;

#[cfg(target_arch = "riscv32")]
#[path = "crash/riscv32.rs"]
mod machine;

#[cfg(not(any(target_arch = "x86_64", target_arch = "riscv32")))]
compile_error!(
    "the conformance suite does not know how a program crashes on this machine: add a file beside \
     x86_64.rs"
);

use core::hint::black_box;

use super::ARENA;

/// What to do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Reads a byte at address 0.
    ReadNull,
    /// Reads a byte that no process has, far up in the address space.
    ReadWild,
    /// Writes to a constant.
    WriteConstant,
    /// Writes to the program's code.
    WriteCode,
    /// Runs data as if it were code.
    RunData,
    /// Calls itself until the stack is used up.
    OverflowStack,
    /// Executes what is no instruction.
    IllegalInstruction,
    /// Divides by zero, where the machine objects to that.
    DivideByZero,
    /// Hits a breakpoint.
    Breakpoint,
}

impl Crash {
    /// All of them.
    pub const ALL: [Crash; 9] = [
        Crash::ReadNull,
        Crash::ReadWild,
        Crash::WriteConstant,
        Crash::WriteCode,
        Crash::RunData,
        Crash::OverflowStack,
        Crash::IllegalInstruction,
        Crash::DivideByZero,
        Crash::Breakpoint,
    ];
}

static CONSTANT: u64 = 0x5AFE;

/// Crashes. Where the machine or the wall lets the program pass, the process ends with a panic, whose
/// line is not the one that the system expects.
pub fn crash(how: Crash) -> ! {
    match how {
        Crash::ReadNull => machine::read(0),
        Crash::ReadWild => machine::read(usize::MAX / 4),
        Crash::WriteConstant => machine::write((&raw const CONSTANT).expose_provenance()),
        Crash::WriteCode => machine::write((crash as *const ()).expose_provenance()),
        Crash::RunData => machine::run(ARENA.at(0)),
        Crash::OverflowStack => {
            black_box(descend(1));
        }
        Crash::IllegalInstruction => machine::illegal_instruction(),
        Crash::DivideByZero => machine::divide_by_zero(),
        Crash::Breakpoint => machine::breakpoint(),
    }
    panic!("survived: {how:?}");
}

/// Calls itself with a frame of some size, for as long as a counter has values.
#[inline(never)]
fn descend(depth: usize) -> usize {
    let frame = black_box([depth; 64]);
    match depth.checked_add(1) {
        Some(deeper) => descend(deeper).wrapping_add(frame[0]),
        None => frame[63],
    }
}
