//! Builds the programs of `tests/programs` and runs systems of them.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use guichet_abi::MemoryRights;
use guichet_kernel::{
    ExchangeIndex, GiveUp, MappingIndex, Object, Priority, ProcessDescriptor, ProcessIndex,
    RestartPolicy, SharedRegionDescriptor, SharedRegionIndex, SharerDescriptor, SharerIndex,
    SharingPresence, Span, System, TableIndex, ThreadDescriptor, ThreadIndex, WALL_WORDS,
    WaitListIndex,
};
use guichet_port_linux::{Ending, Error, Options, Program, run};

/// The case that sleeps 60 ms, says that all is well, and shuts down with 0.
pub(crate) const POLITE: usize = 1;

/// The part after whose end the board starts anew.
pub(crate) const RESETTING: usize = 19;

const RESET: RestartPolicy = RestartPolicy {
    on_exit: true,
    max_restarts: Some(0),
    on_give_up: GiveUp::ResetBoard,
    ..RestartPolicy::NEVER
};

/// What was printed, and how the run ended.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) console: String,
    pub(crate) ending: Result<Ending, Error>,
}

/// Runs processes named `p0`, `p1` and so on, each in one of the hostile program's cases, and
/// asserts that nothing of them is left.
pub(crate) fn run_cases(cases: &[usize], timeout: Duration) -> Seen {
    run_program("hostile", cases, &[], timeout, || {})
}

/// The same, with the parts of the program that shares memory: regions of one page each, which all
/// processes may write. Does something else meanwhile.
pub(crate) fn run_sharers(
    parts: &[usize],
    timeout: Duration,
    meanwhile: impl FnOnce() + Send,
) -> Seen {
    run_program("sharer", parts, &REGIONS, timeout, meanwhile)
}

/// Where the regions of shared memory lie.
const REGIONS: [Span; 5] = [region(0), region(1), region(2), region(3), region(4)];

const fn region(number: usize) -> Span {
    let start = 0x40_0000_0000 + number * 4096;
    Span { start, end: start + 4096 }
}

pub(crate) fn shared_regions(regions: &[Span], processes: usize) -> Vec<SharedRegionDescriptor> {
    let declare = |(number, span): (usize, &Span)| SharedRegionDescriptor {
        span: *span,
        first_sharer: SharerIndex::new(number * processes),
        sharers: processes as u8,
    };
    regions.iter().enumerate().map(declare).collect()
}

/// Every process's part in every region.
fn sharers(regions: &[Span], processes: usize) -> Vec<SharerDescriptor> {
    let places = (0..regions.len()).flat_map(|region| (0..processes).map(move |p| (region, p)));
    let part = |(number, (region, process))| SharerDescriptor {
        presence: SharingPresence,
        index: SharerIndex::new(number),
        region: SharedRegionIndex::new(region),
        process: ProcessIndex::new(process),
        wait_list: WaitListIndex::new(number),
        rights: MemoryRights::ReadWrite,
    };
    places.enumerate().map(part).collect()
}

fn run_program(
    name: &str,
    cases: &[usize],
    regions: &[Span],
    timeout: Duration,
    meanwhile: impl FnOnce() + Send,
) -> Seen {
    let _turn = turn();
    let program = test_program(name);
    let programs: Vec<Program> = cases
        .iter()
        .map(|case| Program::load(&program, &[case * 4096]).expect("a sound program"))
        .collect();
    let sharers = sharers(regions, cases.len());
    let objects: Vec<Vec<Object>> = (0..cases.len())
        .map(|process| {
            let own = sharers.iter().filter(|part| part.process.position() == process);
            own.map(|part| Object::SharedMemory(*part)).collect()
        })
        .collect();
    let names: Vec<String> = (0..cases.len()).map(|number| format!("p{number}")).collect();
    let threads: Vec<[ThreadIndex; 1]> =
        (0..cases.len()).map(|number| [ThreadIndex::new(number)]).collect();
    let processes: Vec<ProcessDescriptor<'_>> = (0..cases.len())
        .map(|number| ProcessDescriptor {
            name: &names[number],
            own: Span::own(programs[number].memory()),
            memory: programs[number].memory(),
            objects: &objects[number],
            threads: &threads[number],
            restart: if cases[number] == RESETTING { RESET } else { RestartPolicy::NEVER },
            ..process(number, !regions.is_empty())
        })
        .collect();
    let descriptors: Vec<ThreadDescriptor<'_>> =
        processes.iter().enumerate().map(|(number, process)| thread(number, process)).collect();
    let system = System {
        processes: &processes,
        threads: &descriptors,
        shared_regions: &shared_regions(regions, cases.len()),
        sharers: &sharers,
        ..EMPTY
    };
    let screen = Screen::default();
    let options = Options { timeout: Some(timeout), console: Box::new(screen.clone()) };
    let ending = std::thread::scope(|scope| {
        scope.spawn(meanwhile);
        run(&system, &programs, options)
    });
    assert_eq!(children(), Vec::<i32>::new(), "a process was left behind");
    let console = screen.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Seen { console: String::from_utf8(console).expect("the console writes text"), ending }
}

/// A process without a name, memory and threads.
fn process(number: usize, shares: bool) -> ProcessDescriptor<'static> {
    ProcessDescriptor {
        index: ProcessIndex::new(number),
        name: "",
        own: Span::own(&[]),
        memory: &[],
        objects: &[],
        threads: &[],
        wall: [0; WALL_WORDS],
        wait_list: WaitListIndex::NONE,
        upcalls_list: WaitListIndex::NONE,
        first_member: ThreadIndex::NONE,
        first_exchange: ExchangeIndex::NONE,
        first_mapping: if shares { MappingIndex::new(4 * number) } else { MappingIndex::NONE },
        starts_at_boot: true,
        restart: RestartPolicy::NEVER,
        may_shutdown: true,
    }
}

/// The one thread of a process.
fn thread<'a>(number: usize, process: &'a ProcessDescriptor<'a>) -> ThreadDescriptor<'a> {
    ThreadDescriptor {
        process,
        ordinal: 0,
        // The later, the more important: the neighbour can run while another spins.
        priority: Priority::new(10 + number as u8),
        wait_list: WaitListIndex::NONE,
    }
}

/// A system of nothing.
pub(crate) const EMPTY: System<'static> = System {
    processes: &[],
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

/// Compiles a program of `tests/programs`; several test programs may do this at once.
fn test_program(name: &str) -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let program = folder.join(name);
        let fresh = folder.join(format!("{name}-{}", std::process::id()));
        let programs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs"));
        let source = programs.join(format!("{name}.rs"));
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let linking = ["-nostartfiles", "-nostdlib", "-static", "-Wl,-e,guichet_start"];
        let output = Command::new(rustc)
            .args(["--edition=2024", "-Cpanic=abort", "-Copt-level=1", "-Crelocation-model=static"])
            .args(linking.map(|argument| format!("-Clink-arg={argument}")))
            .arg("-o")
            .args([&fresh, &source])
            .output()
            .expect("rustc can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Each replaces the file as a whole.
        std::fs::rename(&fresh, &program).expect("a file that was just made");
        program
    };
    // Each test file runs one of them only.
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
