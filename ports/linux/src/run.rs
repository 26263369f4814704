//! A run, from the first process to the last.
//!
//! The public face: [`run`] runs a whole system and comes back when it has ended. Whatever was started or changed is owned by a value on the stack
//! of `run` whose drop undoes it, so every way out leaves nothing behind.

use std::io::Write;
use std::time::{Duration, Instant};

use guichet_kernel::{ProcessDescriptor, System};
use guichet_kernel_tables::KernelTables;

use crate::arena::{self, Arena};
use crate::attention::Attention;
use crate::console::Console;
use crate::error::{Ending, Error};
use crate::host::Host;
use crate::input::Input;
use crate::port::{CONSOLE_INPUT, LinuxPort, Machine};
use crate::program::Program;
use crate::supervisor::Supervisor;
use crate::wall::Walls;

/// How a system is to be run.
pub struct Options {
    /// Ends the run after this time, if it has not ended by itself.
    pub timeout: Option<Duration>,
    /// Where the console's lines go: those of processes begin with `[name] `, those of the kernel
    /// with `guichet: ` (PR-2, PR-7). Written by a thread of its own.
    pub console: Box<dyn Write + Send>,
}

/// Runs a system until it ends, with `programs` in the order of its processes (TL-1).
///
/// Every process is a Linux process behind a wall of its own (SOUNDNESS.md). They are all stopped
/// and collected when this returns. For the time of the run the calling thread is pinned to one
/// CPU, and SIGCHLD, SIGINT, SIGTERM and SIGHUP are its own; the Linux process is not dumpable. Only
/// one run at a time is possible in a Linux process: another waits for its turn.
///
/// # Errors
/// An [`Error`] if the system does not fit its programs, or if Linux refuses something that a run
/// needs.
pub fn run(system: &System<'_>, programs: &[Program], options: Options) -> Result<Ending, Error> {
    check(system.processes, programs)?;
    let walls = Walls::compile()?;
    let arena = arena(system, programs)?;
    let attention = Attention::claim().map_err(Error::Linux)?;
    let names = system.processes.iter().map(|process| process.name);
    // Before the pinning, so that the console's thread can use the other CPUs.
    let console = Console::start(names, options.console).map_err(Error::Linux)?;
    let wants_input =
        system.interrupts.iter().any(|interrupt| interrupt.lines.contains(&CONSOLE_INPUT));
    let input = wants_input.then(Input::start).transpose().map_err(Error::Linux)?;
    let _host = Host::prepare();
    let machine = Machine { walls, arena, console, input };
    let mut port = LinuxPort::new(system, programs, machine, &attention);
    let mut tables = KernelTables::before_boot(system);
    let kernel = tables.kernel(system);
    let end = options.timeout.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
    let result = Supervisor::new(system, kernel, &mut port, end).serve();
    if let Ok(ending) = &result
        && let Some(message) = ending.message()
    {
        port.console().say(&message);
    }
    match (result, port.close().finish()) {
        (Ok(_), Some(error)) => Err(Error::Console(error)),
        (result, _) => result,
    }
}

/// Makes the memory that processes share, if any is declared or any program has some.
fn arena(system: &System<'_>, programs: &[Program]) -> Result<Option<Arena>, Error> {
    let regions = system.shared_regions.iter().map(|region| region.span);
    let own = programs.iter().map(Program::shared).filter(|span| span.start != span.end);
    let length = arena::length(regions.chain(own)).map_err(|(number, span)| {
        Error::SharedRegion { number, start: span.start, end: span.end }
    })?;
    if length == 0 {
        return Ok(None);
    }
    Arena::create(length).map(Some).map_err(Error::Linux)
}

/// Checks that every process has its program.
fn check(processes: &[ProcessDescriptor<'_>], programs: &[Program]) -> Result<(), Error> {
    if processes.len() != programs.len() {
        let (processes, programs) = (processes.len(), programs.len());
        return Err(Error::ProgramCount { processes, programs });
    }
    for (process, program) in processes.iter().zip(programs) {
        let (declared, stacks) = (process.threads.len(), program.layout().threads());
        if declared != stacks {
            let process = process.name.into();
            return Err(Error::ThreadCount { process, declared, stacks });
        }
    }
    Ok(())
}
