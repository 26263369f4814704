//! What the kernel asks for, answered by a RISC-V machine.

use core::ptr;

use guichet_abi::{ABI_VERSION, AbiRecord};
use guichet_kernel::{
    Grant, Instant, NotStarted, Port, ProcessIndex, Report, Side, System, TableIndex, ThreadIndex,
    Unreadable,
};

use crate::board::Board;
use crate::clock::Clock;
use crate::console::{ProcessLine, dropped_line, process_line, report_line};
use crate::context::Context;
use crate::copy;
use crate::device::Register;
use crate::image::{Image, Program};

/// How often the console is asked whether it takes a byte, before the byte is dropped.
const PATIENCE: u32 = 100_000;
/// Where the line status of a 16550 is, and its bit that says that a byte can be taken.
const LINE_STATUS: usize = 5;
const IS_EMPTY: u8 = 1 << 5;

/// The machine, as the kernel sees it.
pub(crate) struct RiscvPort {
    image: &'static Image,
    contexts: &'static mut [Context],
    lines: &'static mut [ProcessLine],
    clock: Clock,
    console: Serial,
}

/// The serial port that lines go to.
struct Serial {
    data: Register<u8>,
    status: Register<u8>,
    /// How many bytes it did not take since it was last said.
    dropped: u32,
}

impl Serial {
    /// Sends a line, after a word on what was dropped before, if something was (PR-7).
    fn line(&mut self, write: impl FnOnce(&mut dyn FnMut(&str))) {
        if self.dropped != 0 && self.is_ready() {
            let dropped = core::mem::take(&mut self.dropped);
            dropped_line(dropped, &mut |text| self.send(text));
        }
        write(&mut |text| self.send(text));
    }

    fn is_ready(&self) -> bool {
        (0..PATIENCE).any(|_| self.status.read() & IS_EMPTY != 0)
    }

    /// Sends text; a byte that is not taken is dropped and counted.
    fn send(&mut self, text: &str) {
        for byte in text.bytes() {
            if self.is_ready() {
                self.data.write(byte);
            } else {
                self.dropped = self.dropped.saturating_add(1);
            }
        }
    }
}

impl RiscvPort {
    /// The port of this board, before anything has run.
    ///
    /// # Safety
    /// The board's addresses are those of its devices, and nobody else uses them.
    pub(crate) unsafe fn new(
        board: &Board,
        image: &'static Image,
        contexts: &'static mut [Context],
        lines: &'static mut [ProcessLine],
    ) -> RiscvPort {
        // SAFETY: (port-1) the caller vouches for the board.
        unsafe {
            let console = Serial {
                data: Register::new(board.uart),
                status: Register::new(board.uart.wrapping_add(LINE_STATUS)),
                dropped: 0,
            };
            RiscvPort { image, contexts, lines, clock: Clock::new(board), console }
        }
    }

    /// The registers of a thread that does not run.
    #[inline(always)]
    pub(crate) fn context(&mut self, thread: ThreadIndex) -> Option<&mut Context> {
        self.contexts.get_mut(thread.position())
    }

    /// What is declared.
    #[inline(always)]
    pub(crate) fn system(&self) -> &'static System<'static> {
        &self.image.system
    }

    /// Where a process's program is.
    #[inline(always)]
    pub(crate) fn program(&self, process: ProcessIndex) -> Option<&'static Program> {
        self.image.programs.get(process.position())
    }

    /// Says something in the kernel's name, after what processes have left unfinished.
    pub(crate) fn say(&mut self, text: &str) {
        self.console.line(|out| {
            out("guichet: ");
            out(text);
            out("\n");
        });
    }

    /// Writes what processes have left unfinished.
    pub(crate) fn flush(&mut self) {
        for number in 0..self.lines.len() {
            self.flush_process(ProcessIndex::new(number));
        }
    }

    fn flush_process(&mut self, process: ProcessIndex) {
        let name = self.name(process);
        let RiscvPort { lines, console, .. } = self;
        if let Some(line) = lines.get_mut(process.position()) {
            line.flush(|line| console.line(|out| process_line(name, &line, out)));
        }
    }

    fn print(&mut self, process: ProcessIndex, bytes: &[u8]) {
        let name = self.name(process);
        let RiscvPort { lines, console, .. } = self;
        if let Some(line) = lines.get_mut(process.position()) {
            line.push(bytes, |line| console.line(|out| process_line(name, &line, out)));
        }
    }

    fn name(&self, process: ProcessIndex) -> &'static str {
        self.image.system.process(process).map_or("", |declared| declared.name)
    }
}

/// Tells whether a program was built for this kernel (CF-7).
fn is_ours(program: &Program) -> bool {
    let record = ptr::with_exposed_provenance::<AbiRecord>(program.record);
    // SAFETY: (port-2) the image was built with the record there; it may have any alignment and,
    // being two plain words, any content.
    let record = unsafe { record.read_unaligned() };
    record.magic == AbiRecord::MAGIC && record.version == ABI_VERSION
}

impl Port for RiscvPort {
    #[inline(always)]
    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        let length = source.length().min(destination.length());
        // SAFETY: (port-3) both are grants, so the kernel has found them inside the processes'
        // regions, and those are memory.
        unsafe { copy::copy(source.address(), destination.address(), length) };
        Ok(())
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        if source.length() < size_of_val(words) {
            return Err(Unreadable);
        }
        // SAFETY: (port-4) a grant of at least that length.
        unsafe { copy::read_words(source.address(), words) };
        Ok(())
    }

    fn now(&mut self) -> Instant {
        self.clock.now()
    }

    fn set_alarm(&mut self, at: Instant) {
        self.clock.set_alarm(at);
    }

    fn start_process(&mut self, process: ProcessIndex) -> Result<(), NotStarted> {
        let program = self.program(process).ok_or(NotStarted)?;
        let declared = self.image.system.process(process).ok_or(NotStarted)?;
        if !is_ours(program) {
            return Err(NotStarted);
        }
        let main = declared.threads.first().copied().unwrap_or(ThreadIndex::NONE);
        let context = self.context(main).ok_or(NotStarted)?;
        *context = Context::fresh(program.entry, program.stack.end);
        Ok(())
    }

    /// Its memory stays where it is; the next start clears it.
    fn stop_process(&mut self, _process: ProcessIndex) {}

    fn log(&mut self, text: Grant) {
        // SAFETY: (port-5) a grant; its process does not run meanwhile.
        unsafe {
            copy::with_text(text.address(), text.length(), |bytes| {
                self.print(text.process(), bytes);
            });
        }
    }

    fn log_character(&mut self, process: ProcessIndex, character: char) {
        let mut bytes = [0; 4];
        let text = character.encode_utf8(&mut bytes);
        self.print(process, text.as_bytes());
    }

    fn report(&mut self, process: ProcessIndex, report: Report) {
        self.flush_process(process);
        let name = self.name(process);
        let message = match report {
            Report::Panicked(message) => message,
            Report::Faulted(_) | Report::Exited(_) => Grant::EMPTY,
        };
        // SAFETY: (port-6) a grant; its process does not run meanwhile.
        unsafe {
            copy::with_text(message.address(), message.length(), |bytes| {
                self.console.line(|out| report_line(name, report, bytes, out));
            });
        }
    }
}
