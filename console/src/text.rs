//! Which bytes of a process a terminal is shown as they are, and what stands for the others.

use core::fmt;

/// The digits of hexadecimal numbers.
const DIGITS: &str = "0123456789abcdef";

/// Hands the bytes to `out` as text in which everything prints (PR-7): what does not is written as
/// `\xNN`, byte by byte.
///
/// It decodes by itself, a character at a time: the library's way is three times as large, and this
/// is in every kernel image.
pub fn readable(bytes: &[u8], out: &mut dyn FnMut(&str)) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (character, length) = first_character(rest).map_or((None, 1), |(c, n)| (Some(c), n));
        match character {
            Some(character) if is_printing(character) => out(character.encode_utf8(&mut [0; 4])),
            Some(_) | None => escape(rest.get(..length).unwrap_or_default(), out),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// The character that the bytes begin with, and how many of them it is; `None` if it is none.
fn first_character(bytes: &[u8]) -> Option<(char, usize)> {
    let lead = *bytes.first()?;
    let length = match lead {
        0..=0x7F => return Some((char::from(lead), 1)),
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        0x80..=0xC1 | 0xF5..=0xFF => return None,
    };
    let mut value = u32::from(lead) & (0x7F >> length);
    for byte in bytes.get(1..length)? {
        if byte & 0xC0 != 0x80 {
            return None;
        }
        value = value << 6 | u32::from(byte & 0x3F);
    }
    // A character has one way to be written: the shortest.
    char::from_u32(value).filter(|character| character.len_utf8() == length).map(|c| (c, length))
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
        let table: [(&[u8], &str); 10] = [
            (b"\xe0\x80\x80\xf4\x90\x80\x80", "\\xe0\\x80\\x80\\xf4\\x90\\x80\\x80"),
            (b"\xc3a\xe5\xa4\xa7\xf0\x9f\x99", "\\xc3a大\\xf0\\x9f\\x99"),
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
