//! What a machine must be able to do.

use guichet_abi::{Message, Results};
use guichet_kernel::{Instant, InterruptLine, SpareWall, WALL_WORDS};

use crate::machine::Restore;

/// A machine without an operating system, as far as machines differ.
///
/// The value owns the devices that the kernel uses: a serial port, a clock, and whatever ends the
/// run. Methods run in the kernel, while no program does.
pub trait Hardware {
    /// A thread's registers while it does not run.
    type Context;

    /// The kind of wall, as far as what lies beside a process's own memory goes.
    type SpareWall: SpareWall;

    /// Registers that hold nothing: those of a thread that never ran.
    const NO_CONTEXT: Self::Context;

    /// How many bytes at the end of its stack a thread needs before its first instruction; one aligned
    /// slot at least, so that a stack in nowhere is refused on every machine.
    const ENTRY_BYTES: usize;

    /// What the end of a stack is a multiple of; a power of two.
    const STACK_ALIGNMENT: usize;

    /// The registers of a thread before its first instruction, with nothing in them but the way to
    /// it (AB-9). May put some of them on the thread's stack.
    ///
    /// # Safety
    /// The last [`Hardware::ENTRY_BYTES`] below `stack_end`, which is aligned, are memory of a process,
    /// and nobody refers to them.
    unsafe fn fresh_context(entry: usize, stack_end: usize) -> Self::Context;

    /// Puts the message with which a call returns, and where it belongs there the results, among the
    /// saved registers of its thread, and zero where nothing is returned (AB-9). Tells which way the
    /// thread gets them.
    fn give_message(context: &mut Self::Context, results: &Results, message: &Message) -> Restore;

    /// Copies `length` bytes as `memmove` does.
    ///
    /// # Safety
    /// Both ranges are memory of processes.
    unsafe fn copy(source: usize, destination: usize, length: usize);

    /// Puts these words into the four spare regions of the wall, in place of what was there. In force for
    /// all that the kernel and programs do from then on; the first four regions stay as they are.
    fn raise_spares(&mut self, words: &[u32; WALL_WORDS]);

    /// The time now.
    fn now(&mut self) -> Instant;

    /// Makes the alarm ring at this instant, at once if it is past; `NEVER` takes it away.
    fn set_alarm(&mut self, at: Instant);

    /// Sleeps until the alarm has rung, perhaps early, or until an enabled line has come, which is given
    /// and masked then.
    fn wait(&mut self) -> Option<InterruptLine>;

    /// Lets a line of a process come, and forgets what came while it was masked and is over.
    fn enable_line(&mut self, line: InterruptLine);

    /// Masks a line of a process, and forgets what has come of it.
    fn disable_line(&mut self, line: InterruptLine);

    /// Tells whether the serial port can take a byte at once.
    fn can_send(&mut self) -> bool;

    /// Gives the serial port a byte.
    fn send(&mut self, byte: u8);

    /// Starts the machine anew.
    fn reset(&mut self) -> !;

    /// Ends the run with this status (PR-7), on a machine that can; on others, stops.
    fn finish(&mut self, status: u32) -> !;
}
