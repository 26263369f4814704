//! Compiling one binary for a bare machine, up to an object that is still to be linked.
//!
//! Cargo links at the end of every build, and knows no addresses. So it is told to link partly:
//! what comes out is one object, which can be placed as often as it takes to find its place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::build::{Job, executable};
use crate::cargo::{self, Call};
use crate::toolchain::Toolchain;
use crate::{Failure, Progress};

/// What rustc is told so that the linker leaves everything open.
const PARTLY: [&str; 6] =
    ["-C", "linker-flavor=gnu-lld", "-C", "link-arg=-r", "-C", "link-arg=--no-gc-sections"];

/// A binary to compile, and how.
pub(super) struct Compilation<'a> {
    /// Where cargo is called.
    pub(super) folder: &'a Path,
    /// The cargo, and what it is always told.
    pub(super) toolchain: &'a Toolchain,
    /// Which binary, and whose.
    pub(super) job: &'a Job<'a>,
    /// What cargo is told beside the usual.
    pub(super) arguments: &'a [OsString],
    /// What rustc is told at the last compilation, in which everything is optimised together.
    pub(super) flags: &'a [&'a str],
    /// What is set in its environment beside the usual.
    pub(super) environment: &'a [(&'static str, OsString)],
}

impl Compilation<'_> {
    /// Has cargo compile it, optimised; gives the object. Blocks for cargo.
    pub(super) fn run(&self, progress: &mut dyn Progress) -> Result<PathBuf, Failure> {
        let Compilation { folder, toolchain, job, environment, .. } = self;
        let call = Call {
            program: &toolchain.cargo,
            environment: &[&toolchain.environment[..], environment].concat(),
            arguments: &self.all_arguments(),
        };
        let said = cargo::run(folder, &call, progress)?;
        let names = || job.names.clone();
        if !said.is_success {
            return Err(Failure::NotBuilt { names: names(), words: said.words });
        }
        executable(&said, &job.target.binary).ok_or_else(|| Failure::NoExecutable {
            names: names(),
            binary: job.target.binary.clone(),
        })
    }

    fn all_arguments(&self) -> Vec<OsString> {
        let Compilation { toolchain, job, arguments, .. } = self;
        let mut all: Vec<OsString> = vec!["rustc".into(), "--release".into()];
        all.extend(toolchain.arguments.iter().cloned());
        all.extend(["--manifest-path".into(), job.target.manifest.clone().into()]);
        all.extend(["--bin".into(), job.target.binary.clone().into()]);
        all.extend(arguments.iter().cloned());
        all.push("--message-format=json-render-diagnostics".into());
        all.extend(["--color", cargo::colour(), "--", "-C"].map(OsString::from));
        let mut linker = OsString::from("linker=");
        linker.push(&toolchain.linker);
        all.push(linker);
        all.extend(PARTLY.map(OsString::from));
        all.extend(self.flags.iter().map(OsString::from));
        all
    }
}
