//! From a process's bytes to lines that are fit for a terminal (PR-7).
//!
//! What a process prints is hostile: it may hold terminal commands, pretend to be another
//! process's line or the kernel's, or never end. So bytes are collected until the line ends, and
//! only then made into text; the port puts the process's mark in front. Because the line is
//! turned into text as a whole, a character may come in several calls.

use core::fmt;

use crate::text::{Readable, Sink, readable};

/// The longest character of UTF-8, in bytes.
const LONGEST_CHARACTER: usize = 4;

/// Stands at the end of a line that goes on in the next one.
const BROKEN: &str = "…";

/// A line that is complete, or as long as a line may be.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    bytes: &'a [u8],
    is_broken: bool,
}

impl Line<'_> {
    /// Hands the line to `out` as text in which everything prints, without a line end.
    pub fn write(&self, out: Sink<'_>) {
        readable(self.bytes, out);
        if self.is_broken {
            out(BROKEN.as_bytes());
        }
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let broken = if self.is_broken { BROKEN } else { "" };
        write!(formatter, "{}{broken}", Readable(self.bytes))
    }
}

/// One process's unfinished line, of at most `BYTES` bytes as the process wrote them; a longer one
/// is broken.
#[derive(Clone, Debug)]
pub struct LineBuffer<const BYTES: usize> {
    bytes: [u8; BYTES],
    length: usize,
}

impl<const BYTES: usize> LineBuffer<BYTES> {
    /// An empty line.
    pub const EMPTY: Self = {
        assert!(BYTES >= 4, "a line must hold a character");
        LineBuffer { bytes: [0; BYTES], length: 0 }
    };

    /// Takes what a process prints, and hands every line that is complete with it to `line`, and
    /// every part of one that is too long.
    #[inline(never)]
    pub fn push(&mut self, bytes: &[u8], line: &mut dyn FnMut(Line<'_>)) {
        for byte in bytes {
            let is_end = *byte == b'\n';
            if is_end || self.length >= BYTES {
                self.hand_out(!is_end, line);
            }
            if is_end {
                continue;
            }
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = *byte;
                self.length = self.length.wrapping_add(1);
            }
        }
    }

    /// Hands out the unfinished line, if there is one: nothing more will come.
    pub fn flush(&mut self, line: &mut dyn FnMut(Line<'_>)) {
        if self.length != 0 {
            self.hand_out(false, line);
        }
    }

    /// Hands out the line; of one that is broken, what ends with the last whole character, and keeps
    /// what is left.
    #[inline(never)]
    fn hand_out(&mut self, is_broken: bool, line: &mut dyn FnMut(Line<'_>)) {
        let collected = self.bytes.get(..self.length).unwrap_or_default();
        let kept = if is_broken { unfinished_character(collected) } else { 0 };
        let cut = self.length.saturating_sub(kept);
        line(Line { bytes: self.bytes.get(..cut).unwrap_or_default(), is_broken });
        for offset in 0..kept {
            let byte = self.bytes.get(cut.wrapping_add(offset)).copied();
            if let (Some(byte), Some(place)) = (byte, self.bytes.get_mut(offset)) {
                *place = byte;
            }
        }
        self.length = kept;
    }
}

/// How many bytes at the end are the beginning of a character that is not complete.
fn unfinished_character(bytes: &[u8]) -> usize {
    for (length, byte) in (1..).zip(bytes.iter().rev().take(LONGEST_CHARACTER - 1)) {
        // How many bytes a character has that begins with this one.
        let whole = match byte {
            0x80..=0xBF => continue,
            0..=0x7F | 0xF8.. => 1,
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
        };
        return if length < whole { length } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn lines_of(calls: &[&[u8]]) -> Vec<String> {
        let mut buffer = LineBuffer::<256>::EMPTY;
        let mut lines = Vec::new();
        for call in calls {
            buffer.push(call, &mut |line| {
                let mut written = String::new();
                line.write(&mut |part| written += core::str::from_utf8(part).expect("UTF-8"));
                assert_eq!(written, line.to_string());
                lines.push(written);
            });
        }
        buffer.flush(&mut |line| lines.push(line.to_string() + "|"));
        lines
    }

    #[test]
    fn lines_end_at_newlines_and_at_the_end() {
        assert_eq!(lines_of(&[b"one\ntwo\n"]), ["one", "two"]);
        assert_eq!(lines_of(&[b"on", b"e", b"\n\ntw", b"o"]), ["one", "", "two|"]);
        assert_eq!(lines_of(&[]), [""; 0]);
        assert_eq!(lines_of(&[b"", b"\n"]), [""]);
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        let bytes = "a大é🙂\n".as_bytes();
        let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(lines_of(&pieces), ["a大é🙂"]);
        assert_eq!(lines_of(&["é".as_bytes().get(..1).unwrap_or(&[])]), ["\\xc3|"]);
    }

    #[test]
    fn long_lines_are_broken_between_characters() {
        let lines = lines_of(&[&[b'x'; 300]]);
        assert_eq!(lines, ["x".repeat(256) + "…", "x".repeat(44) + "|"]);
        assert_eq!(lines_of(&[&[b'x'; 256], b"\n"]), ["x".repeat(256)]);
        let text = "x".to_string() + &"大".repeat(100);
        let lines = lines_of(&[text.as_bytes()]);
        assert_eq!(lines, ["x".to_string() + &"大".repeat(85) + "…", "大".repeat(15) + "|"]);
        let lines = lines_of(&[&[0xff; 600]]);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], "\\xff".repeat(256) + "…");
    }
}
