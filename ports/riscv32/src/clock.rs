//! Time: the machine timer.

use guichet_kernel::Instant;
use guichet_port_bare_metal::Register;

use crate::board::Board;

/// The machine timer's counter and comparator, each as two words.
pub(crate) struct Clock {
    now: [Register<u32>; 2],
    alarm: [Register<u32>; 2],
}

impl Clock {
    /// The clock of this board, with no alarm set.
    ///
    /// # Safety
    /// The board's addresses are those of its timer.
    pub(crate) unsafe fn new(board: &Board) -> Clock {
        // SAFETY: (clock-1) the caller vouches for the addresses; the high word follows the low.
        let pair = |address: usize| unsafe {
            [Register::new(address), Register::new(address.wrapping_add(4))]
        };
        let mut clock = Clock { now: pair(board.mtime), alarm: pair(board.mtimecmp) };
        clock.set_alarm(Instant::NEVER);
        clock
    }

    /// The ticks since the machine began.
    pub(crate) fn now(&self) -> Instant {
        let [low, high] = self.now;
        loop {
            let before = high.read();
            let ticks = u64::from(before) << 32 | u64::from(low.read());
            if high.read() == before {
                return Instant::from_ticks(ticks);
            }
        }
    }

    /// Makes the timer's interrupt pend from this instant on; `NEVER` takes it away.
    pub(crate) fn set_alarm(&mut self, at: Instant) {
        let [low, high] = self.alarm;
        let [first, second] = split(at.ticks());
        // The comparator is never less than the old and the new value in between.
        high.write(u32::MAX);
        low.write(first);
        high.write(second);
    }
}

/// The low and the high word.
fn split(ticks: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = ticks.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}
