//! Builds the hostile program and runs it beside a polite neighbour.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use guichet_kernel::{
    ExchangeIndex, Priority, ProcessDescriptor, ProcessIndex, RestartPolicy, Span, System,
    ThreadDescriptor, ThreadIndex, WALL_WORDS, WaitListIndex,
};
use guichet_port_linux::{Ending, Error, Options, Program, run};

/// The case that sleeps 60 ms, says that all is well, and shuts down with 0.
pub(crate) const POLITE: usize = 1;

/// What was printed, and how the run ended.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) console: String,
    pub(crate) ending: Result<Ending, Error>,
}

/// Runs processes named `p0`, `p1` and so on, each in one of the hostile program's cases, and
/// asserts that nothing of them is left.
pub(crate) fn run_cases(cases: &[usize], timeout: Duration) -> Seen {
    let _turn = turn();
    let programs: Vec<Program> = cases
        .iter()
        .map(|case| Program::load(&hostile_program(), &[case * 4096]).expect("a sound program"))
        .collect();
    let names: Vec<String> = (0..cases.len()).map(|number| format!("p{number}")).collect();
    let threads: Vec<[ThreadIndex; 1]> =
        (0..cases.len()).map(|number| [ThreadIndex::new(number)]).collect();
    let processes: Vec<ProcessDescriptor<'_>> = (0..cases.len())
        .map(|number| ProcessDescriptor {
            index: ProcessIndex::new(number),
            name: &names[number],
            own: Span::own(programs[number].memory()),
            memory: programs[number].memory(),
            objects: &[],
            threads: &threads[number],
            wall: [0; WALL_WORDS],
            wait_list: WaitListIndex::NONE,
            upcalls_list: WaitListIndex::NONE,
            first_member: ThreadIndex::NONE,
            first_exchange: ExchangeIndex::NONE,
            starts_at_boot: true,
            restart: RestartPolicy::NEVER,
            may_shutdown: true,
        })
        .collect();
    let descriptors: Vec<ThreadDescriptor<'_>> = (0..cases.len())
        .map(|number| ThreadDescriptor {
            process: &processes[number],
            ordinal: 0,
            // The later, the more important: the neighbour can run while another spins.
            priority: Priority::new(10 + number as u8),
            wait_list: WaitListIndex::NONE,
        })
        .collect();
    let system = System {
        processes: &processes,
        threads: &descriptors,
        handlers: &[],
        initiators: &[],
        wait_groups: &[],
        interrupts: &[],
        endpoints: &[],
        senders: &[],
        capsules: &[],
        services: &[],
        are_ids_global: false,
        max_transfer_bytes: 4096,
    };
    let screen = Screen::default();
    let options = Options { timeout: Some(timeout), console: Box::new(screen.clone()) };
    let ending = run(&system, &programs, options);
    assert_eq!(children(), Vec::<i32>::new(), "a process was left behind");
    let console = screen.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Seen { console: String::from_utf8(console).expect("the console writes text"), ending }
}

/// One run at a time, so that "no child is left" means something.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The children of this process, dead or alive, by their Linux numbers.
pub(crate) fn children() -> Vec<i32> {
    children_of(std::process::id())
}

/// The children of a process, dead or alive, by their Linux numbers.
pub(crate) fn children_of(parent: u32) -> Vec<i32> {
    let processes = std::fs::read_dir("/proc").expect("/proc is mounted");
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers.filter(|number: &i32| parent_of(*number) == Some(parent)).collect()
}

fn parent_of(number: i32) -> Option<u32> {
    let line = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The name in brackets may hold anything, the state and the parent follow it.
    line.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Compiles the hostile program, once for each test file.
pub(crate) fn hostile_program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let program = folder.join("hostile");
        let fresh = folder.join(format!("hostile-{}", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/hostile.rs");
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let linking = ["-nostartfiles", "-nostdlib", "-static", "-Wl,-e,guichet_start"];
        let output = Command::new(rustc)
            .args(["--edition=2024", "-Cpanic=abort", "-Copt-level=1", "-Crelocation-model=static"])
            .args(linking.map(|argument| format!("-Clink-arg={argument}")))
            .arg("-o")
            .args([&fresh, &PathBuf::from(source)])
            .output()
            .expect("rustc can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Several test programs may do this at once: each replaces the file as a whole.
        std::fs::rename(&fresh, &program).expect("a file that was just made");
        program
    };
    PROGRAM.get_or_init(build).clone()
}

/// A console that keeps what it is given.
#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
