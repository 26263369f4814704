//! The kernel with nothing below it.
//!
//! `cargo xtask purity` links this into a program of which the functions below are the only ways
//! in. They take what the kernel takes (tables, a state, an event) from a caller that is not
//! there, so the compiler knows nothing of the values and cannot leave out a case because it does
//! not come up; what the port answers is as unknown, because its functions are only names.
//!
//! The panic handler calls a function that nobody defines. The linker drops what cannot be reached,
//! and complains about a missing function only where the call remains: the program links exactly
//! if no panic can be reached. With the feature `with_panic` it must not link.
#![no_std]

use core::panic::PanicInfo;

use guichet_abi::Message;
use guichet_kernel::{
    Call, Event, Grant, Inexpressible, Instant, InterruptLine, Kernel, NotStarted, Outcome, Port,
    ProcessIndex, Region, Report, Side, Storage, System, ThreadIndex, Unreadable,
};

unsafe extern "Rust" {
    safe fn guichet_probe_copy(source: Grant, destination: Grant) -> Result<(), Side>;
    safe fn guichet_probe_load(source: Grant, bytes: &mut [u8]) -> Result<(), Side>;
    safe fn guichet_probe_store(bytes: &[u8], destination: Grant) -> Result<(), Side>;
    safe fn guichet_probe_read_words(source: Grant, words: &mut [usize]) -> Result<(), Unreadable>;
    safe fn guichet_probe_now() -> Instant;
    safe fn guichet_probe_set_alarm(at: Instant);
    safe fn guichet_probe_start_process(process: ProcessIndex) -> Result<(), NotStarted>;
    safe fn guichet_probe_prepare_thread(thread: ThreadIndex, pc: usize, stack: Grant);
    safe fn guichet_probe_stop_process(process: ProcessIndex);
    safe fn guichet_probe_set_mapping(
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible>;
    safe fn guichet_probe_enable_line(line: InterruptLine);
    safe fn guichet_probe_disable_line(line: InterruptLine);
    safe fn guichet_probe_read_console(destination: Grant) -> Result<usize, Unreadable>;
    safe fn guichet_probe_log(text: Grant);
    safe fn guichet_probe_log_character(process: ProcessIndex, character: char);
    safe fn guichet_probe_report(process: ProcessIndex, report: Report);

    /// Defined nowhere.
    safe fn guichet_kernel_can_panic() -> !;
}

/// A port of which nothing is known.
struct UnknownPort;

impl Port for UnknownPort {
    const ENTRY_BYTES: usize = 32;
    const STACK_ALIGNMENT: usize = 8;
    const CONSOLE_INPUT: InterruptLine = InterruptLine::new(0);

    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        guichet_probe_copy(source, destination)
    }

    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side> {
        guichet_probe_load(source, bytes)
    }

    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side> {
        guichet_probe_store(bytes, destination)
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        guichet_probe_read_words(source, words)
    }

    fn now(&mut self) -> Instant {
        guichet_probe_now()
    }

    fn set_alarm(&mut self, at: Instant) {
        guichet_probe_set_alarm(at);
    }

    fn start_process(&mut self, process: ProcessIndex) -> Result<(), NotStarted> {
        guichet_probe_start_process(process)
    }

    fn start_thread(&mut self, thread: ThreadIndex, pc: usize, stack: Grant) {
        guichet_probe_prepare_thread(thread, pc, stack);
    }

    fn set_mapping(
        &mut self,
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        guichet_probe_set_mapping(process, place, region)
    }

    fn enable_line(&mut self, line: InterruptLine) {
        guichet_probe_enable_line(line);
    }

    fn disable_line(&mut self, line: InterruptLine) {
        guichet_probe_disable_line(line);
    }

    fn read_console(&mut self, destination: Grant) -> Result<usize, Unreadable> {
        guichet_probe_read_console(destination)
    }

    fn stop_process(&mut self, process: ProcessIndex) {
        guichet_probe_stop_process(process);
    }

    fn log(&mut self, text: Grant) {
        guichet_probe_log(text);
    }

    fn log_character(&mut self, process: ProcessIndex, character: char) {
        guichet_probe_log_character(process, character);
    }

    fn report(&mut self, process: ProcessIndex, report: Report) {
        guichet_probe_report(process, report);
    }
}

/// [`Kernel::new`] and [`Kernel::boot`], over unknown tables.
#[unsafe(no_mangle)]
pub fn guichet_probe_boot<'s>(system: &'s System<'s>, storage: Storage<'s>) -> Outcome {
    Kernel::new(system, storage).boot(&mut UnknownPort)
}

/// [`Kernel::step`], in an unknown state.
#[unsafe(no_mangle)]
pub fn guichet_probe_step(kernel: &mut Kernel<'_>, event: Event) -> Outcome {
    #[cfg(feature = "with_panic")]
    if event == Event::Timer {
        panic!("a panic that the check must find");
    }
    kernel.step(&mut UnknownPort, event)
}

/// [`Kernel::door`], in an unknown state.
#[unsafe(no_mangle)]
pub fn guichet_probe_door(kernel: &mut Kernel<'_>, call: &Call) -> Option<Outcome> {
    kernel.door(&mut UnknownPort, call)
}

/// [`Kernel::message_door`], in an unknown state.
#[unsafe(no_mangle)]
pub fn guichet_probe_message_door(
    kernel: &mut Kernel<'_>,
    call: &Call,
) -> Option<(Outcome, Message)> {
    kernel.message_door(&mut UnknownPort, call)
}

/// [`Kernel::start_thread`], in an unknown state.
#[unsafe(no_mangle)]
pub fn guichet_probe_start_thread(kernel: &mut Kernel<'_>, index: ThreadIndex) {
    kernel.start_thread(index);
}

#[panic_handler]
fn on_panic(_panic: &PanicInfo<'_>) -> ! {
    guichet_kernel_can_panic()
}
