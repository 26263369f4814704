//! The way into the kernel: `svc`, with everything in registers.

use core::arch::asm;

use guichet_abi::{Arguments, Message, Results};

/// Makes the call with these words and returns its results. Blocks when the call does.
///
/// # Safety
/// As for [`crate::raw::syscall`].
#[inline(always)]
pub(crate) unsafe fn trap(number: usize, arguments: &Arguments) -> Results {
    let (status, value0, value1);
    // SAFETY: the caller vouches for what the words name. The kernel keeps r6, r7 (which the
    // compiler does not let out of its hands), sp, lr and all floating-point registers, gives
    // results in r0 to r2 and returns zero in r4, r5 and r8 to r11 (AB-9), which costs it less than to
    // keep them. The flags are lost. The block may read and write memory, because the kernel does.
    unsafe {
        asm!(
            "svc #0",
            inlateout("r0") arguments[0] => status,
            inlateout("r1") arguments[1] => value0,
            inlateout("r2") arguments[2] => value1,
            inlateout("r3") arguments[3] => _,
            inlateout("r4") arguments[4] => _,
            inlateout("r5") arguments[5] => _,
            inlateout("r8") arguments[6] => _,
            inlateout("r12") number => _,
            lateout("r9") _,
            lateout("r10") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    Results { status, value0, value1 }
}

/// The same, and returns the registers of a message too.
///
/// # Safety
/// As for [`crate::raw::syscall`].
#[inline(always)]
pub(crate) unsafe fn trap_message(number: usize, arguments: &Arguments) -> (Results, Message) {
    let (status, value0, value1);
    let (badge, incarnation, first, second, third, fourth);
    // SAFETY: as in `trap`; a message comes in r4, r5 and r8 to r11.
    unsafe {
        asm!(
            "svc #0",
            inlateout("r0") arguments[0] => status,
            inlateout("r1") arguments[1] => value0,
            inlateout("r2") arguments[2] => value1,
            inlateout("r3") arguments[3] => _,
            inlateout("r4") arguments[4] => badge,
            inlateout("r5") arguments[5] => incarnation,
            inlateout("r8") arguments[6] => first,
            inlateout("r12") number => _,
            lateout("r9") second,
            lateout("r10") third,
            lateout("r11") fourth,
            options(nostack),
        );
    }
    let words = [first, second, third, fourth];
    (Results { status, value0, value1 }, Message { badge, incarnation, words })
}

/// Ends the process as a fault, by an instruction that no machine has.
pub(crate) fn crash() -> ! {
    // SAFETY: the instruction does nothing but raise the exception.
    unsafe { asm!("udf #0", options(noreturn, nomem, nostack)) }
}
