//! The boards: their names, where their memory lies, and what their walls are made of.
//!
//! A board's name stands in system.json5, on the command line and in the folders of what is built,
//! so there is one list. What a board is on a desk, its compiler and its emulator, is the tool's
//! affair.

use crate::image::{BoardMemory, WallKind};

/// The board without an image: this machine, each process a Linux process.
pub const LINUX: &str = "linux";

/// A board that systems can be built for as one image.
#[derive(Debug)]
pub struct Board {
    /// Its name, as system.json5's `boards` and `--board` know it.
    pub name: &'static str,
    /// What its walls are made of.
    pub wall: WallKind,
    /// Where its memory lies.
    pub memory: BoardMemory,
    /// How often its clock ticks, which programs know as a constant (AB-4).
    pub ticks_per_sec: u32,
}

/// The stack of a thread that declares none, in bytes (CF-1).
const DEFAULT_STACK_BYTES: u32 = 2048;

/// The memory of the MPS2 boards that have no secure state. What is flash here is memory that
/// can be written; nobody but the kernel could, and it does not.
const MPS2_MEMORY: BoardMemory = BoardMemory {
    flash: 0..0x0040_0000,
    ram: 0x2000_0000..0x2040_0000,
    kernel_stack_bytes: 4096,
    default_stack_bytes: DEFAULT_STACK_BYTES,
};

/// Texas Instruments' LM3S6965 evaluation board: a Cortex-M3.
pub static LM3S6965EVB: Board = Board {
    name: "lm3s6965evb",
    wall: WallKind::Pmsav7,
    memory: BoardMemory {
        flash: 0..0x0004_0000,
        ram: 0x2000_0000..0x2001_0000,
        kernel_stack_bytes: 4096,
        default_stack_bytes: DEFAULT_STACK_BYTES,
    },
    ticks_per_sec: 12_500_000,
};

/// Arm's MPS2 board as a Cortex-M3.
pub static MPS2_AN385: Board = Board {
    name: "mps2_an385",
    wall: WallKind::Pmsav7,
    memory: MPS2_MEMORY,
    ticks_per_sec: 25_000_000,
};

/// Arm's MPS2 board as a Cortex-M4 with floating point.
pub static MPS2_AN386: Board = Board {
    name: "mps2_an386",
    wall: WallKind::Pmsav7,
    memory: MPS2_MEMORY,
    ticks_per_sec: 25_000_000,
};

/// Arm's MPS2 board as a Cortex-M33.
pub static MPS2_AN505: Board = Board {
    name: "mps2_an505",
    wall: WallKind::Pmsav8,
    memory: BoardMemory {
        // The machine starts in its secure state and stays there; so these are the addresses at
        // which that state sees the memory.
        flash: 0x1000_0000..0x1040_0000,
        ram: 0x3800_0000..0x3840_0000,
        kernel_stack_bytes: 4096,
        default_stack_bytes: DEFAULT_STACK_BYTES,
    },
    ticks_per_sec: 20_000_000,
};

/// QEMU's RISC-V machine `virt`, 32 bits.
pub static QEMU_VIRT_RV32: Board = Board {
    name: "qemu_virt_rv32",
    wall: WallKind::Pmp,
    memory: BoardMemory {
        // The machine's one memory, split as a microcontroller's would be.
        flash: 0x8000_0000..0x8010_0000,
        ram: 0x8010_0000..0x8020_0000,
        kernel_stack_bytes: 4096,
        default_stack_bytes: DEFAULT_STACK_BYTES,
    },
    ticks_per_sec: 10_000_000,
};

/// Every board but Linux, in the order of their names.
pub static BOARDS: [&Board; 5] =
    [&LM3S6965EVB, &MPS2_AN385, &MPS2_AN386, &MPS2_AN505, &QEMU_VIRT_RV32];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_memory_is_apart() {
        assert!(BOARDS.iter().map(|board| board.name).is_sorted_by(|one, other| one < other));
        for Board { name, memory: BoardMemory { flash, ram, .. }, .. } in BOARDS {
            assert!(flash.start < flash.end && ram.start < ram.end, "{name}");
            assert!(flash.end <= ram.start, "{name}");
        }
    }
}
