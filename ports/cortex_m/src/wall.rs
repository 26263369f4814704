//! Who may touch what.
//!
//! Both architectures have the protection's registers for four regions at a time at the same
//! place, two words for each region, and so one piece of code writes either kind.

/// The first of the eight registers.
#[cfg(target_arch = "arm")]
const REGIONS: usize = 0xE000_ED9C;

/// The words of four regions, as their registers take them.
pub type RegionWords = [u32; 8];

/// Puts four regions in place of those before.
#[cfg(target_arch = "arm")]
#[inline(always)]
pub(crate) fn raise(words: &RegionWords) {
    // SAFETY: (wall-1) the regions bind unprivileged accesses only, and no program runs now. The
    // barriers make the kernel's own unprivileged stores see the new wall.
    unsafe {
        core::arch::asm!(
            "ldm {words}!, {{r8, r9, r10, r11}}",
            "stm {regions}!, {{r8, r9, r10, r11}}",
            "ldm {words}, {{r8, r9, r10, r11}}",
            "stm {regions}, {{r8, r9, r10, r11}}",
            "dsb",
            "isb",
            words = inout(reg) words.as_ptr() => _,
            regions = inout(reg) REGIONS => _,
            out("r8") _,
            out("r9") _,
            out("r10") _,
            out("r11") _,
            options(nostack),
        );
    }
}
