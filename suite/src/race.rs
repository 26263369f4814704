//! What the tester of the system `inheritance` tells the process there that has two threads.

use userspace::time::{Duration, Instant};

/// How long before the start of a race the second of two threads waits on the handler.
pub const SECOND_WAIT: Duration = Duration::from_millis(100);

/// How many bytes a race takes on its way.
pub const RACE_BYTES: usize = 9;

/// Two threads that are due at the same moment, and which of them has waited on the handler before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// Who waits on the handler before the race.
    pub waits: Waits,
    /// When it begins.
    pub begin: Instant,
}

/// Who waits on the handler before the race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Waits {
    /// Nobody does.
    Nobody,
    /// The main thread does, and then the other one.
    WorkerLast,
    /// The other thread does, and then the main one.
    MainLast,
}

impl Race {
    /// The race on its way.
    pub fn to_bytes(self) -> [u8; RACE_BYTES] {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = self.begin.ticks().to_le_bytes();
        [self.waits as u8, b0, b1, b2, b3, b4, b5, b6, b7]
    }

    /// The race that arrived; a byte that stands for nothing lets nobody wait.
    pub fn from_bytes(bytes: [u8; RACE_BYTES]) -> Race {
        let [waits, ticks @ ..] = bytes;
        let waits = match waits {
            1 => Waits::WorkerLast,
            2 => Waits::MainLast,
            _ => Waits::Nobody,
        };
        Race { waits, begin: Instant::from_ticks(u64::from_le_bytes(ticks)) }
    }
}

/// When the main thread and the other one ran, on their way.
pub type Finish = [u8; 16];

/// Puts the ticks of the main thread and of the other one together.
pub fn finish(main: u64, worker: u64) -> Finish {
    (u128::from(worker) << 64 | u128::from(main)).to_le_bytes()
}

/// The ticks of the main thread and of the other one.
pub fn finished(bytes: Finish) -> (u64, u64) {
    let both = u128::from_le_bytes(bytes);
    let low = |word: u128| (word & u128::from(u64::MAX)) as u64;
    (low(both), low(both >> 64))
}
