//! Time: a counter that runs for ever, and a timer that rings once.

use guichet_kernel::Instant;
use guichet_port_bare_metal::Register;

use crate::board::ClockDevice;
use crate::ticks::Ticks;

/// SysTick: what it does, where it begins again, where it stands; it counts down.
const SYSTICK_CONTROL: usize = 0xE000_E010;
const SYSTICK_RELOAD: usize = 0xE000_E014;
const SYSTICK_VALUE: usize = 0xE000_E018;
/// It goes by the processor's clock; it runs, and does not interrupt.
const SYSTICK_CLOCK: u32 = 1 << 2;
const SYSTICK_RUN: u32 = SYSTICK_CLOCK | 1 << 0;
const SYSTICK_MASK: u32 = 0xFF_FFFF;

/// The registers of a CMSDK timer after its control, and what turns it and its interrupt on. It
/// counts down to zero, interrupts and, with nothing in its reload register, stays there.
const CMSDK_VALUE: usize = 0x4;
const CMSDK_RELOAD: usize = 0x8;
const CMSDK_STATUS: usize = 0xC;
const CMSDK_RUN: u32 = 1 << 0 | 1 << 3;

/// The registers of a Stellaris timer after its configuration.
const STELLARIS_MODE: usize = 0x4;
const STELLARIS_CONTROL: usize = 0xC;
const STELLARIS_MASK: usize = 0x18;
const STELLARIS_CLEAR: usize = 0x24;
const STELLARIS_LOAD: usize = 0x28;
const STELLARIS_ONE_SHOT: u32 = 1;

/// The board's clock.
pub(crate) struct Clock {
    ticks: Ticks,
    counter: Counter,
    timer: Timer,
}

enum Counter {
    Up(Register<u32>),
    /// SysTick's.
    Down(Register<u32>),
}

enum Timer {
    Cmsdk { value: Register<u32>, status: Register<u32> },
    Stellaris { control: Register<u32>, load: Register<u32>, clear: Register<u32> },
}

impl Clock {
    /// Sets the devices going.
    ///
    /// # Safety
    /// These are the addresses of the devices, which nobody else uses.
    pub(crate) unsafe fn new(device: &ClockDevice) -> Clock {
        // SAFETY: (clock-1) the caller vouches for the devices; SysTick is where the architecture
        // has it.
        unsafe {
            match *device {
                ClockDevice::Mps2 { counter, timer, .. } => {
                    let counter = Counter::Up(Register::new(counter));
                    Clock::start(counter, u32::MAX, Timer::cmsdk(timer))
                }
                ClockDevice::Stellaris { timer, .. } => {
                    // Its clock before anything that counts in it.
                    Register::new(SYSTICK_CONTROL).write(SYSTICK_CLOCK);
                    Register::new(SYSTICK_RELOAD).write(SYSTICK_MASK);
                    Register::new(SYSTICK_VALUE).write(0u32);
                    Register::new(SYSTICK_CONTROL).write(SYSTICK_RUN);
                    let counter = Counter::Down(Register::new(SYSTICK_VALUE));
                    Clock::start(counter, SYSTICK_MASK, Timer::stellaris(timer))
                }
            }
        }
    }

    fn start(counter: Counter, mask: u32, timer: Timer) -> Clock {
        let mut clock = Clock { ticks: Ticks::new(mask, counter.read()), counter, timer };
        clock.set_alarm(Instant::NEVER);
        clock
    }

    /// The ticks since the machine began.
    pub(crate) fn now(&mut self) -> Instant {
        self.ticks.advance(self.counter.read())
    }

    /// As [`Clock::now`], where there is no hurry.
    #[inline(never)]
    fn now_and_then(&mut self) -> Instant {
        self.now()
    }

    /// Makes the timer ring at this instant, or early so that the count goes on.
    pub(crate) fn set_alarm(&mut self, at: Instant) {
        let now = self.now_and_then();
        self.timer.start(self.ticks.until(now, at));
    }

    /// The timer has rung, and is not to ring for that again.
    pub(crate) fn stop_ringing(&mut self) {
        self.timer.stop_ringing();
    }
}

impl Counter {
    fn read(&self) -> u32 {
        match self {
            Counter::Up(register) => register.read(),
            Counter::Down(register) => SYSTICK_MASK.wrapping_sub(register.read()),
        }
    }
}

impl Timer {
    /// # Safety
    /// A timer of the Cortex-M System Design Kit has its registers there.
    unsafe fn cmsdk(address: usize) -> Timer {
        // SAFETY: (clock-2) as the caller says.
        unsafe {
            let value = Register::new(address.wrapping_add(CMSDK_VALUE));
            Register::new(address.wrapping_add(CMSDK_RELOAD)).write(0u32);
            // With nothing to count it would not begin to run.
            value.write(u32::MAX);
            Register::new(address).write(CMSDK_RUN);
            Timer::Cmsdk { value, status: Register::new(address.wrapping_add(CMSDK_STATUS)) }
        }
    }

    /// # Safety
    /// A general-purpose timer of a Stellaris microcontroller has its registers there.
    unsafe fn stellaris(address: usize) -> Timer {
        // SAFETY: (clock-3) as the caller says.
        unsafe {
            // Both of its halves as one timer of 32 bits.
            Register::new(address).write(0u32);
            Register::new(address.wrapping_add(STELLARIS_MODE)).write(STELLARIS_ONE_SHOT);
            Register::new(address.wrapping_add(STELLARIS_MASK)).write(1u32);
            Timer::Stellaris {
                control: Register::new(address.wrapping_add(STELLARIS_CONTROL)),
                load: Register::new(address.wrapping_add(STELLARIS_LOAD)),
                clear: Register::new(address.wrapping_add(STELLARIS_CLEAR)),
            }
        }
    }

    /// Makes it ring once, after `ticks`, and not for what was before.
    fn start(&mut self, ticks: u32) {
        // First, because it may ring again at once.
        self.stop_ringing();
        match self {
            Timer::Cmsdk { value, .. } => value.write(ticks),
            Timer::Stellaris { control, load, .. } => {
                control.write(0);
                load.write(ticks);
                control.write(1);
            }
        }
    }

    fn stop_ringing(&mut self) {
        match self {
            Timer::Cmsdk { status, .. } => status.write(1),
            Timer::Stellaris { clear, .. } => clear.write(1),
        }
    }
}
