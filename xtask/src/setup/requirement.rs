//! What the tests need: a table, one row for each thing.

use std::path::Path;

use crate::command::Program;

/// Something that must be on the machine.
#[derive(Debug)]
pub(crate) struct Requirement {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Completes the sentence "needed ..".
    pub(crate) purpose: &'static str,
    /// The command that proves it is there, by succeeding, and says its version.
    pub(crate) probe: &'static [&'static str],
    /// How it gets there.
    pub(crate) remedy: Remedy,
}

/// How something gets onto a machine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Remedy {
    /// By these packages of Debian.
    Packages(&'static [&'static str]),
    /// By a command that we do not run for anybody.
    Command(&'static str),
}

/// Everything that `cargo xtask test` needs besides rustc and cargo.
pub(crate) const REQUIREMENTS: [Requirement; 9] = [
    Requirement {
        name: "rustfmt",
        purpose: "to check the format",
        probe: &["cargo", "fmt", "--version"],
        remedy: Remedy::Command("rustup component add rustfmt"),
    },
    Requirement {
        name: "clippy",
        purpose: "to check for mistakes",
        probe: &["cargo", "clippy", "--version"],
        remedy: Remedy::Command("rustup component add clippy"),
    },
    Requirement {
        name: "git",
        purpose: "to know which files belong to the repository",
        probe: &["git", "--version"],
        remedy: Remedy::Packages(&["git"]),
    },
    Requirement {
        name: "C linker",
        purpose: "to link programs, and the kernel's probe",
        probe: &["cc", "--version"],
        remedy: Remedy::Packages(&["gcc", "libc6-dev"]),
    },
    Requirement {
        name: "valgrind",
        purpose: "to count instructions",
        probe: &["valgrind", "--version"],
        remedy: Remedy::Packages(&["valgrind"]),
    },
    Requirement {
        name: "QEMU for RISC-V",
        purpose: "to run systems on its boards",
        probe: &["qemu-system-riscv32", "--version"],
        remedy: Remedy::Packages(&["qemu-system-misc"]),
    },
    Requirement {
        name: "QEMU for Arm",
        purpose: "to run systems on its boards",
        probe: &["qemu-system-arm", "--version"],
        remedy: Remedy::Packages(&["qemu-system-arm"]),
    },
    Requirement {
        name: "core for bare machines",
        purpose: "to build for RISC-V and Arm boards",
        // Ready made for every target of a board, or as source beside the distribution's own Rust.
        probe: &[
            "sh",
            "-c",
            "(for target in riscv32imac-unknown-none-elf thumbv7m-none-eabi thumbv7em-none-eabi \
             thumbv7em-none-eabihf thumbv8m.main-none-eabi; do \
             ls \"$(rustc --print target-libdir --target $target)\"/libcore-* || exit 1; done) \
             2>/dev/null || ls \"$(/usr/bin/rustc --print sysroot)\"/lib/rustlib/src/rust/library/core/Cargo.toml",
        ],
        remedy: Remedy::Packages(&["rustc-web", "cargo-web", "rust-web-src"]),
    },
    Requirement {
        name: "linker for bare machines",
        purpose: "to link images",
        probe: &[
            "sh",
            "-c",
            "ls \"$(rustc --print sysroot)\"/lib/rustlib/*/bin/rust-lld 2>/dev/null || ld.lld --version",
        ],
        remedy: Remedy::Packages(&["lld"]),
    },
];

impl Requirement {
    /// The first line that the probe says, if it succeeds.
    pub(crate) fn version(&self) -> Option<String> {
        let (program, arguments) = self.probe.split_first()?;
        let said = Program::new(program, Path::new(".")).arguments(arguments).output().ok()?;
        Some(said.lines().find(|line| !line.is_empty()).unwrap_or("there").to_owned())
    }
}
