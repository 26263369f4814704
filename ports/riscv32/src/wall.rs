//! Who may touch what: a process's words for the memory protection.
//!
//! A process has two regions, its flash and its RAM, and everything else is closed to user mode;
//! machine mode is not bound by entries that are not locked. The words are computed when the
//! image is built, so a switch only writes them.

/// What is written into the first four entries of the protection when a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// The address registers.
    pub addresses: [u32; 4],
    /// The configuration of the four entries, a byte each.
    pub configuration: u32,
}

#[cfg(target_arch = "riscv32")]
impl Wall {
    /// Puts the wall in place of the one before.
    ///
    /// The configuration is written last and always: on some machines (QEMU 7.2 is one) a new
    /// address takes effect only with it. In between nothing runs in user mode.
    #[inline(always)]
    pub(crate) fn raise(&self) {
        let [first, second, third, fourth] = self.addresses;
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
                configuration = in(reg) self.configuration,
                options(nostack),
            );
        }
    }
}
