//! The end of an emulated machine.
//!
//! An emulated board has no device that ends it; what it has is semihosting, a breakpoint that the
//! emulator takes as a request. QEMU grants it to privileged code only, unless it is told otherwise,
//! so that no process can end the run or reach the host's files by it. On a real board without a
//! debugger the breakpoint is a fault of the kernel, which stops there.

use core::arch::asm;

/// The operation: exit, with a reason and a status.
const EXIT_EXTENDED: usize = 0x20;
/// The reason: the application has ended.
const APPLICATION_EXIT: usize = 0x2_0026;

/// Ends the emulated machine with this status.
pub(crate) fn exit(status: u32) -> ! {
    let block = [APPLICATION_EXIT, status as usize];
    loop {
        // SAFETY: (semihosting-1) the emulator reads the two words and never comes back; what comes
        // back did nothing.
        unsafe {
            asm!(
                "bkpt #0xAB",
                in("r0") EXIT_EXTENDED,
                in("r1") block.as_ptr(),
                lateout("r0") _,
                options(nostack),
            );
        }
    }
}
