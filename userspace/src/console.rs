//! Formatted text for the console, without an allocator (PR-7).
//!
//! One console call takes at most [`MAX_LOG_BYTES`], so text goes out in pieces: it is gathered in
//! a buffer of that size, which is sent when the next part does not fit and once more at the end.
//! No text is lost however long it is, and a text that fits costs one call. A piece never ends
//! inside a character, so that each one is good UTF-8 to whoever looks at a single call.

use core::fmt::{self, Write};

use guichet_abi::MAX_LOG_BYTES;

use crate::syscall;

/// Gathers text and hands it on in pieces of at most [`MAX_LOG_BYTES`] bytes.
pub(crate) struct Pieces<S: FnMut(&[u8])> {
    bytes: [u8; MAX_LOG_BYTES],
    length: usize,
    send: S,
}

impl<S: FnMut(&[u8])> Pieces<S> {
    /// Starts with nothing gathered; full pieces will go to `send`.
    pub(crate) fn new(send: S) -> Self {
        Pieces { bytes: [0; MAX_LOG_BYTES], length: 0, send }
    }

    /// The last piece, which was not sent yet; empty only if there was no text at all.
    pub(crate) fn last(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn send(&mut self) {
        (self.send)(&self.bytes[..self.length]);
        self.length = 0;
    }
}

impl<S: FnMut(&[u8])> Write for Pieces<S> {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        while !text.is_empty() {
            let room = MAX_LOG_BYTES - self.length;
            let (fitting, rest) = text.split_at(text.floor_char_boundary(room));
            self.bytes[self.length..][..fitting.len()].copy_from_slice(fitting.as_bytes());
            self.length += fitting.len();
            text = rest;
            if !text.is_empty() {
                self.send();
            }
        }
        Ok(())
    }
}

/// Writes formatted text to the console; what [`crate::print!`] and [`crate::println!`] call.
pub fn print(text: fmt::Arguments<'_>) {
    // Output that the console cannot take is dropped and counted there (PR-7): a program does not
    // fail because nobody reads what it says.
    let mut pieces = Pieces::new(|piece| {
        let _ = syscall::debug_log(piece);
    });
    // A `Display` that fails has still written what it wrote.
    let _ = pieces.write_fmt(text);
    if !pieces.last().is_empty() {
        pieces.send();
    }
}

/// Writes formatted text to the console (PR-7). Takes what `format_args!` takes; text of any
/// length, in as many calls as it needs. Never blocks and never fails.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => {
        $crate::private::print(::core::format_args!($($text)*))
    };
}

/// As [`print!`](crate::print!), and ends the line, which is when the console shows it (PR-7).
#[macro_export]
macro_rules! println {
    () => {
        $crate::print!("\n")
    };
    ($($text:tt)*) => {
        $crate::print!("{}\n", ::core::format_args!($($text)*))
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    /// The pieces in which the parts go out, the last one included.
    fn pieces(parts: &[&str]) -> Vec<String> {
        let mut sent = Vec::new();
        let text = |piece: &[u8]| String::from_utf8(piece.to_vec()).unwrap();
        let mut pieces = Pieces::new(|piece| sent.push(text(piece)));
        for part in parts {
            pieces.write_str(part).unwrap();
        }
        let last = text(pieces.last());
        sent.push(last);
        sent
    }

    #[test]
    fn short_text_is_one_piece() {
        assert_eq!(pieces(&["one", " ", "two\n"]), ["one two\n"]);
        assert_eq!(pieces(&[]), [""]);
    }

    #[test]
    fn a_full_piece_waits_for_more() {
        let full = "x".repeat(MAX_LOG_BYTES);
        assert_eq!(pieces(&[&full]).concat(), full);
        assert_eq!(pieces(&[&full, "y"]), [full.clone(), "y".into()]);
        assert_eq!(pieces(&[&full, &full]), [full.clone(), full]);
    }

    #[test]
    fn no_byte_is_lost_and_no_character_is_cut() {
        for shift in 0..4 {
            let text = format!("{}{}", &"abc"[..shift], "é€𝄞".repeat(100));
            let sent = pieces(&[&text]);
            assert!(sent.len() > 1);
            assert!(sent.iter().all(|piece| piece.len() <= MAX_LOG_BYTES));
            assert_eq!(sent.concat(), text);
        }
    }
}
