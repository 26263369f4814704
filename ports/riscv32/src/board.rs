//! Where the devices are that every board of this kind has.

/// The addresses that differ between boards.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// The machine timer's counter, 64 bits.
    pub mtime: usize,
    /// The machine timer's comparator for hart 0, 64 bits.
    pub mtimecmp: usize,
    /// The platform-level interrupt controller.
    pub interrupts: usize,
    /// The console: a 16550 with registers of one byte.
    pub uart: usize,
    /// The test finisher, which ends an emulated machine with an exit status.
    pub finisher: usize,
}
