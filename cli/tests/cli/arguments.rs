//! What can be typed, and what is answered (TL-3, TL-4).

use std::path::Path;

use crate::common::{folder, guichet, repository, run, seen};

#[test]
fn every_help_has_examples() {
    let commands = ["run", "build", "boards", "check", "new", "size"];
    for command in [""].into_iter().chain(commands) {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let seen = run(Path::new("/"), &arguments);
        seen.ends_with(0);
        assert!(seen.output.contains("Usage: guichet"), "{seen:#?}");
        assert!(seen.output.contains("Examples:\n  guichet "), "{seen:#?}");
        assert!(commands.iter().all(|name| arguments.len() > 1 || seen.output.contains(name)));
    }
}

#[test]
fn a_wrong_command_line_is_explained_with_status_2() {
    let table: [(&[&str], &str); 9] = [
        (&["rum"], "'run'"),
        (&["run", "--realease"], "--release"),
        (&["run", "--board", "linus"], "there is one called `linux`"),
        (&["run", "--board", "mps2-an358"], "there is one called `mps2_an385`"),
        (&["run", "--timeout", "soon"], "not a number of seconds"),
        (&["run", "--timeout", "0"], "greater than 0"),
        (&["run", "--timeout", "-3"], "greater than 0"),
        (&["check", "one", "two"], "unexpected argument 'two'"),
        (&["new"], "<NAME>"),
    ];
    for (arguments, expected) in table {
        run(Path::new("/"), arguments).ends_with(2).says(&[expected]);
    }
}

#[test]
fn a_folder_without_a_system_is_named_with_what_to_do() {
    let folder = folder();
    for command in ["run", "build", "check"] {
        let missing = run(folder.path(), &[command, "nowhere"]);
        missing.ends_with(20).says(&["error: there is no folder nowhere", "guichet new NAME"]);
        let empty = run(folder.path(), &[command]);
        empty.ends_with(20).says(&["error: there is no system.json5 in .", "guichet new NAME"]);
        let file = run(repository(), &[command, "Cargo.toml"]);
        file.ends_with(20).says(&["Cargo.toml: it is a file", "name the folder"]);
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = guichet(Path::new("/"));
        command.args(["check", "nowhere"]).envs(variables.iter().copied());
        seen(command.output().expect("it can be run")).error.contains('\u{1b}')
    };
    assert!(!coloured(&[]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}
