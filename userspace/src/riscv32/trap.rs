//! The way into the kernel: `ecall`, with everything in registers.

use core::arch::asm;

use guichet_abi::{Arguments, Message, Results};

/// Makes the call with these words and returns its results. Blocks when the call does.
///
/// # Safety
/// As for [`crate::raw::syscall`].
#[inline(always)]
pub(crate) unsafe fn trap(number: usize, arguments: &Arguments) -> Results {
    let (status, value0, value1);
    // SAFETY: the caller vouches for what the words name. The kernel keeps ra, sp, gp, tp, s0 and
    // s1, gives results in a0 to a2 and returns zero in the rest (AB-9), which costs it less than to
    // keep them. The block may read and write memory, because the kernel does.
    unsafe {
        asm!(
            "ecall",
            inlateout("a0") arguments[0] => status,
            inlateout("a1") arguments[1] => value0,
            inlateout("a2") arguments[2] => value1,
            inlateout("a3") arguments[3] => _,
            inlateout("a4") arguments[4] => _,
            inlateout("a5") arguments[5] => _,
            inlateout("a6") arguments[6] => _,
            inlateout("a7") number => _,
            lateout("s2") _,
            lateout("s3") _,
            lateout("s4") _,
            lateout("s5") _,
            lateout("s6") _,
            lateout("s7") _,
            lateout("s8") _,
            lateout("s9") _,
            lateout("s10") _,
            lateout("s11") _,
            lateout("t0") _,
            lateout("t1") _,
            lateout("t2") _,
            lateout("t3") _,
            lateout("t4") _,
            lateout("t5") _,
            lateout("t6") _,
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
    // SAFETY: as in `trap`; a message comes in a7, t1 and a3 to a6.
    unsafe {
        asm!(
            "ecall",
            inlateout("a0") arguments[0] => status,
            inlateout("a1") arguments[1] => value0,
            inlateout("a2") arguments[2] => value1,
            inlateout("a3") arguments[3] => first,
            inlateout("a4") arguments[4] => second,
            inlateout("a5") arguments[5] => third,
            inlateout("a6") arguments[6] => fourth,
            inlateout("a7") number => badge,
            lateout("s2") _,
            lateout("s3") _,
            lateout("s4") _,
            lateout("s5") _,
            lateout("s6") _,
            lateout("s7") _,
            lateout("s8") _,
            lateout("s9") _,
            lateout("s10") _,
            lateout("s11") _,
            lateout("t0") _,
            lateout("t1") incarnation,
            lateout("t2") _,
            lateout("t3") _,
            lateout("t4") _,
            lateout("t5") _,
            lateout("t6") _,
            options(nostack),
        );
    }
    let words = [first, second, third, fourth];
    (Results { status, value0, value1 }, Message { badge, incarnation, words })
}

/// Ends the process as a fault, by an instruction that no machine has.
pub(crate) fn crash() -> ! {
    // SAFETY: the instruction does nothing but raise the exception.
    unsafe { asm!("unimp", options(noreturn, nomem, nostack)) }
}
