//! The serial port that lines go to.

use crate::console::dropped_line;
use crate::hardware::Hardware;

/// How often the serial port is asked whether it takes a byte, before the byte is dropped.
const PATIENCE: u32 = 100_000;

/// Where the parts of a line go.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&str);

/// What the serial port did with what it was given.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// How many bytes it did not take since it was last said.
    dropped: u32,
}

impl Output {
    /// Sends a line, after a word on what was dropped before, if something was (PR-7).
    #[inline(never)]
    pub(crate) fn line(&mut self, hardware: &mut impl Hardware, write: &mut dyn FnMut(Sink<'_>)) {
        let dropped = if is_ready(hardware) { core::mem::take(&mut self.dropped) } else { 0 };
        let mut send = |text: &str| self.send(hardware, text);
        if dropped != 0 {
            dropped_line(dropped, &mut send);
        }
        write(&mut send);
    }

    /// Sends text; a byte that is not taken is dropped and counted.
    fn send(&mut self, hardware: &mut impl Hardware, text: &str) {
        for byte in text.bytes() {
            if is_ready(hardware) {
                hardware.send(byte);
            } else {
                self.dropped = self.dropped.saturating_add(1);
            }
        }
    }
}

fn is_ready(hardware: &mut impl Hardware) -> bool {
    (0..PATIENCE).any(|_| hardware.can_send())
}
