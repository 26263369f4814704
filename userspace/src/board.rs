//! What a program must know of the board that it is built for.
//!
//! Boards with the same processor have clocks of different rates, and the rate is a constant of a
//! program (AB-4): a division by a constant is cheap, and a duration can be converted when the
//! program is built. So the tool says it when it builds a program for a board. Built by plain cargo,
//! to be checked and not to be run, a program gets a rate that no clock of ours has.

/// How many ticks of the board's clock a second has (AB-4).
#[cfg(target_os = "none")]
pub const TICKS_PER_SEC: u64 = match option_env!("GUICHET_TICKS_PER_SEC") {
    Some(text) => number(text),
    None => 1_000_000,
};

/// A board has one memory: what may be shared is what the program has.
#[cfg(target_os = "none")]
pub(crate) fn shared_bytes(
    bytes: &'static [core::sync::atomic::AtomicU8],
) -> &'static [core::sync::atomic::AtomicU8] {
    bytes
}

/// The number that a text is in decimal.
const fn number(text: &str) -> u64 {
    let digits = text.as_bytes();
    assert!(!digits.is_empty(), "GUICHET_TICKS_PER_SEC is empty; build with `guichet`");
    let mut number = 0u64;
    let mut place = 0;
    while place < digits.len() {
        assert!(digits[place].is_ascii_digit(), "GUICHET_TICKS_PER_SEC is no number");
        number = number * 10 + (digits[place] - b'0') as u64;
        place += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_rate_is_read_in_decimal() {
        assert_eq!((number("0"), number("25000000"), number("007")), (0, 25_000_000, 7));
    }
}
