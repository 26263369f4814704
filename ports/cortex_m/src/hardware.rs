//! What a Cortex-M can do, for the kernel.

use core::marker::PhantomData;
use core::ptr;

use guichet_abi::{Message, Results};
use guichet_kernel::{Instant, InterruptLine, WALL_WORDS};
use guichet_port_bare_metal::{Hardware, Register, Restore};

use crate::architecture::Architecture;
use crate::board::Board;
use crate::clock::Clock;
use crate::context::{Context, Frame};
use crate::copy;
use crate::interrupt::Interrupts;
use crate::semihosting;
use crate::serial::Serial;
use crate::system_control;

/// The devices that the kernel uses.
pub struct CortexM<A> {
    clock: Clock,
    interrupts: Interrupts,
    serial: Serial,
    architecture: PhantomData<A>,
}

impl<A: Architecture> CortexM<A> {
    /// The devices of this board.
    ///
    /// # Safety
    /// The board's addresses are those of its devices, and nobody else uses them.
    pub(crate) unsafe fn new(board: &Board) -> CortexM<A> {
        // SAFETY: (hardware-1) the caller vouches for the board.
        unsafe {
            let clock = Clock::new(&board.clock);
            let interrupts = Interrupts::new(board.clock.interrupt());
            interrupts.enable_timer();
            for gate in board.gates {
                Register::<u32>::new(*gate).write(u32::MAX);
            }
            CortexM {
                clock,
                interrupts,
                serial: Serial::new(&board.serial),
                architecture: PhantomData,
            }
        }
    }
}

impl<A> CortexM<A> {
    /// The line of a process that the external interrupt of this number is, which is masked then;
    /// none if it is the kernel's own.
    #[inline(always)]
    pub(crate) fn take_line(&mut self, number: u16) -> Option<InterruptLine> {
        if number == self.interrupts.timer() {
            return None;
        }
        let line = InterruptLine::new(number);
        self.interrupts.disable(line);
        Some(line)
    }
}

impl<A: Architecture> Hardware for CortexM<A> {
    type Context = Context;

    type SpareWall = A::SpareWall;

    const NO_CONTEXT: Context = Context::ZERO;

    const ENTRY_BYTES: usize = Frame::BYTES;

    const STACK_ALIGNMENT: usize = 8;

    unsafe fn fresh_context(entry: usize, stack_end: usize) -> Context {
        let place = stack_end.wrapping_sub(Frame::BYTES);
        let frame = ptr::with_exposed_provenance_mut::<Frame>(place);
        // SAFETY: (hardware-2) the caller says that so much is memory, and that its end is aligned.
        unsafe { frame.write_volatile(Frame::fresh(entry)) };
        Context::fresh(place)
    }

    #[inline(always)]
    fn give_message(context: &mut Context, _results: &Results, message: &Message) -> Restore {
        // The results go into the frame, on the way out.
        context.give(message);
        Restore::Message
    }

    #[inline(always)]
    unsafe fn copy(source: usize, destination: usize, length: usize) {
        // SAFETY: (hardware-3) the caller vouches for both ranges.
        unsafe { copy::copy(source, destination, length) }
    }

    fn raise_spares(&mut self, words: &[u32; WALL_WORDS]) {
        system_control::raise_spares(words);
    }

    fn now(&mut self) -> Instant {
        self.clock.now()
    }

    fn set_alarm(&mut self, at: Instant) {
        self.clock.set_alarm(at);
    }

    fn wait(&mut self) -> Option<InterruptLine> {
        let line = self.interrupts.wait();
        if line.is_none() {
            self.clock.stop_ringing();
            self.interrupts.forget_timer();
        }
        line
    }

    fn enable_line(&mut self, line: InterruptLine) {
        self.interrupts.enable(line);
    }

    fn disable_line(&mut self, line: InterruptLine) {
        self.interrupts.disable(line);
    }

    fn can_send(&mut self) -> bool {
        self.serial.can_send()
    }

    fn send(&mut self, byte: u8) {
        self.serial.send(byte);
    }

    fn reset(&mut self) -> ! {
        system_control::reset()
    }

    fn finish(&mut self, status: u32) -> ! {
        semihosting::exit(status)
    }
}
