//! The UART of Arm's Cortex-M System Design Kit, on the MPS2 boards. The kernel has turned it on to send.

use driver_codegen::mapping;
use userspace::register::Register;

const DATA: Register<u32> = mapping::UART.register(0x0);
const STATE: Register<u32> = mapping::UART.register(0x4);
const CONTROL: Register<u32> = mapping::UART.register(0x8);
const INTERRUPTS: Register<u32> = mapping::UART.register(0xC);

/// STATE: a byte was received.
const HAS_BYTE: u32 = 1 << 1;
/// CONTROL: it receives, and interrupts for that.
const RECEIVE: u32 = 1 << 1 | 1 << 3;
/// INTERRUPTS: for a byte that was received.
const RECEIVED: u32 = 1 << 1;

/// Turns the receiver on, and its interrupt.
pub(crate) fn start() {
    CONTROL.write(CONTROL.read() | RECEIVE);
}

/// A byte, if there is one.
pub(crate) fn read() -> Option<u8> {
    // First, so that a byte that comes meanwhile interrupts anew.
    INTERRUPTS.write(RECEIVED);
    (STATE.read() & HAS_BYTE != 0).then(|| DATA.read().to_le_bytes()[0])
}
