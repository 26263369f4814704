//! A 16550, on QEMU's `virt`. The kernel sends through it, and has set nothing.

use driver_codegen::mapping;
use userspace::register::Register;

const DATA: Register<u8> = mapping::UART.register(0);
const INTERRUPTS: Register<u8> = mapping::UART.register(1);
const STATUS: Register<u8> = mapping::UART.register(5);

/// INTERRUPTS: for a byte that was received.
const RECEIVED: u8 = 1 << 0;
/// STATUS: a byte was received.
const HAS_BYTE: u8 = 1 << 0;

pub(crate) struct Device;

impl Device {
    pub(crate) fn start() -> Device {
        INTERRUPTS.write(RECEIVED);
        Device
    }

    /// A byte, if there is one.
    pub(crate) fn read(&mut self) -> Option<u8> {
        (STATUS.read() & HAS_BYTE != 0).then(|| DATA.read())
    }
}
