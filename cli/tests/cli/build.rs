//! Finding and building programs, and what happens if that fails (TL-1, TL-4).

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::common::{LinuxProcess, edit, folder, guichet, new_system, run, seen, wait_for};
use rustix::process::Signal;

#[test]
fn a_missing_package_is_named_with_its_folder() {
    let folder = folder();
    let system = new_system(folder.path(), "gap");
    edit(&system.join("system.json5"), "name: \"handler\"", "name: \"butler\"");
    edit(
        &system.join("system.json5"),
        "handler_process: \"handler\"",
        "handler_process: \"butler\"",
    );
    let seen = run(folder.path(), &["run", "gap"]);
    seen.ends_with(21).says(&["error: process `butler`", "gap/butler", "help: ", "guichet new"]);
    // Without any cargo workspace around, the answer is the same.
    fs::remove_file(system.join("Cargo.toml")).expect("it is there");
    fs::remove_dir_all(system.join("initiator")).expect("it is there");
    run(folder.path(), &["build", "gap"]).ends_with(21).says(&["`initiator`", "gap/initiator"]);
}

#[test]
fn a_program_that_is_named_is_found_or_explained() {
    let folder = folder();
    let system = new_system(folder.path(), "named");
    let file = system.join("system.json5");
    edit(&file, "name: \"handler\",", "name: \"handler\", program: \"named_handle\",");
    let seen = run(folder.path(), &["build", "named"]);
    seen.ends_with(21).says(&["`handler`", "`named_handle`", "similar name", "`named_handler`"]);
    edit(&file, "named_handle\"", "clock\"");
    run(folder.path(), &["build", "named"]).ends_with(21).says(&["`clock`", "members"]);
}

#[test]
fn a_package_with_two_programs_must_be_told_which() {
    let folder = folder();
    let system = new_system(folder.path(), "two");
    let manifest = system.join("handler/Cargo.toml");
    edit(
        &manifest,
        "[dependencies]",
        "[[bin]]\nname = \"spare\"\npath = \"src/main.rs\"\n\n[dependencies]",
    );
    let seen = run(folder.path(), &["build", "two"]);
    seen.ends_with(21).says(&["`handler`", "`spare`, `two_handler`", "program: "]);
    edit(&manifest, "[package]", "[pakage]");
    let seen = run(folder.path(), &["build", "two"]);
    seen.ends_with(22).says(&["cargo cannot read the packages", "handler/Cargo.toml"]);
}

#[test]
fn a_program_that_does_not_compile_is_named_with_what_rustc_says() {
    let folder = folder();
    let system = new_system(folder.path(), "broken");
    let program = system.join("initiator/src/main.rs");
    edit(&program, "add(number)?;", "add(numbr)?;");
    let seen = run(folder.path(), &["run", "broken"]);
    seen.ends_with(22).says(&[
        "building 1/2 initiator",
        "cannot find value `numbr`",
        "initiator/src/main.rs:",
        "error: the program of `initiator` does not build",
        "help: ",
    ]);
    assert_eq!(seen.output, "");
    assert!(!seen.error.contains("2/2"), "{seen:#?}");
}

#[test]
fn a_machine_without_cargo_is_told_so() {
    let folder = folder();
    new_system(folder.path(), "plain");
    let mut command = guichet(folder.path());
    command.args(["run", "plain"]).env("CARGO", "/no/such/cargo");
    let seen = seen(command.output().expect("it can be run"));
    seen.ends_with(22).says(&["`/no/such/cargo`", "help: install Rust"]);
}

/// A build script that says who it is and then takes its time.
const SLOW: &str = "fn main() {
    std::fs::write(\"begun.new\", std::process::id().to_string()).unwrap();
    std::fs::rename(\"begun.new\", \"begun\").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(600));
}
";

#[test]
fn ctrl_c_during_a_build_stops_cargo_and_all_that_it_started() {
    let folder = folder();
    let system = new_system(folder.path(), "slow");
    let codegen = system.join("initiator/codegen");
    fs::write(codegen.join("build.rs"), SLOW).expect("it can be written");
    let manifest = codegen.join("Cargo.toml");
    edit(&manifest, "[build-dependencies]\nguichet_system.workspace = true\n", "");
    let mut command = guichet(folder.path());
    command.args(["run", "slow"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it can be run");
    let script = LinuxProcess(wait_for("the build script", || begun(&codegen)));
    assert!(script.is_alive());
    LinuxProcess::of(&child).signal(Signal::INT);
    let seen = seen(child.wait_with_output().expect("it ends"));
    seen.ends_with(130);
    assert_eq!(seen.output, "");
    wait_for("the build script's end", || (!script.is_alive()).then_some(()));
}

fn begun(folder: &Path) -> Option<i32> {
    fs::read_to_string(folder.join("begun")).ok()?.parse().ok()
}
