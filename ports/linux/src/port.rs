//! What the kernel asks of the machine, answered by Linux.
//!
//! A copy between two stacks is one copy. One between other memory goes through a buffer of the
//! supervisor, as Linux knows no call that moves bytes between two other processes; nothing of a
//! message stays behind where a process could find it.

use std::ffi::CString;
use std::time::{Duration, Instant};

use guichet_console::{Readable, describe};
use guichet_kernel::{
    Fault, FaultCause, Grant, Inexpressible, Instant as Tick, InterruptLine, MappingIndex,
    NotStarted, Port, ProcessDescriptor, ProcessIndex, Region, Report, Side, System, TableIndex,
    ThreadIndex, Unreadable,
};

use crate::arena::Arena;
use crate::attention::Attention;
use crate::console::Console;
use crate::end::LinuxEnd;
use crate::error::Error;
use crate::input::Input;
use crate::process::{LinuxProcess, StartError};
use crate::program::Program;
use crate::user_memory::{self, Culprit, Place, copy};
use crate::wall::Walls;

/// The one interrupt line of Linux: somebody has typed.
pub(crate) const CONSOLE_INPUT: InterruptLine = InterruptLine::new(0);

/// What a run is given by the machine.
pub(crate) struct Machine {
    pub(crate) walls: Walls,
    /// What processes share, if they share anything.
    pub(crate) arena: Option<Arena>,
    pub(crate) console: Console,
    /// What somebody types, if anybody wants to know.
    pub(crate) input: Option<Input>,
}

/// The processes of a run, its clock and its console.
pub(crate) struct LinuxPort<'a> {
    programs: &'a [Program],
    names: Vec<CString>,
    /// The number of each thread in its process.
    ordinals: Vec<usize>,
    /// Whether each process shares memory.
    sharers: Vec<bool>,
    walls: Walls,
    arena: Option<Arena>,
    attention: &'a Attention,
    console: Console,
    input: Option<Input>,
    processes: Vec<Option<LinuxProcess>>,
    /// What Linux told of how each process ended last, for the report.
    last_words: Vec<Option<String>>,
    boot: Instant,
    alarm: Option<Instant>,
    /// What the run cannot go on with.
    fatal: Option<Error>,
    /// Where bytes are between two processes that share neither end with the supervisor.
    spare: Vec<u8>,
}

impl<'a> LinuxPort<'a> {
    /// A port for these programs, none of which runs yet. The clock starts now.
    pub(crate) fn new(
        system: &System<'_>,
        programs: &'a [Program],
        machine: Machine,
        attention: &'a Attention,
    ) -> LinuxPort<'a> {
        let Machine { walls, arena, console, input } = machine;
        let shares = |process: &ProcessDescriptor<'_>| process.first_mapping != MappingIndex::NONE;
        LinuxPort {
            sharers: system.processes.iter().map(shares).collect(),
            names: system.processes.iter().map(|process| c_string(process.name)).collect(),
            ordinals: system.threads.iter().map(|thread| usize::from(thread.ordinal)).collect(),
            walls,
            arena,
            attention,
            console,
            input,
            processes: programs.iter().map(|_| None).collect(),
            last_words: programs.iter().map(|_| None).collect(),
            programs,
            boot: Instant::now(),
            alarm: None,
            fatal: None,
            spare: Vec::new(),
        }
    }

    /// The signals of this run.
    pub(crate) fn attention(&self) -> &'a Attention {
        self.attention
    }

    /// The console, for what the supervisor itself has to say.
    pub(crate) fn console(&mut self) -> &mut Console {
        &mut self.console
    }

    /// Tells whether the console cannot be written to any more.
    pub(crate) fn has_console_failed(&self) -> bool {
        self.console.has_failed()
    }

    /// Stops what still runs, so that everything can begin anew.
    pub(crate) fn stop_all(&mut self) {
        self.processes.fill_with(|| None);
        if let Some(arena) = &self.arena {
            arena.clear();
        }
        self.alarm = None;
    }

    /// Stops what still runs and gives the console back.
    pub(crate) fn close(self) -> Console {
        drop(self.processes);
        self.console
    }

    /// What the run cannot go on with, if there is something.
    pub(crate) fn take_fatal(&mut self) -> Option<Error> {
        self.fatal.take()
    }

    /// The process at this index, while it lives.
    pub(crate) fn process(&mut self, index: ProcessIndex) -> Option<&mut LinuxProcess> {
        self.processes.get_mut(index.position())?.as_mut()
    }

    /// When the alarm is to ring, if it is.
    pub(crate) fn alarm(&self) -> Option<Instant> {
        self.alarm
    }

    /// Tells whether the alarm rings now; it then is no longer set.
    pub(crate) fn alarm_rings(&mut self) -> bool {
        self.alarm.take_if(|alarm| *alarm <= Instant::now()).is_some()
    }

    /// Tells whether the line of the console's input comes now.
    pub(crate) fn is_input_due(&self) -> bool {
        self.input.as_ref().is_some_and(Input::is_due)
    }

    /// The line that comes now, if one does; it then is masked.
    pub(crate) fn take_line(&mut self) -> Option<InterruptLine> {
        let input = self.input.as_mut().filter(|input| input.is_due())?;
        input.is_enabled = false;
        Some(Self::CONSOLE_INPUT)
    }

    /// Tells whether any process lives.
    pub(crate) fn is_anybody_alive(&self) -> bool {
        self.processes.iter().any(Option::is_some)
    }

    /// A process that has ended by itself and was not told of yet, and how it ended.
    pub(crate) fn next_ended(&mut self) -> Option<(ProcessIndex, LinuxEnd)> {
        for (position, slot) in self.processes.iter_mut().enumerate() {
            if let Some(end) = slot.as_mut().and_then(LinuxProcess::try_reap) {
                *slot = None;
                self.last_words[position] = Some(end.to_string());
                return Some((ProcessIndex::new(position), end));
            }
        }
        None
    }

    fn living(&self, index: ProcessIndex) -> Option<&LinuxProcess> {
        self.processes.get(index.position())?.as_ref()
    }

    /// Where the first `length` bytes of a grant are, if its process lives. What lies in the arena is
    /// there whether that process has it mapped or not: the kernel knows who may use it. A shared
    /// place is good for so many bytes while neither the process nor the arena is dropped.
    fn place(&self, grant: Grant, length: usize) -> Option<Place> {
        let process = self.living(grant.process())?;
        let shared = self.arena.as_ref().and_then(|arena| arena.bytes(grant.address(), length));
        Some(shared.map_or_else(|| process.place(grant.address(), length), Place::Shared))
    }

    fn read(&self, source: Grant, bytes: &mut [u8]) -> Result<(), Unreadable> {
        let place = self.place(source, bytes.len()).ok_or(Unreadable)?;
        // SAFETY: (port-2) the place was asked for with this length, and nobody ends meanwhile.
        unsafe { user_memory::read_place(place, bytes) }.map_err(|_| Unreadable)
    }

    fn write(&self, destination: Grant, bytes: &[u8]) -> Result<(), Unreadable> {
        let place = self.place(destination, bytes.len()).ok_or(Unreadable)?;
        // SAFETY: (port-3) the place was asked for with this length, and nobody ends meanwhile.
        unsafe { user_memory::write_place(place, bytes) }.map_err(|_| Unreadable)
    }

    /// The text at `source`, or nothing if it cannot be read after all.
    fn text(&self, source: Grant) -> Vec<u8> {
        let mut text = vec![0; source.length()];
        match self.read(source, &mut text) {
            Ok(()) => text,
            Err(Unreadable) => Vec::new(),
        }
    }

    fn describe(&self, index: usize, report: Report) -> String {
        let last_words = self.last_words.get(index).and_then(Option::as_deref);
        match report {
            Report::Exited(status) => format!("exited with status {status}"),
            Report::Terminated => "was terminated by another process".to_owned(),
            Report::Panicked(message) => format!("panicked: {}", Readable(&self.text(message))),
            Report::Faulted(fault) => {
                let mut text = format!("faulted: {}", describe(fault.cause));
                if has_place(fault, last_words.is_some()) {
                    text += &format!(" (pc {:#x}, address {:#x})", fault.pc, fault.address);
                }
                if let Some(words) = last_words {
                    text += &format!(" ({words})");
                }
                text
            }
        }
    }

    /// Sorts out why a process did not start: either the run ends, or only that process does.
    fn note_start_error(&mut self, position: usize, error: StartError) {
        match error {
            StartError::Refused(failure) => {
                let process = self.names[position].to_string_lossy().into_owned();
                self.fatal = Some(Error::Spawn { process, failure });
            }
            StartError::Linux(error) => self.fatal = Some(Error::Linux(error)),
            StartError::MemoryForbidden(error) => self.fatal = Some(Error::MemoryForbidden(error)),
            StartError::TraceForbidden(error) => self.fatal = Some(Error::TraceForbidden(error)),
            own => self.last_words[position] = Some(own.to_string()),
        }
    }
}

/// The name as Linux wants it, up to the first zero byte.
fn c_string(name: &str) -> CString {
    let text = name.split('\0').next().unwrap_or_default();
    CString::new(text).unwrap_or_default()
}

/// Tells whether a fault happened at a place: in an instruction, even one at address 0. Of what Linux
/// ended by itself only the cause is known.
fn has_place(fault: Fault, ended_by_linux: bool) -> bool {
    let is_known = fault.pc != 0 || fault.address != 0;
    match fault.cause {
        FaultCause::MemoryAccess
        | FaultCause::StackOverflow
        | FaultCause::IllegalInstruction
        | FaultCause::Misaligned
        | FaultCause::Arithmetic
        | FaultCause::Breakpoint => is_known || !ended_by_linux,
        FaultCause::ForbiddenSystemCall
        | FaultCause::Panic
        | FaultCause::Killed
        | FaultCause::Unresponsive
        | FaultCause::NotStarted
        | FaultCause::Unknown => is_known,
    }
}

impl Port for LinuxPort<'_> {
    const ENTRY_BYTES: usize = 16;
    const STACK_ALIGNMENT: usize = 16;
    const CONSOLE_INPUT: InterruptLine = CONSOLE_INPUT;

    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        let length = source.length().min(destination.length());
        let from = self.place(source, length).ok_or(Side::Source)?;
        let to = self.place(destination, length).ok_or(Side::Destination)?;
        // SAFETY: (port-1) the places were asked for with this length, and both processes live
        // until this returns.
        unsafe { copy(from, to, length, &mut self.spare) }.map_err(|culprit| match culprit {
            Culprit::Source => Side::Source,
            Culprit::Destination => Side::Destination,
        })
    }

    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side> {
        self.read(source, bytes).map_err(|_| Side::Source)
    }

    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side> {
        self.write(destination, bytes).map_err(|_| Side::Destination)
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        const WORD: usize = size_of::<usize>();
        let mut bytes = vec![0; words.len() * WORD];
        self.read(source, &mut bytes)?;
        let (whole, _) = bytes.as_chunks::<WORD>();
        for (word, bytes) in words.iter_mut().zip(whole) {
            *word = usize::from_ne_bytes(*bytes);
        }
        Ok(())
    }

    /// Nanoseconds since the run began.
    fn now(&mut self) -> Tick {
        let elapsed = self.boot.elapsed().as_nanos();
        Tick::from_ticks(u64::try_from(elapsed).unwrap_or(u64::MAX - 1))
    }

    fn set_alarm(&mut self, at: Tick) {
        // An instant that Linux's clock cannot hold is centuries away, and so is none.
        self.alarm = if at.is_finite() {
            self.boot.checked_add(Duration::from_nanos(at.ticks()))
        } else {
            None
        };
    }

    fn start_process(&mut self, process: ProcessIndex) -> Result<(), NotStarted> {
        let position = process.position();
        let (Some(program), Some(name)) = (self.programs.get(position), self.names.get(position))
        else {
            return Err(NotStarted);
        };
        self.processes[position] = None;
        self.last_words[position] = None;
        if self.fatal.is_some() {
            return Err(NotStarted);
        }
        let shares = self.sharers.get(position).copied().unwrap_or_default();
        let arena = self.arena.as_ref().filter(|_| shares);
        let wall = self.walls.of(arena.is_some());
        match LinuxProcess::start(program, name, wall, arena, self.attention) {
            Ok(started) => {
                self.processes[position] = Some(started);
                Ok(())
            }
            Err(error) => {
                self.note_start_error(position, error);
                Err(NotStarted)
            }
        }
    }

    /// It gets the stack that was mapped for it: room for Linux's own record of a signal is there.
    fn start_thread(&mut self, thread: ThreadIndex, pc: usize, stack: Grant) {
        let ordinal = self.ordinals.get(thread.position()).copied().unwrap_or_default();
        if let Some(process) = self.process(stack.process()) {
            process.prepare_thread(ordinal, pc);
        }
    }

    fn stop_process(&mut self, process: ProcessIndex) {
        if let Some(slot) = self.processes.get_mut(process.position()) {
            *slot = None;
        }
    }

    /// Done by the process itself, which cannot help it (`remote`); of other memory than the arena
    /// there is nothing to be had.
    fn set_mapping(
        &mut self,
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let arena = self.arena.as_ref();
        if let Some(region) = region {
            let length = region.end.checked_sub(region.start).ok_or(Inexpressible)?;
            arena.and_then(|arena| arena.bytes(region.start, length)).ok_or(Inexpressible)?;
        }
        // One that has died meanwhile has nothing, and wants nothing.
        self.process(process).map_or(Ok(()), |process| process.set_mapping(place, region))
    }

    fn enable_line(&mut self, line: InterruptLine) {
        if let Some(input) = self.input.as_mut().filter(|_| line == CONSOLE_INPUT) {
            input.is_enabled = true;
        }
    }

    /// What was typed stays, as it would in a device.
    fn disable_line(&mut self, line: InterruptLine) {
        if let Some(input) = self.input.as_mut().filter(|_| line == CONSOLE_INPUT) {
            input.is_enabled = false;
        }
    }

    fn read_console(&mut self, destination: Grant) -> Result<usize, Unreadable> {
        self.living(destination.process()).ok_or(Unreadable)?;
        let Some(input) = &self.input else { return Ok(0) };
        let bytes = input.take(destination.length());
        self.write(destination, &bytes)?;
        Ok(bytes.len())
    }

    fn log(&mut self, text: Grant) {
        let bytes = self.text(text);
        self.console.print(text.process().position(), &bytes);
    }

    fn log_character(&mut self, process: ProcessIndex, character: char) {
        let mut bytes = [0; 4];
        let text = character.encode_utf8(&mut bytes);
        self.console.print(process.position(), text.as_bytes());
    }

    fn report(&mut self, process: ProcessIndex, report: Report) {
        // What ends the whole run is told once, by the run.
        if self.fatal.is_none() && self.attention.interrupted_by().is_none() {
            let text = self.describe(process.position(), report);
            self.console.report(process.position(), &text);
        }
    }
}
