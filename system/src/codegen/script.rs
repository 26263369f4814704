//! Build scripts: from the environment that cargo gives to a file in the folder that it names.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::{env, fmt, fs, io};

use super::{process_source, systems_source};
use crate::boards;
use crate::model::System;
use crate::similar::nearest;
use crate::wording::{enumerated, quoted};

/// The file that a codegen crate includes.
const OUTPUT: &str = "codegen.rs";
/// The environment variable that names the board that is built for, if it is not Linux.
pub const BOARD_VARIABLE: &str = "GUICHET_BOARD";
/// The file that describes a system.
const SYSTEM_FILE: &str = "system.json5";

/// Why no code could be generated, as the text that a person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.trim_end())
    }
}

impl std::error::Error for Failure {}

/// The whole build script of one process's codegen crate.
///
/// Reads the system's file at `system_path`, relative to the crate's folder, and writes the code of
/// the process called `process` to `codegen.rs` in cargo's `OUT_DIR`. Cargo runs it again when the file
/// changes. On any error it prints the reason to standard error and ends the build with status 1
/// (TL-4): a panic would bury the reason under a backtrace.
pub fn build_script(system_path: &str, process: &str) {
    end(run(|folder| {
        let path = folder.join(system_path);
        rerun_if_changed(&path);
        one_process(&path, process)
    }));
}

/// The whole build script of a codegen crate for all systems in the folder `systems_dir`, relative to
/// the crate's folder.
///
/// Each folder in it that has a `system.json5` is a system of the folder's name. The code is that of
/// [`super::systems_source`]; the rest is as for [`build_script`]. Cargo runs it again when anything in
/// the folder changes, since a system may be added.
pub fn build_script_for_all(systems_dir: &str) {
    end(run(|folder| {
        let path = folder.join(systems_dir);
        rerun_if_changed(&path);
        all_systems(&path)
    }));
}

/// The code of `process` in the system whose file is at `path`.
pub(super) fn one_process(path: &Path, process: &str) -> Result<String, Failure> {
    let path = tidy(path);
    let system = load(&path)?;
    process_source(&system, process).ok_or_else(|| no_process(&path, &system, process))
}

/// The code of all systems in the folder at `path`, in the order of their names.
pub(super) fn all_systems(path: &Path) -> Result<String, Failure> {
    let path = tidy(path);
    let unreadable = |error: io::Error| {
        Failure(format!("error: cannot read the folder {}: {error}", path.display()))
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(&path).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        if folder.join(SYSTEM_FILE).is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    let systems = folders.iter().map(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, load(&folder.join(SYSTEM_FILE))?))
    });
    systems_source(&systems.collect::<Result<Vec<_>, _>>()?).ok_or_else(|| {
        Failure(format!(
            "error: the name of a folder in {} cannot be that of a Rust module",
            path.display()
        ))
    })
}

fn load(path: &Path) -> Result<System, Failure> {
    let loaded = crate::load_checked(path);
    let system = loaded.system.ok_or_else(|| Failure(loaded.diagnostics.render(false)))?;
    Ok(match board() {
        Some(board) => system.on(&board),
        None => system,
    })
}

/// The board that is built for, whose devices the names stand for (CF-4): the tool says which; what is
/// built for Linux is for Linux; else nobody knows, and what the processes declare themselves counts.
fn board() -> Option<String> {
    let is_for_linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    env::var(BOARD_VARIABLE).ok().or_else(|| is_for_linux.then(|| boards::LINUX.to_owned()))
}

fn no_process(path: &Path, system: &System, process: &str) -> Failure {
    let names = || system.processes.iter().map(|each| each.name.as_str());
    let advice = match nearest(process, names()) {
        Some(name) => format!("help: a process with a similar name exists: `{name}`"),
        None => format!("help: its processes are {}", enumerated(names())),
    };
    Failure(format!(
        "error: the system in {} has no process {}\n{advice}\nhelp: the name stands in this crate's build.rs",
        path.display(),
        quoted(process),
    ))
}

/// `path` without detours, so that messages name a file as people do.
fn tidy(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// Generates with what cargo tells of the crate's folder, and writes where cargo says.
fn run(generate: impl FnOnce(&Path) -> Result<String, Failure>) -> Result<(), Failure> {
    let folder = cargo_folder("CARGO_MANIFEST_DIR")?;
    let output = cargo_folder("OUT_DIR")?.join(OUTPUT);
    let code = generate(&folder)?;
    fs::write(&output, code)
        .map_err(|error| Failure(format!("error: cannot write {}: {error}", output.display())))
}

fn cargo_folder(variable: &str) -> Result<PathBuf, Failure> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| {
        Failure(format!(
            "error: {variable} is not set\nhelp: call this from a build script, which cargo runs"
        ))
    })
}

/// Output on standard output is how a build script speaks to cargo.
fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-env-changed={BOARD_VARIABLE}");
    println!("cargo::rerun-if-changed={}", path.display());
}

fn end(result: Result<(), Failure>) {
    if let Err(failure) = result {
        eprintln!("{failure}");
        exit(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "{ apps: [{ name: 'a', processes: [{ name: 'sender' }] }] }";

    /// A folder with these files, each in a folder of its own.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (name, text) in files {
            let system = folder.path().join(name);
            fs::create_dir(&system).expect("a folder can be made");
            fs::write(system.join(SYSTEM_FILE), text).expect("a file can be written");
        }
        folder
    }

    #[test]
    fn a_good_file_is_generated_from_and_a_misspelt_process_is_named() {
        let folder = folder(&[("one", GOOD)]);
        let path = folder.path().join("one").join(SYSTEM_FILE);
        assert!(one_process(&path, "sender").expect("there is one").contains("pub mod handle"));
        let failure = one_process(&path, "sendr").expect_err("there is none").to_string();
        assert!(failure.contains("no process `sendr`"), "{failure}");
        assert!(failure.contains("exists: `sender`"), "{failure}");
        let failure = one_process(&path, "x").expect_err("there is none").to_string();
        assert!(failure.contains("its processes are `sender`"), "{failure}");
    }

    #[test]
    fn a_wrong_file_fails_with_what_is_wrong_with_it() {
        let folder = folder(&[("one", "{ app: [] }")]);
        let path = folder.path().join("one").join(SYSTEM_FILE);
        let failure = one_process(&path, "p").expect_err("the file is wrong").to_string();
        assert!(failure.contains("unknown key `app`"), "{failure}");
        let failure = one_process(&folder.path().join("nowhere"), "p").expect_err("no file");
        assert!(failure.to_string().contains("cannot be read"), "{failure}");
    }

    #[test]
    fn what_only_some_boards_can_express_is_generated_for_them() {
        let region = "{ name: 'A', size_bytes: 96, processes: [{ process: 'sender' }] }";
        let text = GOOD.replacen("{", &format!("{{ shared_memory: [{region}],"), 1);
        let folder = folder(&[("one", &text)]);
        let path = folder.path().join("one").join(SYSTEM_FILE);
        assert!(one_process(&path, "sender").expect("it is right").contains("pub const A: u32"));
        assert!(crate::load(&path).system.is_none(), "Linux cannot express it");
    }

    #[test]
    fn every_folder_with_a_system_is_a_module_and_others_are_none() {
        let folder = folder(&[("b-two", GOOD), ("a", GOOD)]);
        fs::create_dir(folder.path().join("not a system")).expect("a folder can be made");
        let code = all_systems(folder.path()).expect("both are good");
        let [a, b] = ["pub mod a {", "pub mod b_two {"].map(|module| code.find(module));
        assert!(a.is_some() && a < b, "{code}");
    }

    #[test]
    fn a_folder_of_systems_fails_as_a_whole() {
        let wrong = folder(&[("a", GOOD), ("b", "{")]);
        let failure = all_systems(wrong.path()).expect_err("one is wrong").to_string();
        assert!(failure.contains("never closed"), "{failure}");
        let unnameable = folder(&[("1 2", GOOD)]);
        let failure = all_systems(unnameable.path()).expect_err("no module name").to_string();
        assert!(failure.contains("Rust module"), "{failure}");
        let failure = all_systems(&wrong.path().join("nowhere")).expect_err("no folder");
        assert!(failure.to_string().contains("cannot read the folder"), "{failure}");
    }
}
