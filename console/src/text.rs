//! Which bytes of a process a terminal is shown as they are, and what stands for the others.

use core::fmt;

/// The digits of hexadecimal numbers.
const DIGITS: &str = "0123456789abcdef";

/// Hands the bytes to `out` as text in which everything prints (PR-7): what does not is written as
/// `\xNN`, byte by byte.
pub fn readable(bytes: &[u8], out: &mut dyn FnMut(&str)) {
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        let mut shown = 0;
        for (start, character) in text.char_indices() {
            if is_printing(character) {
                continue;
            }
            let end = start.saturating_add(character.len_utf8());
            out(text.get(shown..start).unwrap_or_default());
            escape(text.as_bytes().get(start..end).unwrap_or_default(), out);
            shown = end;
        }
        out(text.get(shown..).unwrap_or_default());
        escape(chunk.invalid(), out);
    }
}

/// Bytes that are formatted as [`readable`] text.
#[derive(Clone, Copy, Debug)]
pub struct Readable<'a>(pub &'a [u8]);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        readable(self.0, &mut |text| result = result.and_then(|()| formatter.write_str(text)));
        result
    }
}

/// Hands a number to `out` as people write addresses: `0x` and at least one digit.
pub fn hexadecimal(number: usize, out: &mut dyn FnMut(&str)) {
    out("0x");
    for place in (0..usize::BITS / 4).rev() {
        let above = number >> place.wrapping_mul(4);
        if above != 0 || place == 0 {
            digit(above & 0xF, out);
        }
    }
}

fn escape(bytes: &[u8], out: &mut dyn FnMut(&str)) {
    for byte in bytes {
        out("\\x");
        digit(usize::from(byte >> 4), out);
        digit(usize::from(byte & 0xF), out);
    }
}

fn digit(value: usize, out: &mut dyn FnMut(&str)) {
    out(DIGITS.get(value..value.wrapping_add(1)).unwrap_or_default());
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
    use std::string::{String, ToString};

    #[test]
    fn what_does_not_print_is_escaped() {
        let table: [(&[u8], &str); 8] = [
            (b"bell\x07 \x1b[31m\r", "bell\\x07 \\x1b[31m\\x0d"),
            (b"tab\t\x7f\0", "tab\\x09\\x7f\\x00"),
            ("Größe 大 ✓ '\"\\".as_bytes(), "Größe 大 ✓ '\"\\"),
            (b"\xff\xfe-\xe5\xa4", "\\xff\\xfe-\\xe5\\xa4"),
            ("\u{202e}txt\u{200b}".as_bytes(), "\\xe2\\x80\\xaetxt\\xe2\\x80\\x8b"),
            ("\u{85}\u{2028}".as_bytes(), "\\xc2\\x85\\xe2\\x80\\xa8"),
            (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
            (b"", ""),
        ];
        for (bytes, text) in table {
            assert_eq!(Readable(bytes).to_string(), text);
        }
    }

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        for number in [0, 1, 0xF, 0x10, 0x8000_0000, usize::MAX] {
            let mut text = String::new();
            hexadecimal(number, &mut |part| text.push_str(part));
            assert_eq!(text, std::format!("{number:#x}"));
        }
    }
}
