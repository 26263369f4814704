//! The goldfish real-time clock of QEMU's `virt`: it interrupts when its alarm is past.

use suite_codegen::interrupts::driver::mapping;
use userspace::register::Register;

const TIME_LOW: Register<u32> = mapping::TIMER.register(0x0);
const TIME_HIGH: Register<u32> = mapping::TIMER.register(0x4);
const ALARM_LOW: Register<u32> = mapping::TIMER.register(0x8);
const ALARM_HIGH: Register<u32> = mapping::TIMER.register(0xC);
const ENABLE: Register<u32> = mapping::TIMER.register(0x10);
const CLEAR_INTERRUPT: Register<u32> = mapping::TIMER.register(0x1C);

pub(crate) const ADDRESS: usize = mapping::TIMER_START_ADDRESS;
pub(crate) const BEYOND: usize = ADDRESS + mapping::TIMER_SIZE_BYTES;

/// The low words come last when time is written, and first when it is read.
pub(crate) fn fire() {
    ENABLE.write(1);
    let (low, high) = (TIME_LOW.read(), TIME_HIGH.read());
    ALARM_HIGH.write(high);
    ALARM_LOW.write(low);
}

pub(crate) fn serve() {
    CLEAR_INTERRUPT.write(1);
}
