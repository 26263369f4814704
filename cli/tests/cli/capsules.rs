//! Systems with a capsule of their own: linked in, refused, and run as if it were Guichet's (CP-4).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::common::{
    LinuxProcess, edit, folder, guichet, has_boards, new_system, read_until, repository, run, seen,
    wait, wait_for,
};
use rustix::process::Signal;

/// What the owner of the value says, and what the stranger does.
const LINES: [&str; 2] =
    ["[initiator] failure None, kept 42\n", "[handler] failure Some(Reserve)\n"];

/// Makes a system called `name` whose processes use a capsule of its own; gives its folder.
fn keeping(folder: &Path, name: &str) -> PathBuf {
    let system = new_system(folder, name);
    let capsule = system.join("kept_value");
    fs::create_dir_all(capsule.join("src")).expect("a folder");
    let kernel = repository().join("kernel");
    let manifest = format!(
        "[package]\nname = \"kept-value\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         guichet_kernel = {{ path = {kernel:?}, default-features = false }}\n"
    );
    let files = [
        ("kept_value/Cargo.toml", &*manifest),
        ("kept_value/src/lib.rs", include_str!("programs/kept_value.rs")),
        ("initiator/src/main.rs", include_str!("programs/value_owner.rs")),
        ("handler/src/main.rs", include_str!("programs/value_stranger.rs")),
    ];
    for (file, text) in files {
        fs::write(system.join(file), text).expect("a file");
    }
    edit(&system.join("Cargo.toml"), "members = [", "members = [\"kept_value\", ");
    let declared = "{ capsules: [{ name: \"kept_value\", crate: \"kept_value\", grants: [\"clock\"], \
                    owners: [\"initiator\"] }, \"sync_mailbox\"],\n  apps: [";
    edit(&system.join("system.json5"), "{\n  apps: [", declared);
    system
}

#[test]
fn a_capsule_of_ones_own_runs_and_the_systems_status_is_the_commands() {
    let folder = folder();
    let system = keeping(folder.path(), "keeping");
    let checked = run(folder.path(), &["check", "keeping"]);
    assert!(checked.ends_with(0).output.ends_with("2 processes in 1 app, 2 capsules\n"));
    let run_it = || run(folder.path(), &["run", "keeping", "--timeout", "60"]);
    let first = run_it();
    first.ends_with(11).says(&["building 2/3 handler\n", "building 3/3 the kernel\n"]);
    assert!(LINES.iter().all(|line| first.output.contains(line)), "{first:#?}");
    // What it may do, is what it is granted.
    edit(&system.join("system.json5"), "grants: [\"clock\"]", "grants: [\"reading\"]");
    run_it().ends_with(22).says(&[
        "the capsule `kept_value` needs `clock`, which it is not granted: add that to its `grants`",
        "error: the kernel does not build with the capsule `kept_value`\n",
        "help: correct what cargo reports above",
    ]);
}

#[test]
fn ctrl_c_reaches_what_runs_in_the_commands_place() {
    let folder = folder();
    let system = keeping(folder.path(), "waiting");
    edit(&system.join("initiator/src/main.rs"), "from_millis(50)", "from_secs(600)");
    let mut command = guichet(folder.path());
    command.args(["run", "waiting"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it can be run");
    read_until(child.stdout.as_mut().expect("a pipe"), LINES[1]);
    let command = LinuxProcess::of(&child);
    let processes = command.children();
    let names: Vec<String> = processes.iter().map(|process| process.name()).collect();
    assert_eq!(names, ["initiator", "handler"], "they are the command's own");
    command.signal(Signal::INT);
    assert_eq!(wait(&mut child).code(), Some(130));
    for process in processes {
        wait_for("its processes' end", || (!process.is_alive()).then_some(()));
    }
}

#[test]
fn a_capsule_that_cannot_be_linked_in_is_refused_before_anything_is_built() {
    let folder = folder();
    let system = keeping(folder.path(), "refused");
    let manifest = system.join("kept_value/Cargo.toml");
    let whole = fs::read_to_string(&manifest).expect("a manifest");
    let build =
        || seen(guichet(folder.path()).args(["build", "refused"]).output().expect("it runs"));
    let refused = |texts: &[&str]| {
        let seen = build();
        seen.ends_with(22).says(texts);
        assert!(!seen.error.contains("building"), "{seen:#?}");
    };
    let elsewhere = whole.replace("path = ", "version = \"1\" }\n# { path = ");
    fs::write(&manifest, elsewhere).expect("a manifest");
    let other = [
        "error: the capsule `kept_value` in ",
        "it depends on none\n",
        "help: let its Cargo.toml say",
    ];
    refused(&other);
    fs::write(&manifest, whole.replace(", default-features = false", "")).expect("a manifest");
    refused(&["has the kernel's default features", "help: add `default-features = false`"]);
    fs::write(&manifest, &whole).expect("a manifest");
    fs::rename(system.join("kept_value/src/lib.rs"), system.join("kept_value/src/main.rs"))
        .expect("a file");
    refused(&["is no library\n", "help: give it a src/lib.rs with a `pub static CAPSULE`\n"]);
    edit(&system.join("system.json5"), "crate: \"kept_value\"", "crate: \"kept\"");
    refused(&["error: there is no capsule `kept_value`: refused/kept is no", "correct `crate`"]);
}

#[test]
fn a_capsule_of_ones_own_is_in_the_images_of_boards_and_counts_there() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let system = keeping(folder.path(), "images");
    let seen = run(folder.path(), &["run", "images", "--board", "lm3s6965evb", "--timeout", "60"]);
    assert!(LINES.iter().all(|line| seen.ends_with(11).output.contains(line)), "{seen:#?}");
    let size = run(folder.path(), &["size", "images", "--board", "lm3s6965evb"]);
    let text = "of the kernel's RAM for capsules, and what processes allow and subscribe: ";
    assert!(size.ends_with(0).output.contains(text), "{size:#?}");
    // A kernel does not panic, whoever wrote it.
    let code = system.join("kept_value/src/lib.rs");
    edit(&code, "*state = value;", "*state = value.checked_sub(7).unwrap();");
    let seen = run(folder.path(), &["build", "images", "--board", "lm3s6965evb"]);
    seen.ends_with(22).says(&["error: the kernel could panic with the capsule `kept_value`\n"]);
}
