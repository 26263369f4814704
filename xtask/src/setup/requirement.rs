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
pub(crate) const REQUIREMENTS: [Requirement; 5] = [
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
];

impl Requirement {
    /// The first line that the probe says, if it succeeds.
    pub(crate) fn version(&self) -> Option<String> {
        let (program, arguments) = self.probe.split_first()?;
        let said = Program::new(program, Path::new(".")).arguments(arguments).output().ok()?;
        Some(said.lines().find(|line| !line.is_empty()).unwrap_or("there").to_owned())
    }
}
