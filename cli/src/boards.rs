//! The boards that are more than this machine, and everything that differs between them.

use std::process::Command;

use guichet_system::image::BoardMemory;

use crate::Failure;
use crate::toolchain::Toolchain;

/// A board that systems can be built for as one image.
#[derive(Debug)]
pub struct Board {
    /// Its name, as `--board` and the file's `boards` know it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub description: &'static str,
    /// The target that rustc knows it by.
    pub target: &'static str,
    /// The package of its kernel.
    pub package: &'static str,
    /// Where its memory lies.
    pub memory: BoardMemory,
    /// What stands in for it on a desk.
    pub emulator: Emulator,
}

impl Board {
    /// Tells whether this machine can build for the board and emulate it. Blocks for the programs
    /// that are asked.
    pub fn can_run_here(&self) -> bool {
        self.check_here().is_ok()
    }

    /// Looks for what this machine needs to build for the board and to emulate it. Blocks for the
    /// programs that are asked.
    ///
    /// # Errors
    /// [`Failure::NoTarget`], [`Failure::NoLinker`] or [`Failure::NoEmulator`], whichever is missing
    /// first, with the commands that bring it.
    pub fn check_here(&self) -> Result<(), Failure> {
        Toolchain::find(self.target)?;
        let Emulator { program, package, .. } = self.emulator;
        let found = Command::new(program).arg("--version").output();
        found.map(|_| ()).map_err(|source| Failure::NoEmulator { program, package, source })
    }
}

/// An emulator and how it is told to be a board.
#[derive(Debug)]
pub struct Emulator {
    /// The program.
    pub program: &'static str,
    /// The Debian package that has it.
    pub package: &'static str,
    /// Its arguments; the image's file follows.
    pub arguments: &'static [&'static str],
}

/// Every board but Linux.
pub static BOARDS: [Board; 1] = [Board {
    name: "qemu_virt_rv32",
    description: "QEMU's RISC-V machine `virt`, 32 bits, with 16 protection entries",
    target: "riscv32imac-unknown-none-elf",
    package: "guichet_board_qemu_virt_rv32",
    memory: BoardMemory {
        // The machine's one memory, split as a microcontroller's would be.
        flash: 0x8000_0000..0x8010_0000,
        ram: 0x8010_0000..0x8020_0000,
        kernel_stack_bytes: 4096,
        default_stack_bytes: 2048,
    },
    emulator: Emulator {
        program: "qemu-system-riscv32",
        package: "qemu-system-misc",
        arguments: &[
            "-machine", "virt", "-bios", "none", "-display", "none", "-monitor", "none", "-serial",
            "stdio", "-kernel",
        ],
    },
}];
