//! Hosting a system with capsules of its own on Linux (CP-4).
//!
//! There the kernel is part of this very tool, which was built before anybody wrote those capsules. So a
//! program is built that is the tool's library and the capsules together, and takes the tool's place in its
//! Linux process: with its console, for the same Ctrl-C, and with an end that is the tool's end.

use std::ffi::OsString;
use std::io::stdout;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use guichet_system::System;
use guichet_system::image::runner_source;
use guichet_system::tables::LinkedCapsule;

use crate::build::executable;
use crate::capsules::CapsulePackage;
use crate::cargo::{self, Call};
use crate::folder::write;
use crate::generated::Generated;
use crate::{
    BOARD, BuiltSystem, Failure, Progress, read_system_for, report, run_system_with, status,
};

/// What the program is called; the name of its folder follows, because its place is shared.
const NAME: &str = "guichet_runner";
/// Guichet's library, and its folder in the repository.
const LIBRARY: (&str, &str) = ("guichet", "cli");

/// Builds the program for `system` and its `capsules`, in the folder `folder` of the target folder `target`.
pub(crate) fn build_runner(
    system: &System,
    capsules: &[CapsulePackage],
    (folder, target): (&Path, &Path),
    progress: &mut dyn Progress,
) -> Result<PathBuf, Failure> {
    let unique = folder.file_name().unwrap_or_default().to_string_lossy();
    let unique = unique.rsplit('-').next().unwrap_or_default();
    let binary = format!("{NAME}_{unique}");
    let mut package = Generated::program(&binary)?;
    package.depend_on(LIBRARY.0, LIBRARY.1);
    package.depend_on_capsules(capsules);
    let folder = folder.join("runner");
    let manifest = package.write(&folder)?;
    let source = runner_source(system).unwrap_or_default();
    write(&folder.join("main.rs"), source.as_bytes())?;
    let mut arguments: Vec<OsString> = vec!["build".into(), "--manifest-path".into()];
    arguments.extend([manifest.into(), "--target-dir".into(), target.into()]);
    arguments.push("--message-format=json-render-diagnostics".into());
    arguments.extend(["--color", cargo::colour()].map(OsString::from));
    let call = Call { program: &cargo::program(), environment: &[], arguments: &arguments };
    let said = cargo::run(&folder, &call, progress)?;
    if !said.is_success {
        return Err(Failure::kernel_not_built(system, said.words));
    }
    let names = || "the kernel".to_owned();
    executable(&said, &binary).ok_or_else(|| Failure::NoExecutable { names: names(), binary })
}

/// Lets the program `runner` run the system in the folder `dir`, whose programs are built, in the place of
/// the calling program. Comes back only if that cannot be.
pub fn become_runner(
    runner: &Path,
    dir: &Path,
    built: &BuiltSystem,
    timeout: Option<Duration>,
) -> Failure {
    let timeout = timeout.map(|timeout| timeout.as_nanos().to_string());
    let mut command = Command::new(runner);
    command.arg(dir).arg(timeout.unwrap_or_default()).args(&built.programs);
    Failure::NoRunner { file: runner.to_path_buf(), source: command.exec() }
}

/// All that a program does that was built for a system with capsules of its own, with these: runs the system
/// that [`become_runner`] names in the arguments, to its end (TL-1).
pub fn run_with_capsules(capsules: &[LinkedCapsule]) -> ExitCode {
    let status = run_as_told(std::env::args_os().skip(1), capsules);
    ExitCode::from(status.unwrap_or_else(|failure| report::failure(&failure)))
}

/// Runs what the arguments say; gives the exit status.
fn run_as_told(
    mut arguments: impl Iterator<Item = OsString>,
    capsules: &[LinkedCapsule],
) -> Result<u8, Failure> {
    let dir = PathBuf::from(arguments.next().unwrap_or_default());
    let timeout = arguments.next().and_then(|text| text.to_str()?.parse().ok());
    let programs = arguments.map(PathBuf::from).collect();
    let loaded = read_system_for(&dir, BOARD)?;
    let system = loaded.system.ok_or_else(|| Failure::System(Box::new(loaded.diagnostics)))?;
    let built = BuiltSystem { system, programs, runner: None };
    let timeout = timeout.map(Duration::from_nanos);
    let ending = run_system_with(&built, capsules, timeout, Box::new(stdout()))?;
    Ok(status::of_ending(&ending))
}
