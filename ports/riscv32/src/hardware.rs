//! What a RISC-V machine can do, for the kernel.

use guichet_abi::{Message, Results};
use guichet_kernel::{Instant, InterruptLine, PmpSpares, WALL_WORDS};
use guichet_port_bare_metal::{Hardware, Register, Restore};

use crate::board::Board;
use crate::clock::Clock;
use crate::context::Context;
use crate::copy;
use crate::interrupts::Interrupts;
use crate::trap::wait_for_interrupt;
use crate::wall;

/// Where the line status of a 16550 is, and its bit that says that a byte can be taken.
const LINE_STATUS: usize = 5;
const IS_EMPTY: u8 = 1 << 5;

/// What the test finisher takes for success and for failure; the status stands above the latter.
const PASS: u32 = 0x5555;
const FAIL: u32 = 0x3333;
/// What it takes for a new start of the machine.
const RESET: u32 = 0x7777;

/// The devices that the kernel uses.
pub(crate) struct RiscvHardware {
    clock: Clock,
    interrupts: Interrupts,
    serial_data: Register<u8>,
    serial_status: Register<u8>,
    finisher: Register<u32>,
}

impl RiscvHardware {
    /// The devices of this board.
    ///
    /// # Safety
    /// The board's addresses are those of its devices, and nobody else uses them.
    pub(crate) unsafe fn new(board: &Board) -> RiscvHardware {
        // SAFETY: (hardware-1) the caller vouches for the board.
        unsafe {
            RiscvHardware {
                clock: Clock::new(board),
                interrupts: Interrupts::new(board.interrupts),
                serial_data: Register::new(board.uart),
                serial_status: Register::new(board.uart.wrapping_add(LINE_STATUS)),
                finisher: Register::new(board.finisher),
            }
        }
    }
}

impl RiscvHardware {
    /// The line of a process that has come, which is masked then.
    pub(crate) fn take_line(&mut self) -> Option<InterruptLine> {
        self.interrupts.take()
    }
}

impl Hardware for RiscvHardware {
    type Context = Context;

    type SpareWall = PmpSpares;

    const NO_CONTEXT: Context = Context::ZERO;

    const ENTRY_BYTES: usize = 16;

    const STACK_ALIGNMENT: usize = 16;

    unsafe fn fresh_context(entry: usize, stack_end: usize) -> Context {
        Context::fresh(entry, stack_end)
    }

    fn give_message(context: &mut Context, results: &Results, message: &Message) -> Restore {
        context.give(results, message);
        Restore::All
    }

    #[inline(always)]
    unsafe fn copy(source: usize, destination: usize, length: usize) {
        // SAFETY: (hardware-2) the caller vouches for both ranges.
        unsafe { copy::copy(source, destination, length) }
    }

    fn raise_spares(&mut self, words: &[u32; WALL_WORDS]) {
        wall::raise_spares(words);
    }

    fn now(&mut self) -> Instant {
        self.clock.now()
    }

    fn set_alarm(&mut self, at: Instant) {
        self.clock.set_alarm(at);
    }

    fn wait(&mut self) -> Option<InterruptLine> {
        loop {
            if wait_for_interrupt() {
                return None;
            }
            let line = self.interrupts.take();
            if line.is_some() {
                return line;
            }
        }
    }

    fn enable_line(&mut self, line: InterruptLine) {
        self.interrupts.enable(line);
    }

    fn disable_line(&mut self, line: InterruptLine) {
        self.interrupts.disable(line);
    }

    fn can_send(&mut self) -> bool {
        self.serial_status.read() & IS_EMPTY != 0
    }

    fn send(&mut self, byte: u8) {
        self.serial_data.write(byte);
    }

    fn reset(&mut self) -> ! {
        loop {
            self.finisher.write(RESET);
        }
    }

    fn finish(&mut self, status: u32) -> ! {
        let word = if status == 0 { PASS } else { status << 16 | FAIL };
        loop {
            self.finisher.write(word);
        }
    }
}
