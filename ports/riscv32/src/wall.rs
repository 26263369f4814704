//! Who may touch what: a process's words for the memory protection.
//!
//! A process has two regions, its flash and its RAM, and everything else is closed to user mode;
//! machine mode is not bound by entries that are not locked. The words are computed when the
//! image is built, so a switch only writes them. What a process maps beside that has entries of its own.

use guichet_kernel::WALL_WORDS;

/// Puts a wall in place of the one before: the address registers of the first four entries, then
/// the configuration of the four, a byte each.
///
/// The configuration is written last and always: on some machines (QEMU 7.2 is one) a new
/// address takes effect only with it. In between nothing runs in user mode.
#[inline(always)]
pub(crate) fn raise(wall: &[u32; WALL_WORDS]) {
    let [first, second, third, fourth, configuration, ..] = *wall;
    // SAFETY: (wall-1) the registers bind user mode only, and that does not run now.
    unsafe {
        core::arch::asm!(
            "csrw pmpaddr0, {first}",
            "csrw pmpaddr1, {second}",
            "csrw pmpaddr2, {third}",
            "csrw pmpaddr3, {fourth}",
            "csrw pmpcfg0, {configuration}",
            first = in(reg) first,
            second = in(reg) second,
            third = in(reg) third,
            fourth = in(reg) fourth,
            configuration = in(reg) configuration,
            options(nostack),
        );
    }
}

/// The same with the next four entries, which hold what a process may touch beside its own memory. An entry
/// with a lower number decides first; no address is in two.
pub(crate) fn raise_spares(words: &[u32; WALL_WORDS]) {
    let [first, second, third, fourth, configuration, ..] = *words;
    // SAFETY: (wall-2) as for wall-1.
    unsafe {
        core::arch::asm!(
            "csrw pmpaddr4, {first}",
            "csrw pmpaddr5, {second}",
            "csrw pmpaddr6, {third}",
            "csrw pmpaddr7, {fourth}",
            "csrw pmpcfg1, {configuration}",
            first = in(reg) first,
            second = in(reg) second,
            third = in(reg) third,
            fourth = in(reg) fourth,
            configuration = in(reg) configuration,
            options(nostack),
        );
    }
}
