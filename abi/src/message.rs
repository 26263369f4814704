//! What a call may hand back besides its results: a short message, and whose it is.

/// The most words of a message that travels in registers (EP-8).
pub const MAX_MESSAGE_WORDS: usize = 4;

/// The registers that a message takes, beside those of [`crate::Results`].
///
/// Calls that receive fill them; every other call, and every error, leaves them zero. The order is
/// that of the registers on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Message {
    /// What the receiver knows the sender by (AB-6); zero in the answer to a call.
    pub badge: u32,
    /// Which life of the sender's process sent it (EP-4); zero in the answer to a call.
    pub incarnation: u32,
    /// The words, if the message came in registers, and zeros behind its end.
    pub words: [u32; MAX_MESSAGE_WORDS],
}

impl Message {
    /// How many words it is.
    pub const WORDS: usize = 2 + MAX_MESSAGE_WORDS;

    /// The registers' words, in their order.
    pub const fn to_words(self) -> [u32; Self::WORDS] {
        let [first, second, third, fourth] = self.words;
        [self.badge, self.incarnation, first, second, third, fourth]
    }
}

/// The first argument of a call with words: the handle, and how many words there are.
pub const fn handle_with_words(handle: u32, words: usize) -> usize {
    handle as usize & HANDLE_MASK | words << WORDS_SHIFT
}

/// What [`handle_with_words`] put together. Any word is possible here: both may be too large.
pub const fn split_handle(argument: usize) -> (usize, usize) {
    (argument & HANDLE_MASK, argument >> WORDS_SHIFT)
}

const WORDS_SHIFT: u32 = 16;
const HANDLE_MASK: usize = (1 << WORDS_SHIFT) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_and_a_count_share_a_word() {
        for words in 0..=MAX_MESSAGE_WORDS {
            assert_eq!(split_handle(handle_with_words(0xFFFF, words)), (0xFFFF, words));
        }
        assert_eq!(split_handle(usize::MAX).0, 0xFFFF);
        assert!(split_handle(usize::MAX).1 > MAX_MESSAGE_WORDS);
    }

    #[test]
    fn the_registers_have_an_order() {
        let message = Message { badge: 1, incarnation: 2, words: [3, 4, 5, 6] };
        assert_eq!(message.to_words(), [1, 2, 3, 4, 5, 6]);
    }
}
