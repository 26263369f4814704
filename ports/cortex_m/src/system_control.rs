//! The processor's own registers: faults, priorities, protection.
//!
//! A fault is more important than a call or an interrupt, and those are equally important. So
//! nothing interrupts the kernel but its own faults; and a call whose frame could not be put on the
//! caller's stack is never taken, because the fault comes first.

use core::arch::asm;

use guichet_kernel::WALL_WORDS;
use guichet_port_bare_metal::Register;

use crate::fault::FaultStatus;

/// The priority of calls and interrupts.
pub(crate) const LEAST_PRIORITY: u8 = 0x80;
/// The priority of faults, greater because less.
const FAULT_PRIORITY: u8 = 0x40;
/// The priority of what wakes the kernel, whichever of them it handles.
pub(crate) const WAKING_PRIORITY: u8 = 0;

const VECTOR_TABLE: usize = 0xE000_ED08;
const RESET_CONTROL: usize = 0xE000_ED0C;
const CONFIGURATION: usize = 0xE000_ED14;
const FAULT_PRIORITIES: usize = 0xE000_ED18;
const CALL_PRIORITIES: usize = 0xE000_ED1C;
const OTHER_PRIORITIES: usize = 0xE000_ED20;
const HANDLERS: usize = 0xE000_ED24;
const FAULT_STATUS: usize = 0xE000_ED28;
const HARD_FAULT_STATUS: usize = 0xE000_ED2C;
const MEMORY_FAULT_ADDRESS: usize = 0xE000_ED34;
const BUS_FAULT_ADDRESS: usize = 0xE000_ED38;
const PROTECTION_CONTROL: usize = 0xE000_ED94;
const REGION_NUMBER: usize = 0xE000_ED98;
#[cfg(feature = "floating_point")]
const COPROCESSORS: usize = 0xE000_ED88;

/// CONFIGURATION: a frame lies at a multiple of eight bytes; dividing by zero is a fault. Not set:
/// programs may raise interrupts by themselves.
const ALIGN_FRAMES: u32 = 1 << 9;
const TRAP_DIVISION: u32 = 1 << 4;
/// HANDLERS: the faults of memory, bus, use and security are taken as such; one of them pends, or a
/// call.
const TAKE_FAULTS: u32 = 1 << 16 | 1 << 17 | 1 << 18 | 1 << 19;
const PENDS: u32 = 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15 | 1 << 20;
/// PROTECTION_CONTROL: on, with the default map for the kernel. Not set: on in faults of the kernel.
const PROTECT: u32 = 1 << 0 | 1 << 2;

/// RESET_CONTROL: the key without which nothing is written, and the request.
const RESET: u32 = 0x05FA << 16 | 1 << 2;

fn register(address: usize) -> Register<u32> {
    // SAFETY: (control-1) the addresses in this file are those of the architecture, and the kernel
    // owns the processor.
    unsafe { Register::new(address) }
}

/// Sets the processor up: faults, priorities, vectors, protection. `attributes` is what an
/// architecture has to set before protection is on.
///
/// # Safety
/// Runs in a handler, once, before any thread. The table of vectors is ours.
pub(crate) unsafe fn prepare(vectors: usize, attributes: impl FnOnce()) {
    let priority = u32::from(LEAST_PRIORITY);
    register(VECTOR_TABLE).write(u32::try_from(vectors).unwrap_or(0));
    register(CONFIGURATION).write(ALIGN_FRAMES | TRAP_DIVISION);
    register(FAULT_PRIORITIES).write(u32::from_ne_bytes([FAULT_PRIORITY; 4]));
    register(CALL_PRIORITIES).write(priority << 24);
    register(OTHER_PRIORITIES).write(priority << 24 | priority << 16);
    // It also says which handlers run; this one does.
    let handlers = register(HANDLERS);
    handlers.write(handlers.read() | TAKE_FAULTS);
    #[cfg(feature = "floating_point")]
    register(COPROCESSORS).write(0xF << 20);
    attributes();
    register(REGION_NUMBER).write(0);
    register(PROTECTION_CONTROL).write(PROTECT);
    // SAFETY: (control-2) threads are unprivileged from here on; this code is a handler, and is not.
    unsafe { asm!("msr control, {}", "dsb", "isb", in(reg) 1, options(nostack)) };
}

/// Puts these words into regions 4 to 7 of the protection, two each, in place of what was there.
///
/// One instruction writes all eight, as on the way out: in between a region has the base of a new range and
/// the limit of an old one, and what lies between those could be the kernel's stack. The number that
/// selects regions goes back to 0, where the way out expects it on Armv8-M. The barrier makes what the
/// kernel reads and writes from here on see the new regions; for a program the return is one more.
#[inline(never)]
pub(crate) fn raise_spares(words: &[u32; WALL_WORDS]) {
    // SAFETY: (control-3) the registers are where the architecture has them. No range of a process holds
    // anything of the kernel's, which therefore goes on as before. The stack is as it was at the end.
    unsafe {
        asm!(
            "push {{r4-r11}}",
            "ldm r0, {{r4-r11}}",
            "str r2, [r1], #4",
            "stm r1, {{r4-r11}}",
            "str r3, [r1, #-4]",
            "dsb",
            "pop {{r4-r11}}",
            in("r0") words,
            inout("r1") REGION_NUMBER => _,
            in("r2") 4,
            in("r3") 0,
        );
    }
}

/// Starts the machine anew.
pub(crate) fn reset() -> ! {
    loop {
        register(RESET_CONTROL).write(RESET);
    }
}

/// Reads what happened and clears it, together with what pends because the fault came before it: the
/// stack could not take the frame of a call, or of another fault. They were the same thread's.
pub(crate) fn take_fault() -> FaultStatus {
    let status = FaultStatus {
        configurable: register(FAULT_STATUS).read(),
        hard: register(HARD_FAULT_STATUS).read(),
        memory_address: register(MEMORY_FAULT_ADDRESS).read() as usize,
        bus_address: register(BUS_FAULT_ADDRESS).read() as usize,
    };
    // Bits are cleared by writing them.
    register(FAULT_STATUS).write(status.configurable);
    register(HARD_FAULT_STATUS).write(status.hard);
    let handlers = register(HANDLERS);
    handlers.write(handlers.read() & !PENDS);
    status
}
