//! `guichet run`: output, endings, and what is left afterwards (TL-1, CH-8, PR-2).

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::common::{
    LinuxProcess, folder, guichet, new_system, read_until, repository, run, run_typing, wait,
    wait_for,
};
use guichet::{Ending, Profile, build_system, run_system};
use rustix::process::Signal;

/// The example's last line as it must be shown.
const UPPERCASE: &str =
    "[initiator] GUICHET: A SMALL WINDOW, 1 MESSAGE AT A TIME, FAÇADE TO FAÇADE\n";

/// A system whose initiator asks and waits for ever, and whose handler never answers.
fn patient() -> &'static Path {
    static SYSTEM: OnceLock<tempfile::TempDir> = OnceLock::new();
    let make = || {
        let folder = folder();
        let system = new_system(folder.path(), "patient");
        let programs = [
            ("initiator", include_str!("programs/patient_initiator.rs")),
            ("handler", include_str!("programs/silent_handler.rs")),
        ];
        for (process, text) in programs {
            fs::write(system.join(process).join("src/main.rs"), text).expect("a program");
        }
        folder
    };
    SYSTEM.get_or_init(make).path()
}

/// Starts the patient system, and comes back when its initiator is blocked.
fn waiting() -> (Child, Vec<LinuxProcess>) {
    let mut command = guichet(patient());
    command.args(["run", "patient"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it can be run");
    read_until(child.stdout.as_mut().expect("a pipe"), "[handler] asked");
    let processes = LinuxProcess::of(&child).children();
    let names: Vec<String> = processes.iter().map(|process| process.name()).collect();
    assert_eq!(names, ["initiator", "handler"]);
    (child, processes)
}

/// What the rest of a run says; asserts that nothing of it is left.
fn finish(mut child: Child, processes: &[LinuxProcess]) -> (Option<i32>, String) {
    let mut rest = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut rest).expect("text");
    let status = wait(&mut child);
    for process in processes {
        assert!(!process.is_alive(), "{process:?} is left");
    }
    (status.code(), rest)
}

#[test]
fn the_example_shouts_and_ends_well() {
    let seen = run(repository(), &["run", "examples/uppercase", "--timeout", "60"]);
    seen.ends_with(0).says(&["building 1/2 initiator\n", "building 2/2 handler\n"]);
    assert_eq!(seen.output, UPPERCASE);
}

/// What somebody types to the console's example, and what it says to that.
pub(crate) const TYPED: (&str, &str) =
    ("hello\nto a façade", "[shell] HELLO\n[shell] TO A FAçADE\n");

#[test]
fn what_is_typed_reaches_its_driver_and_its_end_too() {
    let (input, output) = TYPED;
    let seen = run_typing(repository(), &["run", "examples/console", "--timeout", "60"], input);
    assert_eq!(seen.ends_with(0).output, output);
}

#[test]
fn without_an_input_nothing_is_typed_and_ctrl_c_ends_the_run() {
    let mut command = guichet(repository());
    // A pipe that nobody writes to, as a terminal that nobody types at.
    let (reader, writer) = std::io::pipe().expect("a pipe");
    command.args(["run", "examples/console"]).stdin(reader).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::null()).spawn().expect("it can be run");
    let children = || LinuxProcess::of(&child).children();
    let processes = wait_for("the system", || {
        let names: Vec<String> = children().iter().map(|process| process.name()).collect();
        (names == ["driver", "shell"]).then(children)
    });
    LinuxProcess::of(&child).signal(Signal::INT);
    assert_eq!(wait(&mut child).code(), Some(130));
    assert!(processes.iter().all(|process| !process.is_alive()));
    drop(writer);
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = guichet(repository());
    command.args(["run", "examples/uppercase"]).stdout(Stdio::from(writer)).stderr(Stdio::piped());
    let output = command.spawn().expect("it can be run").wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(141));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.lines().all(|line| line.starts_with("building ")), "{errors}");
}

#[test]
fn a_system_that_never_ends_is_ended_in_time() {
    let seen = run(patient(), &["run", "patient", "--timeout", "0.3"]);
    seen.ends_with(124);
    assert!(seen.output.starts_with("[handler] asked\nguichet: "), "{seen:#?}");
}

#[test]
fn a_system_that_everybody_leaves_is_no_success() {
    let folder = folder();
    let system = new_system(folder.path(), "leavers");
    for process in ["initiator", "handler"] {
        let text = include_str!("programs/leaver.rs");
        fs::write(system.join(process).join("src/main.rs"), text).expect("a program");
    }
    let seen = run(folder.path(), &["run", "leavers", "--timeout", "60"]);
    seen.ends_with(24);
    assert!(
        seen.output.contains("guichet: ") && seen.output.contains("debug_shutdown"),
        "{seen:#?}"
    );
}

#[test]
fn a_program_that_was_not_built_for_guichet_is_refused() {
    let folder = folder();
    let system = new_system(folder.path(), "foreign");
    let text = include_str!("programs/foreign.rs");
    fs::write(system.join("handler/src/main.rs"), text).expect("a program");
    let seen = run(folder.path(), &["run", "foreign", "--timeout", "60"]);
    seen.ends_with(23).says(&["error: the program of `handler`, /", "cannot be run: "]);
    assert_eq!(seen.output, "");
}

#[test]
fn ctrl_c_ends_everything() {
    let (child, processes) = waiting();
    LinuxProcess::of(&child).signal(Signal::INT);
    let (status, rest) = finish(child, &processes);
    assert_eq!(status, Some(130), "{rest}");
}

#[test]
fn nothing_is_left_when_the_tool_itself_is_killed() {
    let (mut child, processes) = waiting();
    LinuxProcess::of(&child).signal(Signal::KILL);
    wait(&mut child);
    for process in processes {
        wait_for("its processes' end", || (!process.is_alive()).then_some(()));
    }
}

#[test]
fn the_death_of_the_handler_wakes_the_initiator() {
    let (child, processes) = waiting();
    processes[1].signal(Signal::KILL);
    let (status, rest) = finish(child, &processes);
    assert_eq!(status, Some(14), "Unavailable is the run's status: {rest}");
    let lines: Vec<&str> = rest.lines().collect();
    let said = lines.iter().find(|line| line.starts_with("guichet: "));
    let said = said.unwrap_or_else(|| panic!("the kernel says nothing: {rest}"));
    assert!(said.contains("handler") && said.contains("SIGKILL"), "{said}");
    assert!(lines.contains(&"[initiator] the answer is Err(Unavailable)"), "{rest}");
}

#[test]
fn the_library_does_what_the_command_does() {
    let example = repository().join("examples/uppercase");
    let built = build_system(&example, Profile::Development).expect("it builds");
    assert_eq!(built.programs.len(), 2);
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let ending = run_system(&built, Some(Duration::from_secs(60)), Box::new(writer));
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("text");
    assert_eq!(text, UPPERCASE);
    assert!(matches!(ending, Ok(Ending::Shutdown(0))), "{ending:?}");
}
