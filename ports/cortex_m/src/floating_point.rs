//! Floating-point registers: parts of the assembly in `trap`, on boards whose programs have them.
//!
//! The processor only reserves room for the registers in the frame, and would store them there at the
//! first use by somebody else. The kernel calls that off and saves them itself, into the context: a
//! program's stack is nothing to depend on. On the way back it says that they were never
//! stored, so the processor leaves them as they are. They are zero in between, and so for every
//! thread that has not used them yet. A thread that never does costs two instructions each way.

/// An instruction that only a machine with a floating-point unit has.
#[cfg(feature = "floating_point")]
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_floating_point {
    ($line:literal) => {
        $line
    };
}

/// An instruction that only a machine with a floating-point unit has.
#[cfg(not(feature = "floating_point"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_floating_point {
    ($line:literal) => {
        ""
    };
}

/// Saves, clears and restores the floating-point registers.
#[cfg(not(feature = "floating_point"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_save_floating_point {
    () => {
        "guichet_zeros: .zero 24"
    };
}

/// Saves, clears and restores the floating-point registers.
///
/// Bit 0 of the register at 0xE000_EF34 says that the processor still has to store them; bit 2 of
/// CONTROL that they are somebody's, without which their status would be made anew.
#[cfg(feature = "floating_point")]
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_save_floating_point {
    () => {
        "
        .fpu fpv4-sp-d16
        // To where r3 points; r2 and r12 are lost, and r3.
        guichet_save_floating_point:
        ldr r2, guichet_lazy_word
        ldr r12, [r2]
        bic r12, r12, #1
        str r12, [r2]
        mrs r12, control
        orr r12, r12, #4
        msr control, r12
        isb
        vmrs r2, fpscr
        vstm r3!, {{s0-s31}}
        str r2, [r3]
        adr r2, guichet_zeros
        vldm r2, {{s0-s31}}
        movs r2, #0
        vmsr fpscr, r2
        bic r12, r12, #4
        msr control, r12
        isb
        bx lr
        // From the context in r4; r0 to r2 are lost.
        guichet_restore_floating_point:
        mrs r2, control
        orr r2, r2, #4
        msr control, r2
        isb
        add r0, r4, #40
        vldm r0!, {{s0-s31}}
        ldr r1, [r0]
        vmsr fpscr, r1
        bic r2, r2, #4
        msr control, r2
        isb
        ldr r2, guichet_lazy_word
        ldr r1, [r2]
        orr r1, r1, #1
        str r1, [r2]
        bx lr
        .balign 4
        guichet_lazy_word: .word 0xE000EF34
        guichet_zeros: .zero 128
        "
    };
}
