//! Arm's PL011 UART, on the LM3S6965. The kernel has turned it on to send.

use driver_codegen::mapping;
use userspace::register::Register;

/// How long the registers are, with those that tell what it is.
pub(crate) const SIZE_BYTES: usize = 0x1000;

// Where in the registers each is. Functions look them up, as the other kind's mapping ends before.
const DATA: usize = 0x00;
const FLAGS: usize = 0x18;
const CONTROL: usize = 0x30;
const INTERRUPT_MASK: usize = 0x38;
const CLEAR_INTERRUPTS: usize = 0x44;

/// FLAGS: no byte was received.
const IS_EMPTY: u32 = 1 << 4;
/// CONTROL: it receives.
const RECEIVE: u32 = 1 << 9;
/// INTERRUPT_MASK, CLEAR_INTERRUPTS: for bytes that were received, also for few of them after a while.
const RECEIVED: u32 = 1 << 4 | 1 << 6;

fn register(offset: usize) -> Register<u32> {
    mapping::UART.register(offset)
}

/// Turns the receiver on, and its interrupt.
pub(crate) fn start() {
    let control = register(CONTROL);
    control.write(control.read() | RECEIVE);
    register(INTERRUPT_MASK).write(RECEIVED);
}

/// A byte, if there is one.
pub(crate) fn read() -> Option<u8> {
    // First, so that a byte that comes meanwhile interrupts anew.
    register(CLEAR_INTERRUPTS).write(RECEIVED);
    (register(FLAGS).read() & IS_EMPTY == 0).then(|| register(DATA).read().to_le_bytes()[0])
}
