//! What is in a stream buffer (AM-2): a header, and messages one after another.
//!
//! The header is Tock's: a version, which is 0, in two bytes; flags in two bytes, the high one first;
//! and where the next message goes, counted from the header's end, in four bytes, the low one first.
//! Each message is its sender's id and its length, four bytes each, the low one first, and its bytes.
//!
//! Whatever the bytes are, reading them ends, and stays inside.

use core::iter::FusedIterator;

use crate::ProcessId;

/// How many bytes the header takes.
pub const HEADER_BYTES: usize = 8;
/// How many bytes a message takes beside its own.
pub const MESSAGE_HEADER_BYTES: usize = 8;

/// The flag that says that a message found no room.
const EXCEEDED: u16 = 1;

/// Makes the buffer one without messages. It is one of no use if it has no room for the header.
pub(super) fn clear(buffer: &mut [u8]) {
    if let Some(header) = buffer.first_chunk_mut::<HEADER_BYTES>() {
        *header = [0; HEADER_BYTES];
    }
}

/// A message that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Whose it is (AB-6).
    pub from: ProcessId,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The messages in a buffer, in the order in which they came.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    rest: &'a [u8],
    is_exceeded: bool,
    is_damaged: bool,
}

impl<'a> Messages<'a> {
    /// The messages in this buffer.
    pub fn of(buffer: &'a [u8]) -> Messages<'a> {
        Messages::read_header(buffer).unwrap_or(Messages {
            rest: &[],
            is_exceeded: false,
            is_damaged: true,
        })
    }

    fn read_header(buffer: &'a [u8]) -> Option<Messages<'a>> {
        let (header, room) = buffer.split_first_chunk::<HEADER_BYTES>()?;
        let [version0, version1, flags0, flags1, next @ ..] = *header;
        let next = usize::try_from(u32::from_le_bytes(next)).ok()?;
        let rest = room.get(..next).filter(|_| [version0, version1] == [0, 0])?;
        let is_exceeded = u16::from_be_bytes([flags0, flags1]) & EXCEEDED != 0;
        Some(Messages { rest, is_exceeded, is_damaged: false })
    }

    /// Tells whether a message found no room in this buffer.
    pub fn was_exceeded(&self) -> bool {
        self.is_exceeded
    }

    /// Tells whether what was read so far was no stream: the rest of it is lost. Only a program that
    /// writes to the buffer itself can bring this about.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    fn split_message(&self) -> Option<(Message<'a>, &'a [u8])> {
        let (id, rest) = self.rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (bytes, rest) = rest.split_at_checked(length)?;
        let from = ProcessId::from_word(u32::from_le_bytes(*id))?;
        Some((Message { from, bytes }, rest))
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let split = self.split_message();
        self.is_damaged |= split.is_none();
        let (message, rest) =
            split.map_or((None, [].as_slice()), |(message, rest)| (Some(message), rest));
        self.rest = rest;
        message
    }
}

impl FusedIterator for Messages<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// A buffer with these messages and this flag byte, and 5 bytes of room behind them.
    fn stream(flags: u8, messages: &[(u32, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (id, bytes) in messages {
            body.extend(id.to_le_bytes());
            body.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
            body.extend(*bytes);
        }
        let mut buffer = vec![0, 0, 0, flags];
        buffer.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        buffer.extend(body);
        buffer.extend([0xAA; 5]);
        buffer
    }

    fn read(buffer: &[u8]) -> (Vec<(u32, Vec<u8>)>, bool) {
        let mut messages = Messages::of(buffer);
        let read = messages.by_ref().map(|message| (message.from.word(), message.bytes.to_vec()));
        (read.collect(), messages.is_damaged())
    }

    #[test]
    fn messages_come_in_their_order() {
        let buffer = stream(1, &[(0x101, b"one"), (0x102, b""), (0x101, b"three")]);
        let expected = vec![(0x101, b"one".to_vec()), (0x102, vec![]), (0x101, b"three".to_vec())];
        assert_eq!(read(&buffer), (expected, false));
        assert!(Messages::of(&buffer).was_exceeded());
        assert!(!Messages::of(&stream(2, &[])).was_exceeded());
    }

    #[test]
    fn a_cleared_buffer_has_none() {
        let mut buffer = [0xFF; 20];
        clear(&mut buffer);
        assert_eq!(read(&buffer), (vec![], false));
        assert_eq!(buffer[8..], [0xFF; 12]);
        clear(&mut []);
    }

    #[test]
    fn a_header_that_is_no_header_has_none() {
        let mut longer = stream(0, &[(1, b"x")]);
        longer[4] += 6;
        let mut other_version = stream(0, &[(1, b"x")]);
        other_version[1] = 1;
        for buffer in [&[][..], &[0; 7], &[0xFF; 30], &longer, &other_version] {
            assert_eq!(read(buffer), (vec![], true), "{buffer:?}");
        }
    }

    #[test]
    fn what_is_cut_ends_the_reading() {
        let whole = stream(0, &[(7, b"first"), (8, b"second")]);
        let first = vec![(7, b"first".to_vec())];
        for next in 0..=27u8 {
            let mut buffer = whole.clone();
            buffer[4] = next;
            let (messages, is_damaged) = read(&buffer);
            let boundary = [0, 13, 27].contains(&next);
            assert_eq!(is_damaged, !boundary, "{next}");
            assert_eq!(messages.len(), usize::from(next >= 13) + usize::from(next >= 27));
            assert!(next < 13 || messages[..1] == first);
        }
    }

    #[test]
    fn hostile_bytes_are_read_to_an_end() {
        let mut state = 1u32;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for _ in 0..20_000 {
            let mut buffer: Vec<u8> = (0..usize::from(byte() % 64)).map(|_| byte()).collect();
            // Now and then it is nearly right.
            for (index, mask) in [(0, 0), (1, 0), (4, 63), (5, 0), (6, 0), (7, 0), (12, 7)] {
                let is_right = byte() < 240;
                if let Some(place) = buffer.get_mut(index).filter(|_| is_right) {
                    *place &= mask;
                }
            }
            let total: usize = Messages::of(&buffer).map(|message| message.bytes.len() + 8).sum();
            assert!(total <= buffer.len().saturating_sub(HEADER_BYTES));
        }
    }

    #[test]
    fn nobody_sends_nothing() {
        assert_eq!(read(&stream(0, &[(0, b"x"), (1, b"y")])), (vec![], true));
    }
}
