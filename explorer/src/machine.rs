//! The machine below the kernel, as plain values.
//!
//! This port believes nothing: every range that the kernel hands to it is compared, byte by byte,
//! with what the process declares. A range that should not have been granted is noted, and the
//! bytes are moved all the same wherever they exist, so that the damage is seen too.

use std::collections::BTreeMap;

use guichet_kernel::{
    Grant, Inexpressible, Instant, InterruptLine, MAX_MAPPINGS, NotStarted, Port, ProcessIndex,
    Region, Report, Side, TableIndex, ThreadIndex, Unreadable,
};

use crate::layout::{Memory, REGIONS, SPAN_BYTES, Shared};

/// The instant at which the machine's clock begins; so late that the
/// deadlines of a run lie on both sides of 32 bits.
pub const BOOT_TICKS: u64 = 0xFFFF_FFFF;

/// What walls let through beside each process's own memory, by process and place (SH-2).
pub type Walls = BTreeMap<(usize, usize), Region>;

/// What the wall can express is as long as this or several times that.
pub const GRAIN_BYTES: usize = 16;

/// What the kernel sees of the machine, and what it did to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The memory of every process.
    pub memories: Vec<Memory>,
    /// The regions of shared memory.
    pub shared: Shared,
    /// What the walls let through.
    pub walls: Walls,
    /// The event is a call that asks for a copy in or out of a region, whether it is mapped or not (SH-4).
    pub copies_shared: bool,
    /// The time, in ticks.
    pub now_ticks: u64,
    /// The alarm that was asked for last; [`Instant::NEVER`] once it has rung.
    pub alarm: Instant,
    /// Bytes copied since the machine was made.
    pub copied_bytes: usize,
    /// Ranges that should not have been granted, in words.
    pub trespasses: Vec<String>,
    /// The processes whose memory cannot be used any more, although their maps have it: killed
    /// from outside, and the kernel has not been told yet.
    pub vanished: Vec<bool>,
    /// The processes that ended, in order.
    pub reports: Vec<usize>,
    /// The processes whose memory was taken away, in order.
    pub stops: Vec<usize>,
    /// The processes that were to be given a fresh start, in order.
    pub starts: Vec<usize>,
    /// No process can be given a fresh start.
    pub refuses_start: bool,
    /// The interrupt lines that may come, by their numbers in order; one that was enabled while it
    /// was is there twice (PR-8).
    pub enabled_lines: Vec<u16>,
    /// The threads that were prepared: where each begins, and its stack pointer.
    pub prepared: Vec<(usize, usize, usize)>,
}

impl Machine {
    /// A machine that has done nothing yet.
    pub fn new(memories: Vec<Memory>, now_ticks: u64, alarm: Instant) -> Machine {
        Machine {
            vanished: vec![false; memories.len()],
            memories,
            shared: Shared::of_programs(),
            walls: Walls::new(),
            copies_shared: false,
            now_ticks,
            alarm,
            copied_bytes: 0,
            trespasses: Vec::new(),
            reports: Vec::new(),
            stops: Vec::new(),
            starts: Vec::new(),
            refuses_start: false,
            enabled_lines: Vec::new(),
            prepared: Vec::new(),
        }
    }

    fn inspect(&mut self, grant: &Grant, to_write: bool, purpose: &str) {
        let start = grant.address();
        let process = grant.process().position();
        let walls = self.walls.iter().filter(|((owner, _), _)| *owner == process);
        let walls: Vec<&Region> = walls.map(|(_, region)| region).chain(&REGIONS).collect();
        let is_inside = (0..grant.length()).all(|at| {
            let address = start.wrapping_add(at);
            let is_copied = self.copies_shared && self.shared.byte(address).is_some();
            is_copied
                || walls.iter().any(|region| {
                    let is_there = region.start <= address && address < region.end;
                    is_there && (region.writable || !to_write)
                })
        });
        if !is_inside {
            self.trespasses.push(format!(
                "process {} must not {purpose} the {} bytes at {start:#x}",
                grant.process().position(),
                grant.length(),
            ));
        }
    }

    fn has_vanished(&self, grant: &Grant) -> bool {
        self.vanished.get(grant.process().position()).copied().unwrap_or(true)
    }

    fn byte(&self, grant: &Grant, at: usize) -> Option<u8> {
        let address = grant.address().wrapping_add(at);
        let memory = self.memories.get(grant.process().position())?;
        self.shared.byte(address).or(memory.byte(address))
    }

    fn set(&mut self, grant: &Grant, at: usize, byte: u8) {
        let address = grant.address().wrapping_add(at);
        if !self.shared.set(address, byte)
            && let Some(memory) = self.memories.get_mut(grant.process().position())
        {
            memory.set(address, byte);
        }
    }
}

impl Port for Machine {
    const ENTRY_BYTES: usize = 16;
    const CONSOLE_INPUT: InterruptLine = InterruptLine::NONE;
    const STACK_ALIGNMENT: usize = 8;

    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        self.inspect(&source, false, "have read for it");
        self.inspect(&destination, true, "have written for it");
        if source.length() != destination.length() {
            self.trespasses.push("a copy between ranges of different length".to_owned());
        }
        if self.has_vanished(&source) {
            return Err(Side::Source);
        }
        if self.has_vanished(&destination) {
            return Err(Side::Destination);
        }
        let length = source.length().min(SPAN_BYTES);
        let bytes: Vec<Option<u8>> = (0..length).map(|at| self.byte(&source, at)).collect();
        if self.memories.len() <= destination.process().position() {
            return Err(Side::Destination);
        }
        for (at, byte) in bytes.iter().enumerate() {
            if let Some(byte) = byte {
                self.set(&destination, at, *byte);
            }
        }
        self.copied_bytes += bytes.len();
        Ok(())
    }

    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side> {
        self.inspect(&source, false, "have read for it");
        if source.length() != bytes.len() {
            self.trespasses.push("a copy between ranges of different length".to_owned());
        }
        if self.has_vanished(&source) {
            return Err(Side::Source);
        }
        for (at, byte) in bytes.iter_mut().enumerate().take(SPAN_BYTES) {
            *byte = self.byte(&source, at).unwrap_or(0);
        }
        self.copied_bytes += bytes.len();
        Ok(())
    }

    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side> {
        self.inspect(&destination, true, "have written for it");
        if destination.length() != bytes.len() {
            self.trespasses.push("a copy between ranges of different length".to_owned());
        }
        if self.has_vanished(&destination) {
            return Err(Side::Destination);
        }
        if self.memories.len() <= destination.process().position() {
            return Err(Side::Destination);
        }
        for (at, byte) in bytes.iter().enumerate() {
            self.set(&destination, at, *byte);
        }
        self.copied_bytes += bytes.len();
        Ok(())
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        self.inspect(&source, false, "have a table read for it");
        if source.length() != size_of_val(words) {
            self.trespasses.push("a table of another length than its words".to_owned());
        }
        if self.has_vanished(&source) {
            return Err(Unreadable);
        }
        for (number, word) in words.iter_mut().enumerate() {
            let byte = |at| self.byte(&source, number * size_of::<usize>() + at).unwrap_or(0);
            *word = usize::from_ne_bytes(core::array::from_fn(byte));
        }
        Ok(())
    }

    fn now(&mut self) -> Instant {
        Instant::from_ticks(self.now_ticks)
    }

    fn set_alarm(&mut self, at: Instant) {
        self.alarm = at;
    }

    fn set_mapping(
        &mut self,
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let process = process.position();
        if place >= MAX_MAPPINGS || self.stops.contains(&process) {
            self.trespasses.push(format!("place {place} of process {process} is not there"));
        }
        match region {
            Some(region) if !(region.end - region.start).is_multiple_of(GRAIN_BYTES) => {
                return Err(Inexpressible);
            }
            Some(region) => self.walls.insert((process, place), region),
            None => self.walls.remove(&(process, place)),
        };
        Ok(())
    }

    fn start_process(&mut self, process: ProcessIndex) -> Result<(), NotStarted> {
        self.starts.push(process.position());
        if self.refuses_start { Err(NotStarted) } else { Ok(()) }
    }

    fn start_thread(&mut self, thread: ThreadIndex, pc: usize, stack: Grant) {
        self.inspect(&stack, true, "have a thread begin on");
        self.prepared.push((thread.position(), pc, stack.address() + stack.length()));
    }

    fn enable_line(&mut self, line: InterruptLine) {
        self.enabled_lines.push(line.number());
        self.enabled_lines.sort_unstable();
    }

    fn disable_line(&mut self, line: InterruptLine) {
        self.enabled_lines.retain(|enabled| *enabled != line.number());
    }

    fn read_console(&mut self, _destination: Grant) -> Result<usize, Unreadable> {
        Err(Unreadable)
    }

    fn stop_process(&mut self, process: ProcessIndex) {
        self.walls.retain(|(owner, _), _| *owner != process.position());
        self.stops.push(process.position());
    }

    fn log(&mut self, text: Grant) {
        self.inspect(&text, false, "have printed");
    }

    fn log_character(&mut self, _process: ProcessIndex, _character: char) {}

    fn report(&mut self, process: ProcessIndex, _report: Report) {
        self.reports.push(process.position());
    }
}
