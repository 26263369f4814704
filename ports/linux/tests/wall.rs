//! The wall against a program that tries everything (SOUNDNESS.md): what it does is its own end,
//! and its neighbour never notices.

mod common;

use std::time::Duration;

use common::{POLITE, Seen, run_cases};
use guichet_port_linux::Ending;

const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the case beside a polite neighbour, and asserts that the neighbour got its way.
fn beside_a_neighbour(case: usize) -> Seen {
    let seen = run_cases(&[case, POLITE], PATIENCE);
    assert!(matches!(seen.ending, Ok(Ending::Shutdown(0))), "case {case}: {seen:?}");
    assert!(seen.console.contains("[p1] all is well\n"), "case {case}: {seen:?}");
    seen
}

#[test]
fn a_forbidden_linux_call_is_the_end_of_its_caller_alone() {
    let calls = [
        (10, "ptrace"),
        (11, "kill"),
        (12, "openat"),
        (13, "process_vm_readv"),
        (14, "socket"),
        (15, "fork"),
        (16, "mprotect"),
        (17, "munmap"),
        (18, "write"),
        (19, "execve"),
        (20, "execveat of another program"),
        (21, "mmap of fresh memory"),
        (22, "mmap where the path was"),
        (23, "prctl"),
        (24, "a call of the x32 kind"),
        (25, "a call of the 32-bit kind"),
        (26, "sched_setaffinity"),
        (27, "a private futex"),
        (28, "clone"),
        (29, "mmap of executable memory"),
    ];
    for (case, call) in calls {
        let seen = beside_a_neighbour(case);
        let expected = "guichet: process `p0` faulted: it made a Linux system call that its wall \
                        forbids (Linux signal SIGSYS ended it)\n";
        assert!(seen.console.contains(expected), "{call}: {seen:?}");
        assert!(!seen.console.contains("[p0]"), "{call} was survived: {seen:?}");
    }
}

#[test]
fn the_call_that_executed_the_program_works_once() {
    assert!(beside_a_neighbour(30).console.contains("[p0] refused\n"));
}

#[test]
fn crashes_and_exits_are_faults_of_their_process_alone() {
    let table = [
        (40, "it touched memory that is not its own (Linux signal SIGSEGV ended it)"),
        (41, "it executed an illegal instruction (Linux signal SIGILL ended it)"),
        (42, "(its Linux process exited with code 3)"),
        (43, "it ended for a reason that nobody knows"),
        (44, "(pc 0x1234, address 0x0)"),
    ];
    for (case, text) in table {
        let seen = beside_a_neighbour(case);
        let line = seen.console.lines().find(|line| line.starts_with("guichet: process `p0` "));
        assert!(line.is_some_and(|line| line.contains(text)), "case {case}: {seen:?}");
    }
}

#[test]
fn a_program_that_does_not_start_properly_is_not_started() {
    let table = [
        (70, "its Linux process exited with code 65 before it was ready"),
        (71, "it crashed at"),
        (72, "it does not start as a Guichet program does"),
        (73, "it does not start as a Guichet program does"),
        (74, "Linux signal SIGSYS ended it before it was ready"),
    ];
    for (case, text) in table {
        let seen = beside_a_neighbour(case);
        let line = seen.console.lines().find(|line| line.starts_with("guichet: process `p0` "));
        let expected = "could not be started";
        let fits = |line: &str| line.contains(expected) && line.contains(text);
        assert!(line.is_some_and(fits), "case {case}: {seen:?}");
    }
}

#[test]
fn a_spinning_program_is_preempted_for_its_neighbour() {
    for case in [50, 51] {
        let seen = beside_a_neighbour(case);
        assert_eq!(seen.console, "[p1] all is well\n");
    }
}

#[test]
fn a_program_that_ignores_preemption_is_ended() {
    let seen = beside_a_neighbour(52);
    let expected = "guichet: process `p0` faulted: it did not let itself be preempted\n";
    assert!(seen.console.contains(expected), "{seen:?}");
}

#[test]
fn calls_that_mean_nothing_are_errors_and_nothing_more() {
    beside_a_neighbour(60);
    let alone = run_cases(&[60], Duration::from_secs(2));
    assert!(alone.console.contains("survived\n[p0] done\n"), "{alone:?}");
}
