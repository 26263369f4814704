//! `guichet check`, and the same file before a build (TL-2, TL-4).

use std::fs;
use std::process::Stdio;

use crate::common::{edit, folder, guichet, new_system, run, wait};

const TYPO: [&str; 6] = [
    "error: ",
    "system.json5:",
    "chanel_handler",
    "^^^^",
    "similar name",
    "{ name: \"IPC\", type: \"channel_handler\" },",
];

/// A system with a slip in the type of the handler's object.
fn misspelt() -> tempfile::TempDir {
    let folder = folder();
    let system = new_system(folder.path(), "typo");
    edit(&system.join("system.json5"), "channel_handler", "chanel_handler");
    folder
}

#[test]
fn a_slip_is_shown_with_its_place_and_what_was_meant() {
    let folder = misspelt();
    run(folder.path(), &["check", "typo"]).ends_with(1).says(&TYPO);
    for command in ["run", "build"] {
        let seen = run(folder.path(), &[command, "typo"]);
        seen.ends_with(20).says(&TYPO);
        assert!(!seen.error.contains("building"), "nothing is built: {seen:#?}");
        assert!(!seen.error.contains('\u{1b}'), "no colours in a pipe: {seen:#?}");
    }
}

#[test]
fn a_script_gets_a_json_object_a_line() {
    let folder = misspelt();
    let seen = run(folder.path(), &["check", "typo", "--json"]);
    seen.ends_with(1);
    assert_eq!(seen.error, "");
    let lines: Vec<serde_json::Value> =
        seen.output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let text = fs::read_to_string(folder.path().join("typo/system.json5")).expect("the file");
    let line = text.lines().position(|line| line.contains("chanel_handler")).expect("the slip");
    let column = text.lines().nth(line).and_then(|line| line.find("\"chanel")).expect("the slip");
    let first = &lines[0];
    assert_eq!(first["file"], "typo/system.json5");
    assert_eq!((&first["line"], &first["column"]), (&(line + 1).into(), &(column + 1).into()));
    assert_eq!(first["end_column"], column + 1 + "\"chanel_handler\"".len());
    assert_eq!(first["severity"], "error");
    assert!(first["message"].as_str().is_some_and(|message| message.contains("chanel_handler")));
    assert_eq!(first["suggestion"]["replacement"], "\"channel_handler\"");
}

#[test]
fn a_right_system_passes_with_its_warnings() {
    let folder = folder();
    let system = new_system(folder.path(), "right");
    let seen = run(&system, &["check"]);
    seen.ends_with(0);
    assert_eq!(seen.output, "system.json5: no errors; 2 processes in 1 app\n");
    edit(&system.join("system.json5"), "apps: [", "arch: { type: \"riscv\" }, apps: [");
    let seen = run(&system, &["check"]);
    seen.ends_with(0).says(&["warning: ", "`arch`", "system.json5:"]);
    assert_eq!(seen.output, "system.json5: no errors, 1 warning; 2 processes in 1 app\n");
}

#[test]
fn who_shares_memory_is_told_how_much_of_the_wall_that_may_take() {
    let folder = folder();
    let system = new_system(folder.path(), "sharing");
    let region = |name: &str, processes: &str| {
        format!("{{ name: \"{name}\", size_bytes: 4096, processes: [{processes}] }},")
    };
    let both = "{ process: \"initiator\", access: \"read_write\" }, { process: \"handler\" }";
    let more: String =
        ["B", "C", "D", "E"].map(|name| region(name, "{ process: \"handler\" }")).concat();
    let declared = format!("shared_memory: [{}{more}],\n  apps: [", region("A", both));
    edit(&system.join("system.json5"), "apps: [", &declared);
    let seen = run(&system, &["check"]);
    let expected = "system.json5: no errors; 2 processes in 1 app, 5 regions of shared memory
  initiator may use 1 of its wall's 4 spare regions
  handler may use 4 of its wall's 4 spare regions; it shares 5 regions, so it cannot map all at once
";
    assert_eq!(seen.ends_with(0).output, expected);
    edit(&system.join("system.json5"), "size_bytes: 4096", "size_bytes: 96");
    run(&system, &["check"])
        .ends_with(1)
        .says(&["error: Linux cannot express", "`size_bytes: 4096`"]);
    let build = ["build", "--board", "qemu_virt_rv32"];
    let told = ["the wall of `qemu_virt_rv32` cannot express", "`size_bytes: 128`"];
    run(&system, &build).ends_with(20).says(&told);
}

#[test]
fn nobody_has_to_read_to_the_end() {
    let folder = misspelt();
    for arguments in [&["check", "typo"][..], &["check", "typo", "--json"], &["run", "typo"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let errors = writer.try_clone().expect("a pipe");
        let mut command = guichet(folder.path());
        command.args(arguments).stdout(Stdio::from(writer)).stderr(Stdio::from(errors));
        let status = wait(&mut command.spawn().expect("it can be run"));
        assert!(matches!(status.code(), Some(20 | 141)), "{arguments:?}: {status}");
    }
}
