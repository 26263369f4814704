//! Who may touch what.
//!
//! Both architectures have the protection's registers for four regions at a time at the same
//! place, two words for each region, and so one piece of code writes either kind. The words are
//! computed when the image is built, so a switch only moves them.

/// The first of the eight registers.
#[cfg(target_arch = "arm")]
const REGIONS: usize = 0xE000_ED9C;

/// What is written into the first four regions of the protection when a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    words: [u32; 8],
}

impl Wall {
    /// The wall of four regions, each its two words as the registers take them: on Armv7-M MPU_RBAR,
    /// which says the region's number, and MPU_RASR; on Armv8-M MPU_RBAR and MPU_RLAR.
    pub const fn new(regions: [(u32, u32); 4]) -> Wall {
        let [(a, b), (c, d), (e, f), (g, h)] = regions;
        Wall { words: [a, b, c, d, e, f, g, h] }
    }

    /// Puts the wall in place of the one before.
    #[cfg(target_arch = "arm")]
    #[inline(always)]
    pub(crate) fn raise(&self) {
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
                words = inout(reg) self.words.as_ptr() => _,
                regions = inout(reg) REGIONS => _,
                out("r8") _,
                out("r9") _,
                out("r10") _,
                out("r11") _,
                options(nostack),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_as_the_registers_do() {
        let wall = Wall::new([(1, 2), (3, 4), (5, 6), (7, 8)]);
        assert_eq!(wall.words, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
