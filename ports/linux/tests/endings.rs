//! How runs end, and that they leave nothing behind.

mod common;

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{POLITE, children, children_of, run_cases};
use guichet_port_linux::{Ending, Options, run};

/// The case that spins for ever.
const SPINNING: usize = 50;
/// The case that spins and hides signals from the supervisor.
const HIDING: usize = 51;
/// A case without a meaning: says `done` and sleeps for ever.
const SLEEPING: usize = 2;
/// The case that exits.
const EXITING: usize = 42;

/// Waits until `ready` says so.
fn wait_for(mut ready: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !ready() {
        assert!(Instant::now() < patience, "it never came");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Tells whether a process is there and not dead.
fn is_alive(number: i32) -> bool {
    let line = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    line.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn send(pid: i32, signal: i32) {
    // SAFETY: signals to this process, whose handlers a run has taken, or to a child of it.
    unsafe { libc::kill(pid, signal) };
}

/// These tests look for children of the whole process, so they take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn turn() -> std::sync::MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn a_shutdown_ends_with_its_status() {
    let _turn = turn();
    let seen = run_cases(&[POLITE], Duration::from_secs(20));
    assert!(matches!(seen.ending, Ok(Ending::Shutdown(0))));
    assert_eq!(seen.console, "[p0] all is well\n");
}

#[test]
fn the_time_ends_a_run_whatever_its_programs_do() {
    let _turn = turn();
    for case in [SPINNING, HIDING, SLEEPING] {
        let seen = run_cases(&[case], Duration::from_millis(200));
        assert!(matches!(seen.ending, Ok(Ending::TimedOut(_))), "case {case}: {seen:?}");
        assert!(seen.console.contains("guichet: the run was ended after 200ms"));
    }
}

#[test]
fn ctrl_c_ends_a_run_whatever_its_programs_do() {
    let _turn = turn();
    for (case, signal) in
        [(SPINNING, libc::SIGINT), (HIDING, libc::SIGINT), (SLEEPING, libc::SIGTERM)]
    {
        let running = thread::spawn(move || run_cases(&[case], Duration::from_secs(20)));
        wait_for(|| children().len() == 1);
        thread::sleep(Duration::from_millis(30));
        send(std::process::id() as i32, signal);
        let seen = running.join().expect("the run does not panic");
        assert!(matches!(seen.ending, Ok(Ending::Interrupted(s)) if s == signal), "{seen:?}");
    }
}

#[test]
fn a_killed_process_is_a_fault_of_that_process_alone() {
    let _turn = turn();
    for case in [SPINNING, SLEEPING] {
        let running = thread::spawn(move || run_cases(&[case, SLEEPING], Duration::from_secs(20)));
        wait_for(|| children().len() == 2);
        thread::sleep(Duration::from_millis(20));
        let first = children().into_iter().min().expect("two children");
        send(first, libc::SIGKILL);
        wait_for(|| children().len() == 1);
        thread::sleep(Duration::from_millis(20));
        assert_eq!(children().len(), 1, "the other one runs on");
        send(std::process::id() as i32, libc::SIGINT);
        let seen = running.join().expect("the run does not panic");
        assert!(matches!(seen.ending, Ok(Ending::Interrupted(libc::SIGINT))), "{seen:?}");
        let expected = "guichet: process `p0` faulted: it was killed from outside the system \
                        (Linux signal SIGKILL ended it)\n";
        assert!(seen.console.contains(expected), "{seen:?}");
    }
}

/// Tells the test below, run a second time by itself, to be the supervisor that is killed.
const VICTIM: &str = "GUICHET_TEST_VICTIM";

#[test]
fn no_process_outlives_its_supervisor() {
    if std::env::var_os(VICTIM).is_some() {
        run_cases(&[SPINNING, SLEEPING, HIDING], Duration::from_secs(60));
        return;
    }
    let _turn = turn();
    let own = std::env::current_exe().expect("the test program's path");
    let mut supervisor = Command::new(own)
        .args(["--exact", "no_process_outlives_its_supervisor"])
        .env(VICTIM, "1")
        .stdout(Stdio::null())
        .spawn()
        .expect("the test program can be run");
    let processes = || children_of(supervisor.id());
    wait_for(|| processes().len() == 3);
    thread::sleep(Duration::from_millis(50));
    let processes = processes();
    supervisor.kill().expect("the supervisor was alive");
    supervisor.wait().expect("the supervisor was ours");
    wait_for(|| !processes.iter().any(|process| is_alive(*process)));
}

#[test]
fn a_run_without_processes_ends() {
    let _turn = turn();
    let seen = run_cases(&[EXITING, EXITING], Duration::from_secs(20));
    assert!(matches!(seen.ending, Ok(Ending::NothingLeft)), "{seen:?}");
    assert!(seen.console.ends_with("to end it with a status\n"), "{seen:?}");
    let none = run_cases(&[], Duration::from_secs(20));
    assert!(matches!(none.ending, Ok(Ending::NothingLeft)), "{none:?}");
}

#[test]
fn programs_and_processes_must_match() {
    let system = guichet_kernel::System {
        processes: &[guichet_kernel::ProcessDescriptor {
            index: guichet_kernel::ProcessIndex::new(0),
            name: "lonely",
            own: guichet_kernel::Span::own(&[]),
            memory: &[],
            wall: [0; guichet_kernel::WALL_WORDS],
            objects: &[],
            threads: &[],
            wait_list: guichet_kernel::WaitListIndex::NONE,
            upcalls_list: guichet_kernel::WaitListIndex::NONE,
            first_member: guichet_kernel::ThreadIndex::NONE,
            first_exchange: guichet_kernel::ExchangeIndex::NONE,
            first_mapping: guichet_kernel::MappingIndex::NONE,
            starts_at_boot: true,
            restart: guichet_kernel::RestartPolicy::NEVER,
            may_shutdown: false,
        }],
        threads: &[],
        handlers: &[],
        initiators: &[],
        wait_groups: &[],
        interrupts: &[],
        endpoints: &[],
        senders: &[],
        shared_regions: &[],
        sharers: &[],
        capsules: &[],
        services: &[],
        are_ids_global: false,
        max_transfer_bytes: 4096,
    };
    let options = Options { timeout: None, console: Box::new(std::io::sink()) };
    let error = run(&system, &[], options).expect_err("a program is missing");
    assert_eq!(error.to_string(), "the system has 1 processes, but 0 programs were given");
}
