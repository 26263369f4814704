//! What the kernel asks for, answered by a machine.

use core::ptr;

use guichet_abi::{ABI_VERSION, AbiRecord};
use guichet_console::Line;
use guichet_kernel::{
    Fault, Grant, Inexpressible, Instant, InterruptLine, NotStarted, Port, ProcessDescriptor,
    ProcessIndex, Region, Report, Side, TableIndex, ThreadIndex, Unreadable, WALL_WORDS,
};

use crate::console::{ProcessLine, kernel_fault_line, process_line, report_line};
use crate::hardware::Hardware;
use crate::image::{Image, Program};
use crate::output::Output;
use crate::spares::Spares;
use crate::user_memory;

/// A machine, as the kernel sees it.
pub struct BareMetalPort<H: Hardware + 'static> {
    image: &'static Image,
    contexts: &'static mut [H::Context],
    lines: &'static mut [ProcessLine],
    hardware: H,
    spares: Spares,
    output: Output,
}

impl<H: Hardware> BareMetalPort<H> {
    /// The port of this machine, before anything has run. There is one of the `spare_walls` for each
    /// process, or none if the system shares nothing.
    ///
    /// # Safety
    /// The image says where its programs are, and that is memory that nobody else uses.
    pub unsafe fn new(
        mut hardware: H,
        image: &'static Image,
        contexts: &'static mut [H::Context],
        lines: &'static mut [ProcessLine],
        spare_walls: &'static mut [[u32; WALL_WORDS]],
    ) -> BareMetalPort<H> {
        let spares = Spares::new(&mut hardware, spare_walls);
        BareMetalPort { image, contexts, lines, hardware, spares, output: Output::default() }
    }

    /// The wall of this process is about to stand: what lies beside its own memory is let through, and
    /// nothing else of the kind.
    #[inline(always)]
    pub(crate) fn switch_spares(&mut self, process: &ProcessDescriptor<'_>) {
        self.spares.switch(&mut self.hardware, process);
    }

    /// Takes away what a process has beside its own memory.
    fn clear_spares(&mut self, process: ProcessIndex) {
        if let Some(declared) = self.image.system.process(process) {
            self.spares.clear(&mut self.hardware, declared);
        }
    }

    /// The machine.
    #[inline(always)]
    pub(crate) fn hardware(&mut self) -> &mut H {
        &mut self.hardware
    }

    /// The registers of a thread that does not run.
    #[inline(always)]
    pub(crate) fn context(&mut self, thread: ThreadIndex) -> Option<&mut H::Context> {
        self.contexts.get_mut(thread.position())
    }

    /// Where a process's program is.
    #[inline(always)]
    pub(crate) fn program(&self, process: ProcessIndex) -> Option<&'static Program> {
        self.image.programs.get(process.position())
    }

    /// Says something in the kernel's name, after what processes have left unfinished.
    pub(crate) fn say(&mut self, text: &str) {
        let mut out = self.output.line(&mut self.hardware);
        for part in ["guichet: ", text, "\n"] {
            out(part.as_bytes());
        }
    }

    /// Says that the kernel itself has faulted.
    pub(crate) fn say_kernel_fault(&mut self, fault: Fault) {
        kernel_fault_line(fault, &mut self.output.line(&mut self.hardware));
    }

    /// Writes what processes have left unfinished.
    pub(crate) fn flush(&mut self) {
        for process in self.image.system.processes {
            self.flush_process(process.index);
        }
    }

    fn flush_process(&mut self, process: ProcessIndex) {
        self.print(process, None);
    }

    /// Takes what a process prints, or writes what it has left unfinished.
    fn print(&mut self, process: ProcessIndex, bytes: Option<&[u8]>) {
        let name = self.name(process);
        let BareMetalPort { lines, output, hardware, .. } = self;
        let Some(buffer) = lines.get_mut(process.position()) else {
            return;
        };
        let line = &mut |line: Line<'_>| process_line(name, &line, &mut output.line(hardware));
        match bytes {
            Some(bytes) => buffer.push(bytes, line),
            None => buffer.flush(line),
        }
    }

    fn name(&self, process: ProcessIndex) -> &'static str {
        self.image.system.process(process).map_or("", |declared| declared.name)
    }
}

/// The machine's copy, out of line: it is in line for the door's sake, and this is not for the door.
///
/// # Safety
/// As [`Hardware::copy`].
#[inline(never)]
unsafe fn copy<H: Hardware>(source: usize, destination: usize, length: usize) {
    // SAFETY: (port-10) as the caller says.
    unsafe { H::copy(source, destination, length) };
}

/// Tells whether a program was built for this kernel (CF-7).
fn is_ours(program: &Program) -> bool {
    let record = ptr::with_exposed_provenance::<AbiRecord>(program.record);
    if !record.is_aligned() {
        return false;
    }
    // SAFETY: (port-1) the image was built with the record there; being two plain words, it may have
    // any content.
    let record = unsafe { record.read() };
    record.magic == AbiRecord::MAGIC && record.version == ABI_VERSION
}

impl<H: Hardware> Port for BareMetalPort<H> {
    const ENTRY_BYTES: usize = H::ENTRY_BYTES;
    const STACK_ALIGNMENT: usize = H::STACK_ALIGNMENT;
    /// The serial port is a device, which a process maps that wants what is typed.
    const CONSOLE_INPUT: InterruptLine = InterruptLine::NONE;

    #[inline(always)]
    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        let length = source.length().min(destination.length());
        let BareMetalPort { spares, hardware, .. } = self;
        let was_lowered = spares.lower(hardware, destination.address(), length);
        // SAFETY: (port-2) both are grants, so the kernel has found them inside the processes'
        // regions, and those are memory.
        unsafe { H::copy(source.address(), destination.address(), length) };
        spares.raise_again(hardware, was_lowered);
        Ok(())
    }

    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side> {
        let length = source.length().min(bytes.len());
        let destination = bytes.as_mut_ptr().expose_provenance();
        // SAFETY: (port-8) the source is a grant; the destination is the kernel's, and as long.
        unsafe { copy::<H>(source.address(), destination, length) };
        Ok(())
    }

    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side> {
        let length = destination.length().min(bytes.len());
        let source = bytes.as_ptr().expose_provenance();
        let BareMetalPort { spares, hardware, .. } = self;
        let was_lowered = spares.lower(hardware, destination.address(), length);
        // SAFETY: (port-9) the destination is a grant; the source is the kernel's, and as long.
        unsafe { copy::<H>(source, destination.address(), length) };
        spares.raise_again(hardware, was_lowered);
        Ok(())
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        if source.length() < size_of_val(words) {
            return Err(Unreadable);
        }
        // SAFETY: (port-3) a grant of at least that length.
        unsafe { user_memory::read_words(source.address(), words) };
        Ok(())
    }

    fn now(&mut self) -> Instant {
        self.hardware.now()
    }

    fn set_alarm(&mut self, at: Instant) {
        self.hardware.set_alarm(at);
    }

    fn start_process(&mut self, process: ProcessIndex) -> Result<(), NotStarted> {
        let program = self.program(process).ok_or(NotStarted)?;
        let declared = self.image.system.process(process).ok_or(NotStarted)?;
        if !is_ours(program) {
            return Err(NotStarted);
        }
        self.clear_spares(process);
        let main = declared.threads.first().copied().unwrap_or(ThreadIndex::NONE);
        let context = self.context(main).ok_or(NotStarted)?;
        // SAFETY: (port-6) the program's place is what `new` was told; its process does not run.
        *context = unsafe { H::fresh_context(program.entry, program.stack.end) };
        Ok(())
    }

    fn start_thread(&mut self, thread: ThreadIndex, pc: usize, stack: Grant) {
        let end = stack.address().wrapping_add(stack.length());
        let BareMetalPort { contexts, spares, hardware, .. } = self;
        if let Some(context) = contexts.get_mut(thread.position()) {
            let was_lowered = spares.lower(hardware, stack.address(), stack.length());
            // SAFETY: (port-7) the grant is of that length and ends there; the thread does not run.
            *context = unsafe { H::fresh_context(pc, end) };
            spares.raise_again(hardware, was_lowered);
        }
    }

    /// Its memory stays where it is; the next start clears it. What it has beside that is taken away at
    /// once: its wall may still stand when its next life begins.
    fn stop_process(&mut self, process: ProcessIndex) {
        self.clear_spares(process);
    }

    fn set_mapping(
        &mut self,
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let declared = self.image.system.process(process).ok_or(Inexpressible)?;
        self.spares.put(&mut self.hardware, declared, place, region)
    }

    fn enable_line(&mut self, line: InterruptLine) {
        self.hardware.enable_line(line);
    }

    fn disable_line(&mut self, line: InterruptLine) {
        self.hardware.disable_line(line);
    }

    fn read_console(&mut self, _destination: Grant) -> Result<usize, Unreadable> {
        Err(Unreadable)
    }

    fn log(&mut self, text: Grant) {
        // SAFETY: (port-4) a grant; its process does not run meanwhile.
        unsafe {
            user_memory::with_text(text.address(), text.length(), |bytes| {
                self.print(text.process(), Some(bytes));
            });
        }
    }

    fn log_character(&mut self, process: ProcessIndex, character: char) {
        let mut bytes = [0; 4];
        let text = character.encode_utf8(&mut bytes);
        self.print(process, Some(text.as_bytes()));
    }

    fn report(&mut self, process: ProcessIndex, report: Report) {
        self.flush_process(process);
        let name = self.name(process);
        let message = match report {
            Report::Panicked(message) => message,
            Report::Faulted(_) | Report::Exited(_) | Report::Terminated => Grant::EMPTY,
        };
        // SAFETY: (port-5) a grant; its process does not run meanwhile.
        unsafe {
            user_memory::with_text(message.address(), message.length(), |bytes| {
                let out = &mut self.output.line(&mut self.hardware);
                report_line(name, report, bytes, out);
            });
        }
    }
}
