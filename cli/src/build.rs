//! Building a system's programs.
//!
//! The one thing that cargo has to be told is how a program is linked: without the C start-up code,
//! since there is no libc below it, static and at fixed addresses, since the kernel knows its
//! memory by its addresses, and entered where `guichet_userspace` begins. These arguments go to the
//! last compilation only, never through RUSTFLAGS, so that libraries are shared with every other
//! build in the same target folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_metadata::Message;
use guichet_system::System;

use crate::capsules::find_capsules;
use crate::cargo::{self, Call, Said};
use crate::folder::{output_folder, target_of};
use crate::image::KERNEL;
use crate::runner::build_runner;
use crate::{BOARD, Failure, Progress, Silent, Target, find_programs, read_system};

/// What rustc is told about a program on top of what cargo says.
const LINKING: [&str; 10] = [
    "-C",
    "relocation-model=static",
    "-C",
    "link-arg=-nostartfiles",
    "-C",
    "link-arg=-nostdlib",
    "-C",
    "link-arg=-static",
    "-C",
    "link-arg=-Wl,-e,guichet_start",
];

/// How much work the compiler puts into the programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Cargo's `dev` profile: built quickly, with overflow checks.
    #[default]
    Development,
    /// Cargo's `release` profile: small and quick.
    Release,
}

/// A system whose programs are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltSystem {
    /// What its file declares.
    pub system: System,
    /// The program of each process, in the order of the processes.
    pub programs: Vec<PathBuf>,
    /// What runs it, if it has capsules of its own: the kernel with them, built for Linux.
    pub runner: Option<PathBuf>,
}

/// Reads the system in the folder `dir` and builds its programs, in silence (TL-1). Blocks for
/// cargo.
///
/// # Errors
/// A [`Failure`] that says what is wrong and what to do next; warnings are not one.
pub fn build_system(dir: &Path, profile: Profile) -> Result<BuiltSystem, Failure> {
    let loaded = read_system(dir)?;
    match loaded.system {
        Some(system) => build_checked(dir, system, profile, &mut Silent),
        None => Err(Failure::System(Box::new(loaded.diagnostics))),
    }
}

/// Builds the programs of `system`, whose folder is `dir`, each one once, telling `progress` about
/// it (TL-1, TL-3). Blocks for cargo; what cargo had begun when it failed is cargo's to resume.
///
/// # Errors
/// A [`Failure`] that names the process and says what to do next (TL-4).
pub fn build_checked(
    dir: &Path,
    system: System,
    profile: Profile,
    progress: &mut dyn Progress,
) -> Result<BuiltSystem, Failure> {
    let capsules = find_capsules(dir, &system)?;
    let targets = find_programs(dir, &system)?;
    let jobs = jobs(&system, &targets);
    let total = jobs.len() + usize::from(!capsules.is_empty());
    let mut files = Vec::new();
    for (number, job) in (1..).zip(&jobs) {
        progress.begin(number, total, &job.names);
        let file = build_one(dir, job, profile, progress).inspect_err(|_| progress.end())?;
        files.push(file);
    }
    let mut runner = None;
    if !capsules.is_empty() {
        progress.begin(total, total, KERNEL);
        let folder = output_folder(dir, BOARD, &targets)?;
        let place = (&*folder, target_of(&folder));
        let built = build_runner(&system, &capsules, place, progress);
        runner = Some(built.inspect_err(|_| progress.end())?);
    }
    progress.end();
    let file_of = |target| jobs.iter().zip(&files).find(|(job, _)| job.target == target);
    let programs = targets.iter().filter_map(|target| Some(file_of(target)?.1.clone())).collect();
    Ok(BuiltSystem { system, programs, runner })
}

/// A program to build.
pub(crate) struct Job<'a> {
    /// Where it is.
    pub(crate) target: &'a Target,
    /// The processes that run it.
    pub(crate) names: String,
}

/// Every distinct program, in the order of the first process that runs it.
pub(crate) fn jobs<'a>(system: &System, targets: &'a [Target]) -> Vec<Job<'a>> {
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for (process, target) in system.processes.iter().zip(targets) {
        match jobs.iter_mut().find(|job| job.target == target) {
            Some(job) => job.names = format!("{}, {}", job.names, process.name),
            None => jobs.push(Job { target, names: process.name.clone() }),
        }
    }
    jobs
}

fn build_one(
    dir: &Path,
    job: &Job<'_>,
    profile: Profile,
    progress: &mut dyn Progress,
) -> Result<PathBuf, Failure> {
    let arguments = arguments(job.target, profile);
    let call = Call { program: &cargo::program(), environment: &[], arguments: &arguments };
    let said = cargo::run(dir, &call, progress)?;
    let names = || job.names.clone();
    if !said.is_success {
        return Err(Failure::NotBuilt { names: names(), words: said.words });
    }
    executable(&said, &job.target.binary)
        .ok_or_else(|| Failure::NoExecutable { names: names(), binary: job.target.binary.clone() })
}

fn arguments(target: &Target, profile: Profile) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["rustc".into(), "--manifest-path".into()];
    arguments.push(target.manifest.clone().into());
    arguments.extend(["--bin".into(), target.binary.clone().into()]);
    if profile == Profile::Release {
        arguments.push("--release".into());
    }
    arguments.push("--message-format=json-render-diagnostics".into());
    arguments.extend(["--color", cargo::colour(), "--"].map(OsString::from));
    arguments.extend(LINKING.map(OsString::from));
    arguments
}

/// The file that cargo says it made of the binary.
pub(crate) fn executable(said: &Said, binary: &str) -> Option<PathBuf> {
    let messages = Message::parse_stream(&said.messages[..]).filter_map(Result::ok);
    let made = messages.filter_map(|message| match message {
        Message::CompilerArtifact(artifact) => Some(artifact),
        _ => None,
    });
    let mut made = made.filter(|made| made.target.is_bin() && made.target.name == binary);
    made.find_map(|made| made.executable).map(|file| file.into_std_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_two_processes_is_built_once() {
        let text = r#"{ apps: [ { name: "a", processes: [
            { name: "x", program: "p" }, { name: "y" }, { name: "z", program: "p" } ] } ] }"#;
        let loaded = guichet_system::check_source("system.json5", text);
        let system = loaded.system.expect("the file is right");
        let target = |name: &str| Target { manifest: name.into(), binary: name.to_owned() };
        let targets = [target("p"), target("y"), target("p")];
        let jobs = jobs(&system, &targets);
        let names: Vec<&str> = jobs.iter().map(|job| &*job.names).collect();
        assert_eq!(names, ["x, z", "y"]);
    }

    #[test]
    fn what_is_no_message_of_cargo_is_no_executable() {
        let said = |text: &str| Said {
            is_success: true,
            messages: text.as_bytes().to_vec(),
            words: String::new(),
        };
        for text in ["", "{", "not json\n{}", "{\"reason\":\"build-finished\",\"success\":true}\n"]
        {
            assert_eq!(executable(&said(text), "p"), None, "{text}");
        }
    }
}
