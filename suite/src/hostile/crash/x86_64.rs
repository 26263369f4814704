//! Crashes as instructions of the x86-64.

use core::arch::asm;

/// Reads the byte at the address.
pub(super) fn read(address: usize) {
    // SAFETY: only reads; where that is allowed, nothing has happened.
    unsafe { asm!("mov {0:l}, [{0}]", inout(reg) address => _, options(readonly, nostack)) }
}

/// Writes a zero to the address, which is read-only.
pub(super) fn write(address: usize) {
    // SAFETY: the wall forbids it. If it did not, the caller panics next, and what was overwritten
    // is a constant that nobody reads or the beginning of a function that nobody calls again.
    unsafe { asm!("mov byte ptr [{}], 0", in(reg) address, options(nostack)) }
}

/// Calls the code at the address, which is data.
pub(super) fn run(address: usize) {
    // SAFETY: the wall forbids it. If it did not, nothing is known of the process any more, and the
    // harness sees that it did not end as it should have.
    unsafe { asm!("call {}", in(reg) address, clobber_abi("C")) }
}

/// Executes the instruction that is undefined for good.
pub(super) fn illegal_instruction() {
    // SAFETY: the instruction raises its exception and does nothing else.
    unsafe { asm!("ud2", options(nomem, nostack)) }
}

/// Divides one by zero.
pub(super) fn divide_by_zero() {
    // SAFETY: the instruction changes the two registers that it is said to change.
    unsafe {
        asm!("div {:e}", in(reg) 0, inout("eax") 1 => _, inout("edx") 0 => _,
            options(nomem, nostack));
    }
}

/// Executes the instruction that debuggers use.
pub(super) fn breakpoint() {
    // SAFETY: the instruction raises its exception and does nothing else.
    unsafe { asm!("int3", options(nomem, nostack)) }
}
