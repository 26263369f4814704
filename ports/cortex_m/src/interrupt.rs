//! One external interrupt, and sleeping until it comes.
//!
//! The kernel runs in a handler, at the priority of all interrupts or above, so none is taken, and
//! none would wake the processor either: it wakes for what is more important than what it does. So
//! for as long as the kernel sleeps the interrupt is made so, and kept from being taken by PRIMASK,
//! which does not count for waking.

use core::arch::asm;

use guichet_port_bare_metal::Register;

use crate::system_control::{LEAST_PRIORITY, WAKING_PRIORITY};

const SET_ENABLE: usize = 0xE000_E100;
const SET_PENDING: usize = 0xE000_E200;
const CLEAR_PENDING: usize = 0xE000_E280;
const PRIORITIES: usize = 0xE000_E400;

/// One line of the interrupt controller.
pub(crate) struct Interrupt {
    /// Its bit in its word of each kind of register.
    bit: u32,
    set_enable: Register<u32>,
    pending: Register<u32>,
    clear_pending: Register<u32>,
    priority: Register<u8>,
}

impl Interrupt {
    /// The interrupt of this number, at the same priority as calls.
    ///
    /// # Safety
    /// Nobody else uses this interrupt.
    pub(crate) unsafe fn new(number: u32) -> Interrupt {
        let place = number as usize;
        let word = place / 32 * 4;
        // SAFETY: (interrupt-1) the controller's registers are where the architecture has them, and
        // these are of a line that nobody else uses.
        let interrupt = unsafe {
            Interrupt {
                bit: 1 << (number % 32),
                set_enable: Register::new(SET_ENABLE + word),
                pending: Register::new(SET_PENDING + word),
                clear_pending: Register::new(CLEAR_PENDING + word),
                priority: Register::new(PRIORITIES + place),
            }
        };
        interrupt.priority.write(LEAST_PRIORITY);
        interrupt
    }

    /// Lets it be taken.
    pub(crate) fn enable(&self) {
        self.set_enable.write(self.bit);
    }

    /// Sleeps until it pends; it is not taken.
    pub(crate) fn wait(&self) {
        // SAFETY: (interrupt-2) keeps interrupts from being taken, which in the kernel they are not
        // anyway.
        unsafe { asm!("cpsid i", options(nostack)) };
        self.priority.write(WAKING_PRIORITY);
        while self.pending.read() & self.bit == 0 {
            // SAFETY: (interrupt-3) waiting changes nothing.
            unsafe { asm!("dsb", "wfi", options(nostack)) };
        }
        self.priority.write(LEAST_PRIORITY);
        // SAFETY: (interrupt-4) the writes are done before interrupts can be taken again; then this
        // one is as unimportant as before.
        unsafe { asm!("dsb", "isb", "cpsie i", options(nostack)) };
    }

    /// Takes back that it pends.
    pub(crate) fn forget(&self) {
        self.clear_pending.write(self.bit);
    }
}
