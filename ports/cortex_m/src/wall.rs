//! Who may touch what.
//!
//! Both architectures have the protection's registers for four regions at a time at the same
//! place, two words for each region, and so one piece of code writes either kind. The words are
//! computed when the image is built, so a switch only moves them.

use guichet_kernel::WALL_WORDS;

/// The first of the eight registers.
const REGIONS: usize = 0xE000_ED9C;

/// Puts a wall in place of the one before: four regions, each its two words as the registers take
/// them. On Armv7-M those are MPU_RBAR, which says the region's number, and MPU_RASR; on Armv8-M
/// MPU_RBAR and MPU_RLAR.
#[inline(always)]
pub(crate) fn raise(wall: &[u32; WALL_WORDS]) {
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
            words = inout(reg) wall.as_ptr() => _,
            regions = inout(reg) REGIONS => _,
            out("r8") _,
            out("r9") _,
            out("r10") _,
            out("r11") _,
            options(nostack),
        );
    }
}
