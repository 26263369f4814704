//! Where a process lies, and what an attack aims at.

use core::ops::Range;

use crate::machine::MEMORY_ALIGNMENT_BYTES;

/// Where a process lies, as the kernel grants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Its code.
    pub flash: Range<usize>,
    /// Its variables, and on a microcontroller its stacks below them.
    pub ram: Range<usize>,
    /// A word among its variables.
    pub variable: usize,
    /// A word on its stack.
    pub stack: usize,
}

/// A place that attacks are aimed at, in view of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The first byte of its code.
    FlashStart,
    /// The byte after its code.
    FlashEnd,
    /// The first byte of its RAM.
    RamStart,
    /// The byte after its RAM.
    RamEnd,
    /// A word among its variables.
    Variable,
    /// A word on its stack.
    Stack,
    /// The first byte of the kernel's code, which lies before everybody's.
    KernelFlash,
    /// The first byte of the kernel's RAM, which lies before everybody's.
    KernelRam,
    /// Address 0.
    Null,
}

/// So many bytes from a mark.
pub type Aim = (Mark, isize);

impl Memory {
    /// The address that is aimed at, with this process in view.
    pub fn at(&self, (mark, offset): Aim) -> usize {
        let Memory { flash, ram, variable, stack } = self;
        let begin_of_all = |address| address - address % MEMORY_ALIGNMENT_BYTES;
        let address = match mark {
            Mark::FlashStart => flash.start,
            Mark::FlashEnd => flash.end,
            Mark::RamStart => ram.start,
            Mark::RamEnd => ram.end,
            Mark::Variable => *variable,
            Mark::Stack => *stack,
            Mark::KernelFlash => begin_of_all(flash.start),
            Mark::KernelRam => begin_of_all(ram.start),
            Mark::Null => 0,
        };
        address.wrapping_add_signed(offset)
    }
}
