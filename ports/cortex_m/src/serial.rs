//! The serial port, of either kind.

use guichet_port_bare_metal::Register;

use crate::board::SerialDevice;

/// The registers of a CMSDK UART after its data, and their bits.
const CMSDK_STATE: usize = 0x4;
const CMSDK_CONTROL: usize = 0x8;
const CMSDK_DIVIDER: usize = 0x10;
const CMSDK_IS_FULL: u32 = 1 << 0;
const CMSDK_SEND: u32 = 1 << 0;
/// The least that it takes, and so the fastest.
const CMSDK_LEAST_DIVIDER: u32 = 16;

/// The registers of a PL011 after its data, and their bits.
const PL011_FLAGS: usize = 0x18;
const PL011_CONTROL: usize = 0x30;
const PL011_IS_FULL: u32 = 1 << 5;
const PL011_SEND: u32 = 1 << 0 | 1 << 8;

/// A serial port that only sends.
pub(crate) struct Serial {
    data: Register<u32>,
    state: Register<u32>,
    /// What the state has set while no byte can be taken.
    full: u32,
}

impl Serial {
    /// Turns the port on.
    ///
    /// # Safety
    /// That device is at that address, and nobody else uses it.
    pub(crate) unsafe fn new(device: &SerialDevice) -> Serial {
        // SAFETY: (serial-1) as the caller says.
        unsafe {
            let register = |base: usize, offset| Register::new(base.wrapping_add(offset));
            match *device {
                SerialDevice::Cmsdk(base) => {
                    register(base, CMSDK_DIVIDER).write(CMSDK_LEAST_DIVIDER);
                    register(base, CMSDK_CONTROL).write(CMSDK_SEND);
                    let state = register(base, CMSDK_STATE);
                    Serial { data: register(base, 0), state, full: CMSDK_IS_FULL }
                }
                SerialDevice::Pl011(base) => {
                    register(base, PL011_CONTROL).write(PL011_SEND);
                    let state = register(base, PL011_FLAGS);
                    Serial { data: register(base, 0), state, full: PL011_IS_FULL }
                }
            }
        }
    }

    /// Tells whether it can take a byte at once.
    pub(crate) fn can_send(&self) -> bool {
        self.state.read() & self.full == 0
    }

    /// Gives it a byte.
    pub(crate) fn send(&self, byte: u8) {
        self.data.write(u32::from(byte));
    }
}
