//! Where the devices are that differ between boards.

/// The devices of a board that the kernel uses.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// The console.
    pub serial: SerialDevice,
    /// What tells the time and rings the alarm.
    pub clock: ClockDevice,
    /// Registers that keep unprivileged code from devices, whatever the wall says, until all their bits
    /// are set; the wall alone is to say who has which.
    pub gates: &'static [usize],
}

/// A serial port, by the address of its registers.
#[derive(Clone, Copy, Debug)]
pub enum SerialDevice {
    /// The UART of Arm's Cortex-M System Design Kit.
    Cmsdk(usize),
    /// Arm's PrimeCell PL011.
    Pl011(usize),
}

/// A free-running counter, and a timer that interrupts; both of them tick at the board's rate.
#[derive(Clone, Copy, Debug)]
pub enum ClockDevice {
    /// A board of the MPS2 family: the counter of 32 bits among its FPGA's registers, and a timer of
    /// the Cortex-M System Design Kit.
    Mps2 {
        /// The counter's register.
        counter: usize,
        /// The timer's registers.
        timer: usize,
        /// The timer's interrupt.
        interrupt: u16,
    },
    /// A microcontroller of the Stellaris family: SysTick, whose counter has 24 bits, and a
    /// general-purpose timer.
    Stellaris {
        /// The general-purpose timer's registers.
        timer: usize,
        /// Its interrupt.
        interrupt: u16,
    },
}

impl ClockDevice {
    /// The timer's interrupt.
    pub(crate) fn interrupt(&self) -> u16 {
        match *self {
            ClockDevice::Mps2 { interrupt, .. } | ClockDevice::Stellaris { interrupt, .. } => {
                interrupt
            }
        }
    }
}
