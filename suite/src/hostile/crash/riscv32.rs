//! Crashes as instructions of 32-bit RISC-V.

use core::arch::asm;

/// Reads the byte at the address.
pub(super) fn read(address: usize) {
    // SAFETY: only reads; where that is allowed, nothing has happened.
    unsafe { asm!("lbu {0}, 0({0})", inout(reg) address => _, options(readonly, nostack)) }
}

/// Writes a zero to the address, which is read-only.
pub(super) fn write(address: usize) {
    // SAFETY: the wall forbids it. If it did not, the caller panics next, and what was overwritten
    // is a constant that nobody reads or the beginning of a function that nobody calls again.
    unsafe { asm!("sb zero, 0({})", in(reg) address, options(nostack)) }
}

/// Calls the code at the address, which is data.
pub(super) fn run(address: usize) {
    // SAFETY: the wall forbids it. If it did not, nothing is known of the process any more, and the
    // harness sees that it did not end as it should have.
    unsafe { asm!("jalr ra, 0({})", in(reg) address, clobber_abi("C")) }
}

/// Executes the instruction that is undefined for good.
pub(super) fn illegal_instruction() {
    // SAFETY: the instruction raises its exception and does nothing else.
    unsafe { asm!("unimp", options(nomem, nostack)) }
}

/// Divides one by zero, which this machine answers with all ones.
pub(super) fn divide_by_zero() {
    let quotient: usize;
    // SAFETY: the instruction changes the register that it is said to change.
    unsafe {
        asm!("divu {0}, {1}, zero", out(reg) quotient, in(reg) 1, options(nomem, nostack));
    }
    assert!(quotient == usize::MAX, "one divided by zero is {quotient:#x}");
}

/// Executes the instruction that debuggers use.
pub(super) fn breakpoint() {
    // SAFETY: the instruction raises its exception and does nothing else.
    unsafe { asm!("ebreak", options(nomem, nostack)) }
}
