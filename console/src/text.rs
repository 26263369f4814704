//! Which bytes of a process a terminal is shown as they are, and what stands for the others.

use core::fmt;
use core::num::NonZero;

/// The base in which people write numbers.
pub const DECIMAL: NonZero<usize> = NonZero::new(10).unwrap();
/// The base in which people write addresses.
pub const HEXADECIMAL: NonZero<usize> = NonZero::new(16).unwrap();

/// The most digits of a number.
const MAX_DIGITS: usize = 20;

/// Where the parts of a text go, each of them whole characters of UTF-8.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]);

/// Hands the bytes to `out` as text in which everything prints (PR-7): what does not is written as
/// `\xNN`, byte by byte.
///
/// It decodes by itself, a character at a time: the library's way is three times as large, and this
/// is in every kernel image.
pub fn readable(bytes: &[u8], out: Sink<'_>) {
    let mut rest = bytes;
    while let [first, others @ ..] = rest {
        // What goes on with a character begins none, so of one that does not print every byte is
        // escaped.
        rest = match rest.split_at_checked(printing(rest)) {
            Some((character @ [_, ..], behind)) => {
                out(character);
                behind
            }
            Some(([], _)) | None => {
                out(&[b'\\', b'x', digit(first >> 4), digit(first & 0xF)]);
                others
            }
        };
    }
}

/// How many bytes at the beginning are one character that prints; none if it is no character, or
/// not written in the one way, the shortest.
fn printing(bytes: &[u8]) -> usize {
    let (length, least) = match bytes.first() {
        Some(b' '..=b'~') => return 1,
        Some(0xC2..=0xDF) => (2, 0x80),
        Some(0xE0..=0xEF) => (3, 0x800),
        Some(0xF0..=0xF4) => (4, 0x1_0000),
        Some(0..=0x1F | 0x7F..=0xC1 | 0xF5..=0xFF) | None => return 0,
    };
    let Some([lead, others @ ..]) = bytes.get(..length) else { return 0 };
    let mut value = u32::from(*lead) & (0x7F >> length);
    for byte in others {
        if byte & 0xC0 != 0x80 {
            return 0;
        }
        value = value << 6 | u32::from(byte & 0x3F);
    }
    if value >= least && is_printing(value) { length } else { 0 }
}

/// Bytes that are formatted as [`readable`] text.
#[derive(Clone, Copy, Debug)]
pub struct Readable<'a>(pub &'a [u8]);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        readable(self.0, &mut |part| {
            let text = core::str::from_utf8(part).map_err(|_| fmt::Error);
            result = result.and(text).and_then(|text| formatter.write_str(text));
        });
        result
    }
}

/// Hands the digits of a number to `out`, at least one, in a base of at most sixteen.
#[inline(never)]
pub fn digits(number: usize, base: NonZero<usize>, out: Sink<'_>) {
    let mut text = [0; MAX_DIGITS];
    let mut start = MAX_DIGITS;
    let mut rest = number;
    for place in text.iter_mut().rev() {
        *place = digit(u8::try_from(rest % base).unwrap_or(0));
        start = start.wrapping_sub(1);
        rest /= base;
        if rest == 0 {
            break;
        }
    }
    out(text.get(start..).unwrap_or_default());
}

/// The digit of this value, less than sixteen.
fn digit(value: u8) -> u8 {
    if value < 10 { b'0'.wrapping_add(value) } else { (b'a' - 10).wrapping_add(value) }
}

/// The characters, from first to last, of which a terminal shows nothing, or that do something
/// else: control characters, and what changes the direction of text, joins or hides it. A line must
/// read as what it is. Surrogates are here because no character has their number.
const HIDDEN: [(u16, u16); 10] = [
    (0x80, 0x9F),
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
    (0xFFF0, 0xFFFB),
];

/// Tells whether a terminal shows the character with this number, which is not one of ASCII, and
/// does nothing else. Tags are hidden too, and after the last character there is none.
fn is_printing(character: u32) -> bool {
    match u16::try_from(character) {
        Ok(short) => !HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&short)),
        Err(_) => !matches!(character, 0xE_0000..=0xE_0FFF | 0x11_0000..),
    }
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
            let mut push = |part: &[u8]| text += core::str::from_utf8(part).expect("ASCII");
            digits(number, HEXADECIMAL, &mut push);
            push(b" ");
            digits(number, DECIMAL, &mut push);
            assert_eq!(text, std::format!("{number:x} {number}"));
        }
    }
}
