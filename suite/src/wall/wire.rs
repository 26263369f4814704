//! Orders on their way to an attacker, and its answers: words of 64 bits, the low byte first.

use crate::hostile::Act;

/// How many words an order has.
pub(super) const ORDER_WORDS: usize = 3;
/// How many words the longest answer has.
pub(super) const ANSWER_WORDS: usize = 6;
/// How long a word is on its way.
pub(super) const WORD_BYTES: usize = size_of::<u64>();

/// What an attacker is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Finds out where it lies; asked without room for an answer.
    Survey,
    /// Answers where it lies.
    Where,
    /// Answers with so many bytes of its memory from an address on.
    Show { address: usize, bytes: usize },
    /// Answers that it is well.
    Live,
    /// Answers where it is going to happen, then does it.
    Attack { act: Act, operand: usize },
}

/// What an attack's number is above the act's.
const FIRST_ACT: u64 = 16;

impl Order {
    /// The order on its way.
    pub(super) fn to_bytes(self) -> [u8; ORDER_WORDS * WORD_BYTES] {
        to_bytes(match self {
            Order::Survey => [0, 0, 0],
            Order::Where => [1, 0, 0],
            Order::Show { address, bytes } => [2, address as u64, bytes as u64],
            Order::Live => [3, 0, 0],
            Order::Attack { act, operand } => [FIRST_ACT + act as u64, operand as u64, 0],
        })
    }

    /// The order that arrived, if it is one.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Order> {
        let [what, first, second] = from_bytes(bytes);
        let [first, second] = [usize::try_from(first).ok()?, usize::try_from(second).ok()?];
        match what {
            0 => Some(Order::Survey),
            1 => Some(Order::Where),
            2 => Some(Order::Show { address: first, bytes: second }),
            3 => Some(Order::Live),
            _ => {
                let act = Act::ALL.into_iter().find(|act| FIRST_ACT + *act as u64 == what)?;
                Some(Order::Attack { act, operand: first })
            }
        }
    }
}

/// Words on their way.
pub(super) fn to_bytes<const WORDS: usize, const BYTES: usize>(words: [u64; WORDS]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (place, word) in bytes.chunks_exact_mut(WORD_BYTES).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

/// The words that arrived; zero for those that did not.
pub(super) fn from_bytes<const WORDS: usize>(bytes: &[u8]) -> [u64; WORDS] {
    let (places, _) = bytes.as_chunks::<WORD_BYTES>();
    let mut words = [0; WORDS];
    for (word, place) in words.iter_mut().zip(places) {
        *word = u64::from_le_bytes(*place);
    }
    words
}
