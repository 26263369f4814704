//! What other kernels take for a round trip, measured once on the same emulators.
//!
//! Release builds, two isolated user processes, memory protection on, 10,000 round trips under
//! `-icount shift=0`: a client sends a request, a server receives it and answers, the client has
//! the answer. The kernels' own repositories were built as they describe it.

use super::bars::Family;

/// What another kernel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    /// The kernel and by what it talks.
    pub(crate) name: &'static str,
    /// The processor.
    pub(crate) family: Family,
    /// Instructions with 4 bytes there and 8 back, or what comes nearest to that.
    pub(crate) words: u64,
    /// Instructions with 1024 bytes there and back, if it was measured.
    pub(crate) large: Option<u64>,
    /// Those of its cheapest call, if it was measured.
    pub(crate) null_call: Option<u64>,
}

/// All of them, the cheapest first in each family.
pub(crate) const OTHERS: [Other; 10] = [
    riscv("seL4 16 fastpath, 4 words, an MMU", 501, None, None),
    riscv("seL4 16, 10 words through buffers, an MMU", 1_850, None, None),
    riscv("Hubris fork, opt z", 5_216, Some(8_275), Some(197)),
    riscv("pw_kernel channel, opt s", 7_098, Some(9_612), Some(206)),
    riscv("Tock 2 IPC notify, no data", 15_687, None, Some(2_327)),
    riscv("Tock 2 relay request", 19_931, None, Some(2_327)),
    arm("seL4 fastpath, 4 words, Armv7-A with an MMU", 379, None, None),
    arm("Hubris, M4F, opt s", 1_306, Some(3_352), Some(78)),
    arm("seL4, 10 words through buffers, Armv7-A", 1_544, None, None),
    arm("FreeRTOS-MPU queues, M3, -O2", 2_067, Some(4_354), None),
];

const fn riscv(
    name: &'static str,
    words: u64,
    large: Option<u64>,
    null_call: Option<u64>,
) -> Other {
    Other { name, family: Family::RiscV, words, large, null_call }
}

const fn arm(name: &'static str, words: u64, large: Option<u64>, null_call: Option<u64>) -> Other {
    Other { name, family: Family::Arm, words, large, null_call }
}

/// Those that run on such processors.
pub(crate) fn of(family: Family) -> impl Iterator<Item = &'static Other> {
    OTHERS.iter().filter(move |other| other.family == family)
}
