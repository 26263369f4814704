//! From a process's bytes to lines that are fit for a terminal (PR-7).
//!
//! What a process prints is hostile: it may hold terminal commands, pretend to be another
//! process's line or the kernel's, or never end. So bytes are collected until the line ends, and
//! only then made into text: what does not print is written as `\xNN`, and every line gets the
//! process's mark in front. Because the line is turned into text as a whole, a character may come
//! in several calls.

/// The longest line in bytes as the process wrote them; a longer one is broken.
const MAX_LINE_BYTES: usize = 256;
/// Stands at the end of a line that goes on in the next one.
const BROKEN: &str = "…";

/// One process's unfinished line.
#[derive(Debug, Default)]
pub(crate) struct LineBuffer {
    bytes: Vec<u8>,
}

impl LineBuffer {
    /// Takes what a process prints, and hands every line that is complete with it to `line`.
    pub(crate) fn push(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for &byte in bytes {
            if byte == b'\n' {
                self.finish(&mut line);
                continue;
            }
            if self.bytes.len() >= MAX_LINE_BYTES {
                line(self.break_off());
            }
            self.bytes.push(byte);
        }
    }

    /// Hands out the unfinished line, if there is one: nothing more will come.
    pub(crate) fn flush(&mut self, mut line: impl FnMut(String)) {
        if !self.bytes.is_empty() {
            self.finish(&mut line);
        }
    }

    fn finish(&mut self, line: &mut impl FnMut(String)) {
        line(readable(&self.bytes));
        self.bytes.clear();
    }

    /// Takes off a full line, up to the last whole character.
    fn break_off(&mut self) -> String {
        let cut = self.bytes.len() - unfinished_character(&self.bytes);
        let text = readable(&self.bytes[..cut]) + BROKEN;
        self.bytes.drain(..cut);
        text
    }
}

/// How many bytes at the end are the beginning of a character that is not complete.
fn unfinished_character(bytes: &[u8]) -> usize {
    match bytes.utf8_chunks().last() {
        Some(chunk) => {
            let tail = chunk.invalid();
            let unfinished =
                std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none());
            if unfinished { tail.len() } else { 0 }
        }
        None => 0,
    }
}

/// The bytes as text in which everything prints.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_printing(character) {
                text.push(character);
            } else {
                escape(character.encode_utf8(&mut [0; 4]).as_bytes(), &mut text);
            }
        }
        escape(chunk.invalid(), &mut text);
    }
    text
}

fn escape(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        text.push_str(&format!("\\x{byte:02x}"));
    }
}

/// Tells whether a terminal shows this character and does nothing else. Besides control
/// characters, that leaves out what changes the direction of text, joins or hides it: a line must
/// read as what it is.
fn is_printing(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(calls: &[&[u8]]) -> Vec<String> {
        let mut buffer = LineBuffer::default();
        let mut lines = Vec::new();
        for call in calls {
            buffer.push(call, |line| lines.push(line));
        }
        buffer.flush(|line| lines.push(line + "|"));
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
    fn what_does_not_print_is_escaped() {
        let table: [(&[u8], &str); 7] = [
            (b"bell\x07 \x1b[31m\r\n", "bell\\x07 \\x1b[31m\\x0d"),
            (b"tab\t\x7f\0\n", "tab\\x09\\x7f\\x00"),
            ("Größe 大 ✓ '\"\\\n".as_bytes(), "Größe 大 ✓ '\"\\"),
            (b"\xff\xfe-\xe5\xa4\n", "\\xff\\xfe-\\xe5\\xa4"),
            ("\u{202e}txt\u{200b}\n".as_bytes(), "\\xe2\\x80\\xaetxt\\xe2\\x80\\x8b"),
            ("\u{85}\u{2028}\n".as_bytes(), "\\xc2\\x85\\xe2\\x80\\xa8"),
            (b"\xed\xa0\x80\n", "\\xed\\xa0\\x80"),
        ];
        for (bytes, text) in table {
            assert_eq!(lines_of(&[bytes]), [text]);
        }
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
