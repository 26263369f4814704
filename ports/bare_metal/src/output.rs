//! The serial port that lines go to.

use crate::console::dropped_line;
use crate::hardware::Hardware;

/// How often the serial port is asked whether it takes a byte, before the byte is dropped.
const PATIENCE: u32 = 100_000;

/// What the serial port did with what it was given.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// How many bytes it did not take since it was last said.
    dropped: u32,
}

impl Output {
    /// A place for the parts of a line; first goes a word on what was dropped before, if something
    /// was (PR-7).
    pub(crate) fn line(&mut self, hardware: &mut impl Hardware) -> impl FnMut(&[u8]) {
        self.tell_dropped(hardware);
        |text| self.send(hardware, text)
    }

    #[inline(never)]
    fn tell_dropped(&mut self, hardware: &mut impl Hardware) {
        if self.dropped != 0 && is_ready(hardware) {
            let dropped = core::mem::take(&mut self.dropped);
            dropped_line(dropped, &mut |text| self.send(hardware, text));
        }
    }

    /// Sends text; a byte that is not taken is dropped and counted.
    #[inline(never)]
    fn send(&mut self, hardware: &mut impl Hardware, text: &[u8]) {
        for byte in text {
            if is_ready(hardware) {
                hardware.send(*byte);
            } else {
                self.dropped = self.dropped.saturating_add(1);
            }
        }
    }
}

fn is_ready(hardware: &mut impl Hardware) -> bool {
    (0..PATIENCE).any(|_| hardware.can_send())
}
