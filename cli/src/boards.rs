//! The boards that are more than this machine: what builds for them, and what stands in for them.

use std::process::Command;

use guichet_system::boards as hardware;

use crate::Failure;
use crate::toolchain::Toolchain;

/// A board that systems can be built for as one image.
#[derive(Debug)]
pub struct Board {
    /// Its name, as `--board` and the file's `boards` know it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub description: &'static str,
    /// The target that rustc knows it by, for programs.
    pub target: &'static str,
    /// The target that its kernel is built for: the same, but without the registers of floating
    /// point, where there are any. They belong to the processes, and the kernel must not touch them.
    pub kernel_target: &'static str,
    /// The package of its kernel.
    pub package: &'static str,
    /// Its memory and its walls.
    pub hardware: &'static hardware::Board,
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
        Toolchain::find(self.kernel_target)?;
        let Emulator { program, package, .. } = self.emulator;
        let found = Command::new(program).arg("--version").output();
        found.map(|_| ()).map_err(|source| Failure::NoEmulator { program, package, source })
    }

    /// The compiler that builds for the board here, as it calls itself. Blocks for it.
    ///
    /// # Errors
    /// [`Failure::NoTarget`] or [`Failure::NoLinker`], whichever is missing first.
    pub fn compiler(&self) -> Result<String, Failure> {
        let missing = || Failure::NoTarget { target: self.target.to_owned() };
        Toolchain::find(self.target)?.compiler().ok_or_else(missing)
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

/// What every emulator is told: this machine, its console on standard output, and no window.
macro_rules! arguments {
    ($machine:literal $(, $more:literal)*) => {
        &["-machine", $machine, "-display", "none", "-monitor", "none", "-serial", "stdio",
          $($more,)* "-kernel"]
    };
}

/// An Arm board. An image ends such a machine through semihosting, which has an exit status.
macro_rules! arm {
    ($machine:literal) => {
        Emulator {
            program: "qemu-system-arm",
            package: "qemu-system-arm",
            arguments: arguments!($machine, "-semihosting-config", "enable=on,target=native"),
        }
    };
}

/// Every board but Linux, in the order of their names.
pub static BOARDS: [Board; 5] = [
    Board {
        name: hardware::LM3S6965EVB.name,
        description: "TI's LM3S6965 board: Cortex-M3, 256 KiB of flash and 64 KiB of RAM",
        target: "thumbv7m-none-eabi",
        kernel_target: "thumbv7m-none-eabi",
        package: "guichet_board_lm3s6965evb",
        hardware: &hardware::LM3S6965EVB,
        emulator: arm!("lm3s6965evb"),
    },
    Board {
        name: hardware::MPS2_AN385.name,
        description: "Arm's MPS2 board with a Cortex-M3",
        target: "thumbv7m-none-eabi",
        kernel_target: "thumbv7m-none-eabi",
        package: "guichet_board_mps2_an385",
        hardware: &hardware::MPS2_AN385,
        emulator: arm!("mps2-an385"),
    },
    Board {
        name: hardware::MPS2_AN386.name,
        description: "Arm's MPS2 board with a Cortex-M4, which has floating point",
        target: "thumbv7em-none-eabihf",
        kernel_target: "thumbv7em-none-eabi",
        package: "guichet_board_mps2_an386",
        hardware: &hardware::MPS2_AN386,
        emulator: arm!("mps2-an386"),
    },
    Board {
        name: hardware::MPS2_AN505.name,
        description: "Arm's MPS2 board with a Cortex-M33",
        target: "thumbv8m.main-none-eabi",
        kernel_target: "thumbv8m.main-none-eabi",
        package: "guichet_board_mps2_an505",
        hardware: &hardware::MPS2_AN505,
        emulator: arm!("mps2-an505"),
    },
    Board {
        name: hardware::QEMU_VIRT_RV32.name,
        description: "QEMU's RISC-V machine `virt`, 32 bits, with 16 protection entries",
        target: "riscv32imac-unknown-none-elf",
        kernel_target: "riscv32imac-unknown-none-elf",
        package: "guichet_board_qemu_virt_rv32",
        hardware: &hardware::QEMU_VIRT_RV32,
        emulator: Emulator {
            program: "qemu-system-riscv32",
            package: "qemu-system-misc",
            arguments: arguments!("virt", "-bios", "none"),
        },
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_board_of_the_system_file_is_here() {
        let names = |boards: &mut dyn Iterator<Item = &'static str>| boards.collect::<Vec<_>>();
        assert_eq!(
            names(&mut BOARDS.iter().map(|board| board.name)),
            names(&mut hardware::BOARDS.iter().map(|board| board.name))
        );
        assert!(BOARDS.iter().all(|board| board.name == board.hardware.name));
    }
}
