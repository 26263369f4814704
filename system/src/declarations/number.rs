//! Whole numbers.
//!
//! JSON5 has one kind of number, most parsers make it a floating-point one, and sizes near the top of
//! an address space then come out rounded. Here the text of a whole number is read as such, and
//! whatever is not whole is refused by name.

/// Why a number's text is not a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotWhole {
    /// It has a decimal point or an exponent, or is Infinity or NaN.
    Fractional,
    /// It has too many digits for any use.
    TooLong,
}

/// The whole number that `text`, a JSON5 number, stands for: decimal or hexadecimal, with or without
/// a sign.
pub(super) fn parse(text: &str) -> Result<i128, NotWhole> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(NotWhole::Fractional);
    }
    i128::from_str_radix(digits, radix).map(|number| sign * number).map_err(|_| NotWhole::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_and_others_are_refused() {
        let cases = [
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("+42", Ok(42)),
            ("0x1F", Ok(31)),
            ("-0X10", Ok(-16)),
            ("18446744073709551615", Ok(18_446_744_073_709_551_615)),
            ("1.0", Err(NotWhole::Fractional)),
            ("5.", Err(NotWhole::Fractional)),
            ("1e3", Err(NotWhole::Fractional)),
            ("-Infinity", Err(NotWhole::Fractional)),
            ("NaN", Err(NotWhole::Fractional)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse(&"9".repeat(1000)), Err(NotWhole::TooLong));
    }
}
