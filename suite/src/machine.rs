//! What a program must know of the machine under it, where one source cannot do for all.
//!
//! It is little, and every case that it takes from a board says so on the console.

use userspace::time::SystemClock;

/// Whether somebody outside of the system can end one of its processes: on Linux anybody with a
/// shell, on a microcontroller nobody.
pub const HAS_OUTSIDE: bool = cfg!(target_os = "linux");

/// Whether a line that is unmasked while its device still asserts it comes at once. QEMU's model of
/// RISC-V's interrupt controller waits for the device to assert it anew.
pub const REPEATS_LEVELS: bool = !cfg!(target_arch = "riscv32");

/// Whether an address means the same to all processes, so that one can name what is another's.
pub const HAS_ONE_ADDRESS_SPACE: bool = !cfg!(target_os = "linux");

/// What the addresses of flash and of RAM begin at a multiple of. The kernel lies at the beginning of
/// both.
pub const MEMORY_ALIGNMENT_BYTES: usize =
    if cfg!(target_arch = "arm") { 16 << 20 } else { 1 << 20 };

/// Whether an exchange of a word that is not aligned is one, and not a fault.
pub const SWAPS_UNALIGNED_WORDS: bool = cfg!(target_arch = "x86_64");

pub use devices::{CONSOLE, CONTROL, INTERRUPTS, RESET, TIMER};

/// Where devices are, of which no process has any. On Linux there are none to be named.
#[cfg(not(any(target_arch = "riscv32", target_arch = "arm")))]
mod devices {
    /// A register of the console's port.
    pub const CONSOLE: usize = 0;
    /// A register of the timer.
    pub const TIMER: usize = 0;
    /// A register of the interrupt controller.
    pub const INTERRUPTS: usize = 0;
    /// What resets or ends the machine.
    pub const RESET: usize = 0;
    /// What controls the processor.
    pub const CONTROL: usize = 0;
}

/// Where devices are, of which no process has any.
#[cfg(target_arch = "riscv32")]
mod devices {
    /// The serial port's data.
    pub const CONSOLE: usize = 0x1000_0000;
    /// The first hart's alarm.
    pub const TIMER: usize = 0x0200_4000;
    /// The priorities of external interrupts.
    pub const INTERRUPTS: usize = 0x0C00_0000;
    /// What ends the emulated machine.
    pub const RESET: usize = 0x0010_0000;
    /// The first hart's software interrupt.
    pub const CONTROL: usize = 0x0200_0000;
}

/// Where devices are, of which no process has any.
#[cfg(target_arch = "arm")]
mod devices {
    /// Among the devices of the board, whichever it has there.
    pub const CONSOLE: usize = 0x4000_4000;
    /// The processor's own timer.
    pub const TIMER: usize = 0xE000_E010;
    /// Which interrupts are enabled.
    pub const INTERRUPTS: usize = 0xE000_E100;
    /// What resets the machine.
    pub const RESET: usize = 0xE000_ED0C;
    /// What turns the wall off.
    pub const CONTROL: usize = 0xE000_ED94;
}

/// The emulator looks at an access that is not aligned as a whole only where it crosses the end of a
/// page of this size; elsewhere its first byte decides. The machine itself looks at every byte.
pub const EMULATED_PAGE_BYTES: usize = if cfg!(target_arch = "arm") { 1024 } else { 1 };

/// Tells whether the emulator of this board lets an access to the processor's own registers pass that
/// the processor refuses, and does nothing for it. It is the one board with a clock of this rate.
pub const fn ignores_refused_access(address: usize) -> bool {
    cfg!(target_arch = "arm") && SystemClock::TICKS_PER_SEC == 12_500_000 && address >> 28 == 0xE
}

/// How far below its stack a stack pointer may be and still be taken for one that grew too long.
pub const LONGEST_FRAME_BYTES: usize = 64 * 1024;

/// Whether a fault for an address that is not aligned tells the address.
pub const KNOWS_MISALIGNED_ADDRESS: bool = !cfg!(target_arch = "arm");
