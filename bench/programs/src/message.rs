//! A message's bytes, and how one is told from another.

/// The bytes in which a message carries its number.
const NUMBER_BYTES: usize = size_of::<u32>();

/// A request with this number has the handler of several initiators let the others begin.
pub const BEGIN_OTHERS: u32 = u32::MAX;
/// A request with this number has it let them end.
pub const END_OTHERS: u32 = u32::MAX - 2;
/// A request with this number has it serve in another manner from the next one on.
pub const CHANGE_MANNER: u32 = u32::MAX - 1;

/// A buffer for a message. It is aligned as a real message, which is a struct, would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(8))]
pub struct Message<const BYTES: usize>(pub [u8; BYTES]);

impl<const BYTES: usize> Message<BYTES> {
    /// A message full of zeros.
    pub const ZERO: Self = Message([0; BYTES]);

    /// A message in which every byte depends on its place and on `seed`.
    pub fn patterned(seed: u32) -> Self {
        let mut state = seed | 1;
        Message(core::array::from_fn(|_| {
            state = state.wrapping_mul(0x9E37_79B1).rotate_left(7);
            state.to_le_bytes()[3]
        }))
    }

    /// Writes a number into the first bytes; a message that is too short for it stays as it is.
    #[inline(always)]
    pub fn set_number(&mut self, number: u32) {
        if let Some(place) = self.0.first_chunk_mut::<NUMBER_BYTES>() {
            *place = number.to_le_bytes();
        }
    }

    /// Writes into the bytes after the number how many requests have been served; a message that is too
    /// short for it stays as it is.
    #[inline(always)]
    pub fn set_served(&mut self, served: u32) {
        if let Some(place) = self.0.get_mut(NUMBER_BYTES..2 * NUMBER_BYTES) {
            place.copy_from_slice(&served.to_le_bytes());
        }
    }

    /// How many requests had been served, as far as the message can say so.
    #[inline(always)]
    pub fn served(&self) -> u32 {
        let place = self.0.get(NUMBER_BYTES..).and_then(|rest| rest.first_chunk());
        place.map_or(0, |place| u32::from_le_bytes(*place))
    }

    /// Tells whether this is the message with that number, as far as it can say so.
    #[inline(always)]
    pub fn has_number(&self, number: u32) -> bool {
        self.0.first_chunk::<NUMBER_BYTES>().is_none_or(|place| *place == number.to_le_bytes())
    }
}
