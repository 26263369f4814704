//! A timer that the kernel does not use: of the Cortex-M System Design Kit, or on the one board with a
//! clock of this rate a Stellaris one. Both count down to zero, interrupt, and stay there.

use suite_codegen::interrupts::driver::mapping;
use userspace::register::Register;
use userspace::time::SystemClock;

const IS_STELLARIS: bool = SystemClock::TICKS_PER_SEC == 12_500_000;

const fn register(offset: usize) -> Register<u32> {
    mapping::TIMER.register(offset)
}

const CMSDK_CONTROL: Register<u32> = register(0x0);
const CMSDK_VALUE: Register<u32> = register(0x4);
const CMSDK_RELOAD: Register<u32> = register(0x8);
const CMSDK_STATUS: Register<u32> = register(0xC);
/// It counts, and interrupts.
const CMSDK_RUN: u32 = 1 << 0 | 1 << 3;

const STELLARIS_CONFIGURATION: Register<u32> = register(0x0);
const STELLARIS_MODE: Register<u32> = register(0x4);
const STELLARIS_CONTROL: Register<u32> = register(0xC);
const STELLARIS_MASK: Register<u32> = register(0x18);
const STELLARIS_CLEAR: Register<u32> = register(0x24);
const STELLARIS_LOAD: Register<u32> = register(0x28);

pub(crate) const ADDRESS: usize = mapping::TIMER_START_ADDRESS;
pub(crate) const BEYOND: usize = ADDRESS + mapping::TIMER_SIZE_BYTES;

const SOON: u32 = 1000;

pub(crate) fn fire() {
    if IS_STELLARIS {
        STELLARIS_CONTROL.write(0);
        STELLARIS_CONFIGURATION.write(0);
        STELLARIS_MODE.write(1);
        STELLARIS_MASK.write(1);
        STELLARIS_LOAD.write(SOON);
        STELLARIS_CONTROL.write(1);
    } else {
        CMSDK_RELOAD.write(0);
        CMSDK_VALUE.write(SOON);
        CMSDK_CONTROL.write(CMSDK_RUN);
    }
}

pub(crate) fn serve() {
    if IS_STELLARIS {
        STELLARIS_CLEAR.write(1);
    } else {
        CMSDK_STATUS.write(1);
    }
}
