//! The serial ports of the Arm boards: two kinds, told apart by how long system.json5 says they are.

use driver_codegen::mapping;

use crate::cmsdk;
use crate::pl011;

/// Whether it is a PL011, whose registers reach further.
const IS_PL011: bool = mapping::UART_SIZE_BYTES == pl011::SIZE_BYTES;

pub(crate) struct Device;

impl Device {
    pub(crate) fn start() -> Device {
        if IS_PL011 {
            pl011::start()
        } else {
            cmsdk::start()
        }
        Device
    }

    /// A byte, if there is one.
    pub(crate) fn read(&mut self) -> Option<u8> {
        if IS_PL011 { pl011::read() } else { cmsdk::read() }
    }
}
