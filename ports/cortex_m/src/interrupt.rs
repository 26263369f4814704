//! External interrupts, and sleeping until one comes.
//!
//! The kernel runs in a handler, at the priority of all interrupts or above, so none is taken, and
//! none would wake the processor either: it wakes for what is more important than what it does. So
//! for as long as the kernel sleeps the interrupts are made so, and kept from being taken by PRIMASK,
//! which does not count for waking.
//!
//! One line is the kernel's own, that of its timer; the others belong to processes (PR-8). A line of a
//! process that comes is disabled until it is served. A device asserts its line for as long as it
//! wants something, and the controller remembers what it saw: so before a line is enabled what is
//! remembered of it is taken back, and if the device still asserts it, the line pends again by itself.

use core::arch::asm;

use guichet_kernel::InterruptLine;
use guichet_port_bare_metal::Register;

use crate::system_control::{LEAST_PRIORITY, WAKING_PRIORITY};

const SET_ENABLE: usize = 0xE000_E100;
const CLEAR_ENABLE: usize = 0xE000_E180;
const SET_PENDING: usize = 0xE000_E200;
const CLEAR_PENDING: usize = 0xE000_E280;
const PRIORITIES: usize = 0xE000_E400;

/// How many lines have a vector.
pub(crate) const LINES: u16 = 48;

/// The interrupt controller: the line of the timer, and those of processes.
pub(crate) struct Interrupts {
    timer: u16,
    /// The lines of processes that may come, a bit each.
    enabled: [u32; 2],
}

impl Interrupts {
    /// The controller, with the line of the timer at the same priority as calls.
    ///
    /// # Safety
    /// Nobody else uses the controller.
    pub(crate) unsafe fn new(timer: u16) -> Interrupts {
        set_priority(timer, LEAST_PRIORITY);
        Interrupts { timer, enabled: [0; 2] }
    }

    /// The kernel's own line.
    #[inline(always)]
    pub(crate) fn timer(&self) -> u16 {
        self.timer
    }

    /// Lets the timer's line be taken.
    pub(crate) fn enable_timer(&self) {
        write(SET_ENABLE, self.timer);
    }

    /// Takes back that the timer's line pends.
    pub(crate) fn forget_timer(&self) {
        write(CLEAR_PENDING, self.timer);
    }

    /// Lets a line of a process be taken.
    pub(crate) fn enable(&mut self, line: InterruptLine) {
        let Some(number) = self.number(line) else { return };
        set_priority(number, LEAST_PRIORITY);
        write(CLEAR_PENDING, number);
        self.note(number, true);
        write(SET_ENABLE, number);
    }

    /// Keeps a line of a process from being taken, and takes back that it pends.
    pub(crate) fn disable(&mut self, line: InterruptLine) {
        let Some(number) = self.number(line) else { return };
        write(CLEAR_ENABLE, number);
        // Or it could still be taken, as one that pends no more.
        // SAFETY: (interrupt-1) barriers change nothing.
        unsafe { asm!("dsb", "isb", options(nostack)) };
        write(CLEAR_PENDING, number);
        self.note(number, false);
    }

    /// Sleeps until a line pends, which is not taken: one of a process, which is given and disabled, or
    /// else the timer's.
    pub(crate) fn wait(&mut self) -> Option<InterruptLine> {
        // SAFETY: (interrupt-2) keeps interrupts from being taken, which in the kernel they are not
        // anyway.
        unsafe { asm!("cpsid i", options(nostack)) };
        set_priority(self.timer, WAKING_PRIORITY);
        self.set_priorities(WAKING_PRIORITY);
        let found = loop {
            if is_pending(self.timer) {
                break None;
            }
            let found = self.pending();
            if found.is_some() {
                break found;
            }
            // SAFETY: (interrupt-3) waiting changes nothing.
            unsafe { asm!("dsb", "wfi", options(nostack)) };
        };
        self.set_priorities(LEAST_PRIORITY);
        set_priority(self.timer, LEAST_PRIORITY);
        if let Some(line) = found {
            self.disable(line);
        }
        // SAFETY: (interrupt-4) the writes are done before interrupts can be taken again; then these
        // are as unimportant as before.
        unsafe { asm!("dsb", "isb", "cpsie i", options(nostack)) };
        found
    }

    /// A line of a process that is enabled and pends.
    fn pending(&self) -> Option<InterruptLine> {
        let mut enabled = lines(self.enabled);
        enabled.find(|number| is_pending(*number)).map(InterruptLine::new)
    }

    fn set_priorities(&self, priority: u8) {
        for number in lines(self.enabled) {
            set_priority(number, priority);
        }
    }

    /// The number of a line that a process can have.
    fn number(&self, line: InterruptLine) -> Option<u16> {
        Some(line.number()).filter(|number| *number < LINES && *number != self.timer)
    }

    fn note(&mut self, number: u16, is_enabled: bool) {
        if let Some(word) = self.enabled.get_mut(usize::from(number / 32)) {
            *word = if is_enabled { *word | bit(number) } else { *word & !bit(number) };
        }
    }
}

/// The lines whose bits are set.
fn lines(words: [u32; 2]) -> impl Iterator<Item = u16> {
    let [low, high] = words;
    let mut left = u64::from(high) << 32 | u64::from(low);
    core::iter::from_fn(move || {
        let number = u16::try_from(left.trailing_zeros()).unwrap_or(LINES);
        left &= left.wrapping_sub(1);
        (number < LINES).then_some(number)
    })
}

/// A line's bit in its word of each kind of register.
const fn bit(number: u16) -> u32 {
    1 << (number % 32)
}

/// The word with a line's bit, of one kind of register.
fn word(kind: usize, number: u16) -> Register<u32> {
    // SAFETY: (interrupt-5) the controller's registers are where the architecture has them, and the
    // kernel owns the controller.
    unsafe { Register::new(kind + usize::from(number / 32 * 4)) }
}

fn write(kind: usize, number: u16) {
    word(kind, number).write(bit(number));
}

fn is_pending(number: u16) -> bool {
    word(SET_PENDING, number).read() & bit(number) != 0
}

fn set_priority(number: u16, priority: u8) {
    // SAFETY: (interrupt-6) as in `word`; a priority is a byte for each line.
    let register = unsafe { Register::<u8>::new(PRIORITIES + usize::from(number)) };
    register.write(priority);
}
