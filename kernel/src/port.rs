//! What the kernel asks of the machine below it.
//!
//! A port owns the registers, the wall and the clock; the kernel owns the decisions. The trait is
//! narrow on purpose: everything that the kernel learns from outside an event comes through
//! [`Port::read_words`] and [`Port::now`], so that a run can be recorded and played again.

use crate::fault::Report;
use crate::id::{InterruptLine, ProcessIndex, ThreadIndex};
use crate::memory::Grant;
use crate::region::Region;
use crate::time::Instant;
use crate::wall::spare::Inexpressible;

/// Which of the two memories of a transfer could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that bytes come from.
    Source,
    /// The one that bytes go to.
    Destination,
}

/// The memory could not be read, although the process's map has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The process could not be given a fresh start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotStarted;

/// What the kernel asks of the machine below it.
pub trait Port {
    /// How many bytes below its stack pointer a thread needs before its first instruction.
    const ENTRY_BYTES: usize;

    /// What the stack pointer is a multiple of where a thread begins; a power of two.
    const STACK_ALIGNMENT: usize;

    /// The line that says that somebody has typed, on a machine whose console input is the port's;
    /// NONE where it belongs to a device that a process maps.
    const CONSOLE_INPUT: InterruptLine;

    /// Copies between two ranges of the same length, as `memmove` does. Bytes are copied as raw
    /// memory, once. Where a memory cannot be used after all, tells which.
    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side>;

    /// Copies user memory into the kernel's own: a message into a queue. The grant is as long as the
    /// bytes.
    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side>;

    /// Copies the kernel's own memory to a user's: a message out of a queue. The grant is as long as
    /// the bytes.
    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side>;

    /// Reads words of user memory that the kernel decides on. The grant is as long as the words.
    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable>;

    /// The time now.
    fn now(&mut self) -> Instant;

    /// Asks for [`crate::Event::Timer`] at this instant, instead of the one asked for before;
    /// [`Instant::NEVER`] asks for none. An instant that is past means at once. An alarm rings
    /// once; if it rings early, the kernel asks again.
    fn set_alarm(&mut self, at: Instant);

    /// Makes a fresh start of a process: clean memory, its main thread about to run its entry.
    fn start_process(&mut self, process: ProcessIndex) -> Result<(), NotStarted>;

    /// Prepares a thread of a process that runs: it is about to execute `pc`, with its stack pointer
    /// at the end of `stack`, which is [`Port::ENTRY_BYTES`] long, and nothing else in its
    /// registers. A port may give it a stack of its own instead, at least as large as declared.
    fn start_thread(&mut self, thread: ThreadIndex, pc: usize, stack: Grant);

    /// Takes a process away: nothing of it runs or keeps memory after this. It may be gone already.
    fn stop_process(&mut self, process: ProcessIndex);

    /// Has the wall of a process that runs let through this range beside its own memory, in the place of
    /// this number below [`guichet_abi::MAX_MAPPINGS`], instead of what it let through there before; with
    /// `None`, nothing. In force before the process executes another instruction (SH-5). The range is a
    /// region of shared memory or memory of another process, and overlaps nothing else that this process
    /// may touch. A process begins and ends with nothing in these places.
    ///
    /// Inexpressible if the wall cannot do exactly that; then nothing has changed. `None` is never
    /// inexpressible, nor is a range that was not, with less to be done there.
    fn set_mapping(
        &mut self,
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible>;

    /// Lets an interrupt line come as [`crate::Event::Interrupt`], once: a line that was delivered is
    /// masked until this is asked for again. What a level line still asserts then counts anew;
    /// whatever else came of it meanwhile is over.
    fn enable_line(&mut self, line: InterruptLine);

    /// Masks a line, and forgets what has come of it (PR-8).
    fn disable_line(&mut self, line: InterruptLine);

    /// Takes console output of a process (PR-7). Never waits.
    fn log(&mut self, text: Grant);

    /// Takes one character of console output of a process (PR-7). Never waits.
    fn log_character(&mut self, process: ProcessIndex, character: char);

    /// Puts what somebody has typed into the memory, as much as there is and fits; tells how much.
    /// Never waits. Asked only where there is a [`Port::CONSOLE_INPUT`].
    fn read_console(&mut self, destination: Grant) -> Result<usize, Unreadable>;

    /// Takes the kernel's own word on how a process ended, for the console (PR-2). The process's
    /// memory is still there.
    fn report(&mut self, process: ProcessIndex, report: Report);
}
