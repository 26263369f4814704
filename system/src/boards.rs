//! The boards: their names, where their memory lies, and what their walls are made of.
//!
//! A board's name stands in system.json5, on the command line and in the folders of what is built,
//! so there is one list. What a board is on a desk, its compiler and its emulator, is the tool's
//! affair.

use std::ops::Range;

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
    /// What processes may have of its devices.
    pub devices: Devices,
}

/// What processes may have of a board's devices, and what not.
#[derive(Debug)]
pub struct Devices {
    /// Its interrupt lines (PR-8).
    pub lines: Range<u16>,
    /// The one of them that is the kernel's own, if one is.
    pub kernel_line: Option<u16>,
    /// Where no process may have a device mapped.
    pub reserved: &'static [Reserved],
}

/// A range of addresses that no process may have mapped, beside the memory.
#[derive(Debug)]
pub struct Reserved {
    /// The addresses.
    pub range: Range<u32>,
    /// What is there, as the end of a sentence.
    pub what: &'static str,
}

/// The line of Linux that says that somebody has typed. There is no other.
pub const LINUX_CONSOLE_LINE: u16 = 0;

const fn reserved(range: Range<u32>, what: &'static str) -> Reserved {
    Reserved { range, what }
}

/// What the kernel owns of every Arm board: the interrupt controller, the protection, SysTick.
const ARM_CORE: Reserved = reserved(0xE000_0000..0xE010_0000, "the core's own peripherals");
/// Words there are bits elsewhere, of whoever's memory.
const BIT_BAND_MEMORY: Reserved =
    reserved(0x2200_0000..0x2400_0000, "the bit-band alias of the board's RAM");
const BIT_BAND_DEVICES: Reserved =
    reserved(0x4200_0000..0x4400_0000, "the bit-band alias of the board's devices");
const CLOCK: &str = "the kernel's clock";

const MPS2_DEVICES: Devices = Devices {
    lines: 0..48,
    kernel_line: Some(8),
    reserved: &[
        ARM_CORE,
        BIT_BAND_MEMORY,
        BIT_BAND_DEVICES,
        reserved(0x0040_0000..0x0080_0000, "a mirror of the board's flash"),
        reserved(0x2040_0000..0x2080_0000, "a mirror of the board's RAM"),
        reserved(0x4000_0000..0x4000_1000, CLOCK),
        reserved(0x4002_8000..0x4002_9000, CLOCK),
    ],
};

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
    devices: Devices {
        lines: 0..48,
        kernel_line: Some(19),
        reserved: &[
            ARM_CORE,
            BIT_BAND_MEMORY,
            BIT_BAND_DEVICES,
            reserved(0x4003_0000..0x4003_1000, CLOCK),
            reserved(
                0x400F_E000..0x400F_F000,
                "what controls the microcontroller's clocks and resets",
            ),
        ],
    },
};

/// Arm's MPS2 board as a Cortex-M3.
pub static MPS2_AN385: Board = Board {
    name: "mps2_an385",
    wall: WallKind::Pmsav7,
    memory: MPS2_MEMORY,
    ticks_per_sec: 25_000_000,
    devices: MPS2_DEVICES,
};

/// Arm's MPS2 board as a Cortex-M4 with floating point.
pub static MPS2_AN386: Board = Board {
    name: "mps2_an386",
    wall: WallKind::Pmsav7,
    memory: MPS2_MEMORY,
    ticks_per_sec: 25_000_000,
    devices: MPS2_DEVICES,
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
    devices: Devices {
        lines: 0..48,
        kernel_line: Some(3),
        reserved: &[
            ARM_CORE,
            reserved(0..0x0040_0000, "the other view of the board's flash"),
            reserved(0x2800_0000..0x2840_0000, "the other view of the board's RAM"),
            reserved(0x4000_0000..0x4000_1000, CLOCK),
            reserved(0x5000_0000..0x5000_1000, CLOCK),
            reserved(0x4030_2000..0x4030_3000, CLOCK),
            reserved(0x5030_2000..0x5030_3000, CLOCK),
            reserved(0x4008_0000..0x4009_0000, "what protects the board's memory and devices"),
            reserved(0x5008_0000..0x5009_0000, "what protects the board's memory and devices"),
        ],
    },
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
    devices: Devices {
        lines: 1..96,
        kernel_line: None,
        reserved: &[
            reserved(0x0010_0000..0x0010_1000, "what ends the machine"),
            reserved(0x0200_0000..0x0201_0000, "the core's own timer and interrupts"),
            reserved(0x0C00_0000..0x1000_0000, "the interrupt controller"),
        ],
    },
};

/// Every board but Linux, in the order of their names.
pub static BOARDS: [&Board; 5] =
    [&LM3S6965EVB, &MPS2_AN385, &MPS2_AN386, &MPS2_AN505, &QEMU_VIRT_RV32];

/// The board called `name`, if it is not Linux.
pub fn find(name: &str) -> Option<&'static Board> {
    BOARDS.into_iter().find(|board| board.name == name)
}

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
