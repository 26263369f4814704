//! The command line: what is printed, and the exit status.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_guichet_explorer"))
        .args(arguments)
        .output()
        .expect("the explorer can be run");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn a_scenario_that_holds_ends_with_0_and_says_how_much_was_seen() {
    let (status, output, _) = run(&["buffers", "ends"]);
    assert_eq!(status, Some(0), "{output}");
    assert_eq!(output.lines().count(), 2, "{output}");
    assert!(output.lines().all(|line| line.contains("fixed point")), "{output}");
}

#[test]
fn a_bound_is_told() {
    let (status, output, _) = run(&["--depth", "2", "ends"]);
    assert_eq!(status, Some(0), "{output}");
    assert!(output.contains("stopped at that depth"), "{output}");
}

#[test]
fn the_list_names_scenarios_and_invariants() {
    let (status, output, _) = run(&["--list"]);
    assert_eq!(status, Some(0), "{output}");
    assert!(output.contains("two-handlers") && output.contains("door-agrees"), "{output}");
}

#[test]
fn wrong_arguments_end_with_2_and_say_what_to_do() {
    let (status, _, errors) = run(&["no-such-scenario"]);
    assert_eq!(status, Some(2));
    assert!(errors.contains("no-such-scenario") && errors.contains("--list"), "{errors}");
    for arguments in [["--depth", "many"], ["--depth", "0.5"], ["--depth", "99999999"]] {
        let (status, _, errors) = run(&arguments);
        assert_eq!(status, Some(2), "{errors}");
        assert!(errors.contains("--depth"), "{errors}");
    }
}
