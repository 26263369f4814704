//! What can go wrong, what it is called, and what to do next (TL-3, TL-4).
//!
//! Each failure has a message that names the thing and the place, and a [`Failure::help`] that says
//! what to do; [`Failure::exit_status`] is what a script sees. They are kept together so that they
//! are written together.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use guichet_port_linux::FitError;
use guichet_system::image::LayoutError;
use guichet_system::tables::CapsuleFault;
use guichet_system::{Diagnostics, System};

use crate::capsules::CapsuleRefusal;
use crate::new::Refusal;
use crate::status;

/// Why a system could not be made, built or run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The folder is not there, or is no folder.
    #[error(
        "there is no folder {}{}",
        folder.display(),
        if *exists { ": it is a file" } else { "" }
    )]
    NoFolder {
        /// What was named.
        folder: PathBuf,
        /// Whether something else is there.
        exists: bool,
    },
    /// The folder holds no system.
    #[error("there is no system.json5 in {}", folder.display())]
    NoSystemFile {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// system.json5 is wrong; the message is what `check` shows, without colours.
    #[error("{}", .0.render(false).trim_end())]
    System(Box<Diagnostics>),
    /// Cargo cannot be run.
    #[error("cargo cannot be run as `{}`: {source}", program.to_string_lossy())]
    NoCargo {
        /// What was called.
        program: OsString,
        /// Why Linux refused.
        source: io::Error,
    },
    /// Cargo does not understand the workspace.
    #[error("cargo cannot read the packages in {}:\n{}", folder.display(), reason.trim_end())]
    Workspace {
        /// Where it was called.
        folder: PathBuf,
        /// What it said.
        reason: String,
    },
    /// There is no package where a process's program is expected.
    #[error("process `{process}` has no program: {} is no cargo package", folder.display())]
    NoPackage {
        /// The process.
        process: String,
        /// Where the package was looked for.
        folder: PathBuf,
    },
    /// A process's package builds no program.
    #[error(
        "process `{process}` has no program: the package in {} has no binary target",
        folder.display()
    )]
    NoBinary {
        /// The process.
        process: String,
        /// The package's folder.
        folder: PathBuf,
    },
    /// A process's package builds several programs.
    #[error(
        "process `{process}` could be any of the programs `{}` of the package in {}",
        binaries.join("`, `"),
        folder.display()
    )]
    SeveralBinaries {
        /// The process.
        process: String,
        /// The package's folder.
        folder: PathBuf,
        /// The names of its binary targets.
        binaries: Vec<String>,
    },
    /// No package builds the program that a process names.
    #[error(
        "process `{process}` names the program `{program}`, but no package of the workspace of {} \
         has a binary target of that name",
        folder.display()
    )]
    UnknownProgram {
        /// The process.
        process: String,
        /// What its `program` key says.
        program: String,
        /// The system's folder.
        folder: PathBuf,
        /// A program that was perhaps meant.
        similar: Option<String>,
    },
    /// Several packages build the program that a process names.
    #[error(
        "process `{process}` names the program `{program}`, which several packages have: {}",
        list(manifests)
    )]
    AmbiguousProgram {
        /// The process.
        process: String,
        /// What its `program` key says.
        program: String,
        /// The packages' manifests.
        manifests: Vec<PathBuf>,
    },
    /// A system's own capsule cannot be linked in.
    #[error(transparent)]
    NoCapsule(#[from] CapsuleRefusal),
    /// The kernel does not build with a system's own capsules; the message has cargo's words.
    #[error("{}\n\nthe kernel does not build with {capsules}", words.trim_end())]
    KernelNotBuilt {
        /// The capsules.
        capsules: String,
        /// What cargo said.
        words: String,
    },
    /// A capsule has code that can panic, which would end the kernel.
    #[error("the kernel could panic with {capsules}")]
    Panics {
        /// The capsules.
        capsules: String,
    },
    /// Capsules cannot be in one kernel, or not in this one.
    #[error("{0}")]
    Capsules(#[from] CapsuleFault),
    /// What runs a system with capsules of its own cannot be run itself.
    #[error("{} cannot be run: {source}", file.display())]
    NoRunner {
        /// The program.
        file: PathBuf,
        /// Why Linux refused.
        source: io::Error,
    },
    /// A program does not build; the message has cargo's words.
    #[error("{}\n\nthe program of `{names}` does not build", words.trim_end())]
    NotBuilt {
        /// The processes that run it.
        names: String,
        /// What cargo said.
        words: String,
    },
    /// Cargo says that it succeeded, but names no file.
    #[error("cargo built the program of `{names}` but does not say where `{binary}` is")]
    NoExecutable {
        /// The processes that run it.
        names: String,
        /// The binary target.
        binary: String,
    },
    /// Nothing here can build for a board's machine.
    #[error("no Rust on this machine can build for `{target}`: its `core` is not there")]
    NoTarget {
        /// What was to be built for.
        target: String,
    },
    /// There is no linker for bare machines.
    #[error("there is no linker for bare machines: neither rust-lld nor ld.lld can be run")]
    NoLinker,
    /// The linker refuses a program or the kernel, or its result is not fit.
    #[error("{what} cannot be linked: {words}")]
    NotLinked {
        /// What was to be linked.
        what: String,
        /// What is wrong.
        words: String,
    },
    /// A system is larger than what it may use.
    #[error("the system does not fit: {0}")]
    NoRoom(Box<LayoutError>),
    /// A linked file cannot be measured.
    #[error("the linked file {} cannot be read", file.display())]
    NotMeasured {
        /// The file.
        file: PathBuf,
    },
    /// There is no memory to be counted.
    #[error(
        "on Linux there is nothing to measure: each process has all of its machine's memory, and \
         no image is built"
    )]
    NoMemory,
    /// A file of an image cannot be written.
    #[error("cannot write {}: {source}", file.display())]
    NotWritten {
        /// The file.
        file: PathBuf,
        /// Why Linux refused.
        source: io::Error,
    },
    /// A board's emulator cannot be run.
    #[error("the board's emulator cannot be run as `{program}`: {source}")]
    NoEmulator {
        /// The emulator.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
        /// Why Linux refused.
        source: io::Error,
    },
    /// A board's emulator ended by itself.
    #[error("{program} ended before the system did: {words}")]
    Emulator {
        /// The emulator.
        program: &'static str,
        /// How it ended and what it said.
        words: String,
    },
    /// What a board prints cannot be written any more.
    #[error("the console cannot be written to any more, so the run was ended: {0}")]
    Console(io::Error),
    /// A program's file is not one that its process can run (CF-7).
    #[error("the program of `{process}`, {}, cannot be run: {reason}", file.display())]
    Unfit {
        /// The process.
        process: String,
        /// The program.
        file: PathBuf,
        /// Why.
        reason: Box<FitError>,
    },
    /// Linux refuses something that a run needs.
    #[error(transparent)]
    NotRun(#[from] guichet_port_linux::Error),
    /// A new system cannot be made.
    #[error(transparent)]
    NotMade(#[from] Refusal),
    /// A Linux signal, such as that of Ctrl-C, ended the work (TL-1).
    #[error("interrupted")]
    Interrupted(i32),
}

impl Failure {
    /// That there is no folder `dir`.
    pub(crate) fn no_folder(dir: &Path) -> Failure {
        Failure::NoFolder { folder: dir.to_path_buf(), exists: dir.exists() }
    }

    /// That a file of an image cannot be written.
    pub(crate) fn not_written(file: &Path, source: io::Error) -> Failure {
        Failure::NotWritten { file: file.to_path_buf(), source }
    }

    /// That a linked file is not as it was.
    pub(crate) fn not_measured(file: &Path) -> Failure {
        Failure::NotMeasured { file: file.to_path_buf() }
    }

    /// That the kernel does not build with the capsules that `system` brings.
    pub(crate) fn kernel_not_built(system: &System, words: String) -> Failure {
        Failure::KernelNotBuilt { capsules: Failure::capsules_of(system), words }
    }

    /// The capsules that `system` brings, as they are called in a sentence.
    pub(crate) fn capsules_of(system: &System) -> String {
        let names: Vec<String> =
            system.own_capsules().map(|(capsule, _)| format!("`{}`", capsule.name)).collect();
        let noun = if names.len() == 1 { "the capsule" } else { "the capsules" };
        format!("{noun} {}", names.join(", "))
    }

    /// What to do about it, in one sentence; nothing where the message says it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Failure::NoFolder { exists: true, .. } => {
                "name the folder that holds system.json5, not the file".into()
            }
            Failure::NoFolder { exists: false, .. } | Failure::NoSystemFile { .. } => {
                "name a folder that holds a system.json5, or make one with `guichet new NAME`"
                    .into()
            }
            Failure::NoCargo { .. } => {
                "install Rust (https://rustup.rs), or set CARGO to the cargo to use".into()
            }
            Failure::NoPackage { process, .. } => format!(
                "put the package there, or name another's binary target with `program: \"...\"` in \
                 the process `{process}`; `guichet new NAME` makes a system that shows the layout"
            ),
            Failure::NoBinary { .. } => "give it a src/main.rs".into(),
            Failure::SeveralBinaries { process, .. } => {
                format!("say which with `program: \"...\"` in the process `{process}`")
            }
            Failure::UnknownProgram { similar: Some(similar), .. } => {
                format!("a program with a similar name exists: `{similar}`")
            }
            Failure::UnknownProgram { similar: None, .. } => {
                "add its package to the members of the workspace's Cargo.toml".into()
            }
            Failure::AmbiguousProgram { .. } => {
                "give one of the binary targets another name".into()
            }
            Failure::NoCapsule(refusal) => refusal.help(),
            Failure::Panics { .. } => "use `get` for `[]`, and return an error instead of `unwrap`, `expect`, `copy_from_slice`, and `/` by what may be 0".into(),
            Failure::Capsules(CapsuleFault::Missing { .. }) => {
                "run the system with `guichet run`, which builds what links it in".into()
            }
            Failure::NotBuilt { .. } | Failure::KernelNotBuilt { .. } => {
                "correct what cargo reports above, then try again".into()
            }
            Failure::NoTarget { target } => format!(
                "run `rustup target add {target}`, or, where rustup cannot download, \
                 `sudo apt-get install --no-install-recommends rustc-web cargo-web rust-web-src`"
            ),
            Failure::NoLinker => "run `rustup component add llvm-tools`, or \
                 `sudo apt-get install --no-install-recommends lld`"
                .into(),
            Failure::NoRoom(_) => {
                "raise the budget in system.json5, or declare smaller stacks".into()
            }
            Failure::NotMeasured { .. } => "build it again".into(),
            Failure::NoMemory => {
                "name a board with `--board BOARD`; `guichet boards` lists them".into()
            }
            Failure::NoEmulator { package, .. } => {
                format!("run `sudo apt-get install --no-install-recommends {package}`")
            }
            Failure::NoExecutable { .. } => "run `cargo clean`, then try again".into(),
            Failure::NotMade(refusal) => return refusal.help(),
            Failure::System(_)
            | Failure::Workspace { .. }
            | Failure::NotLinked { .. }
            | Failure::NotWritten { .. }
            | Failure::Emulator { .. }
            | Failure::Console(_)
            | Failure::Capsules(_)
            | Failure::NoRunner { .. }
            | Failure::Unfit { .. }
            | Failure::NotRun(_)
            | Failure::Interrupted(_) => return None,
        })
    }

    /// The exit status that a script sees; see [`status`].
    pub fn exit_status(&self) -> u8 {
        match self {
            Failure::NoFolder { .. } | Failure::NoSystemFile { .. } | Failure::System(_) => {
                status::SYSTEM_WRONG
            }
            Failure::NoPackage { .. }
            | Failure::NoBinary { .. }
            | Failure::SeveralBinaries { .. }
            | Failure::UnknownProgram { .. }
            | Failure::AmbiguousProgram { .. } => status::NO_PROGRAM,
            Failure::NoCargo { .. }
            | Failure::NoTarget { .. }
            | Failure::NoLinker
            | Failure::NotLinked { .. }
            | Failure::NoRoom(_)
            | Failure::NotMeasured { .. }
            | Failure::NotWritten { .. }
            | Failure::Workspace { .. }
            | Failure::NotBuilt { .. }
            | Failure::NoCapsule(_)
            | Failure::KernelNotBuilt { .. }
            | Failure::Panics { .. }
            | Failure::NoExecutable { .. } => status::NOT_BUILT,
            Failure::NotRun(guichet_port_linux::Error::Console(error))
                if error.kind() == io::ErrorKind::BrokenPipe =>
            {
                status::BROKEN_PIPE
            }
            Failure::Console(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                status::BROKEN_PIPE
            }
            Failure::Unfit { .. }
            | Failure::Capsules(_)
            | Failure::NoRunner { .. }
            | Failure::NotRun(_)
            | Failure::NoEmulator { .. }
            | Failure::Emulator { .. }
            | Failure::Console(_) => status::NOT_RUN,
            Failure::NotMade(_) => status::NOT_MADE,
            Failure::NoMemory => status::WRONG_COMMAND_LINE,
            Failure::Interrupted(signal) => status::of_signal(*signal),
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
