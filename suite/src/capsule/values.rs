//! What steps come to, as the values that robots send.

use pw_status::{Error, Result};
use userspace::syscall::{CapsuleError, ErrorCode};

use super::CANARY;
use crate::pattern;
use crate::report::Case;

/// What a step came to, here.
pub type Said = core::result::Result<u64, CapsuleError>;

/// Set in the value of a step that a capsule has refused; its code is below.
const IS_REFUSED: u64 = 1 << 63;
/// Set in the value of an upcall that came.
const HAS_COME: u64 = 1 << 61;
/// The seed of what is no pattern, or has more behind it than should be.
const MIXED_UP: u8 = 0xFF;

/// What a step came to, on its way.
pub fn to_outcome(said: Said) -> Result<u64> {
    match said {
        Ok(value) => Ok(value),
        Err(CapsuleError::Refused(code)) => Ok(IS_REFUSED | u64::from(code.number())),
        Err(CapsuleError::Failed(error)) => Err(error),
        Err(CapsuleError::InUse) => Ok(IS_REFUSED),
    }
}

/// What a step came to that a robot has made.
pub fn from_outcome(outcome: Result<u64>) -> Said {
    let value = outcome?;
    if value & IS_REFUSED == 0 {
        return Ok(value);
    }
    let code = u32::try_from(value ^ IS_REFUSED).ok().and_then(ErrorCode::from_number);
    Err(code.map_or(CapsuleError::InUse, CapsuleError::Refused))
}

/// What a step comes to that a capsule refuses.
pub const fn code<T>(code: ErrorCode) -> core::result::Result<T, CapsuleError> {
    Err(CapsuleError::Refused(code))
}

/// What a step comes to that the kernel refuses.
pub const fn failed<T>(error: Error) -> core::result::Result<T, CapsuleError> {
    Err(CapsuleError::Failed(error))
}

/// What a step came to, which must be something.
///
/// # Errors
/// `Unknown` if it is not; the case has failed then.
#[track_caller]
pub fn must(case: &mut Case, said: Said) -> Result<u64> {
    case.equal(said.map(|_| ()), Ok(()));
    said.map_err(|_| Error::Unknown)
}

/// Values of a few bits each, the first one lowest.
struct Bits(u64);

impl Bits {
    fn pack(values: &[(u64, u32)]) -> u64 {
        let (mut packed, mut shift) = (0, 0);
        for (value, bits) in values {
            packed |= (value & ((1 << bits) - 1)) << shift;
            shift += bits;
        }
        packed
    }

    fn next(&mut self, bits: u32) -> usize {
        let value = self.0 & ((1 << bits) - 1);
        self.0 >>= bits;
        value as usize
    }
}

/// Wide enough for the ids of the cases, whose processes live a few thousand times at most.
const ID_BITS: u32 = 20;
const LENGTH_BITS: u32 = 10;

/// A response, as its client has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How long it is here, in bytes.
    pub len: usize,
    /// How long it was.
    pub full: usize,
    /// The seed of the pattern that it is; 0 if it is empty.
    pub seed: u8,
}

impl Answer {
    /// One that is whole.
    pub fn whole(seed: u8, len: usize) -> Answer {
        Answer { len, full: len, seed }
    }

    pub(super) fn to_value(self) -> u64 {
        let Answer { len, full, seed } = self;
        Bits::pack(&[(len as u64, LENGTH_BITS), (full as u64, LENGTH_BITS), (seed.into(), 8)])
    }

    /// Reads a value.
    pub fn from_value(value: u64) -> Answer {
        let mut bits = Bits(value);
        let (len, full) = (bits.next(LENGTH_BITS), bits.next(LENGTH_BITS));
        Answer { len, full, seed: bits.next(8) as u8 }
    }
}

/// A request, as its server has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whose it is.
    pub from: u32,
    /// How long it is here, in bytes.
    pub len: usize,
    /// How long it was.
    pub full: usize,
    /// The seed of the pattern that it is; 0 if it is empty.
    pub seed: u8,
    /// Which request of its client it is.
    pub serial: u32,
}

impl Taken {
    pub(super) fn to_value(self) -> u64 {
        let Taken { from, len, full, seed, serial } = self;
        Bits::pack(&[
            (from.into(), ID_BITS),
            (len as u64, LENGTH_BITS),
            (full as u64, LENGTH_BITS),
            (seed.into(), 8),
            (serial.into(), 12),
        ])
    }

    /// Reads a value.
    pub fn from_value(value: u64) -> Taken {
        let mut bits = Bits(value);
        let from = bits.next(ID_BITS) as u32;
        let (len, full) = (bits.next(LENGTH_BITS), bits.next(LENGTH_BITS));
        Taken { from, len, full, seed: bits.next(8) as u8, serial: bits.next(12) as u32 }
    }
}

/// A message in an inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Whose it is.
    pub from: u32,
    /// How long it is, in bytes.
    pub len: usize,
    /// The seed of the pattern that it is; 0 if it is empty.
    pub seed: u8,
}

impl Message {
    pub(super) fn to_value(self) -> u64 {
        let Message { from, len, seed } = self;
        Bits::pack(&[(from.into(), ID_BITS), (len as u64, LENGTH_BITS), (seed.into(), 8)])
    }

    /// Reads a value.
    pub fn from_value(value: u64) -> Message {
        let mut bits = Bits(value);
        let from = bits.next(ID_BITS) as u32;
        Message { from, len: bits.next(LENGTH_BITS), seed: bits.next(8) as u8 }
    }
}

/// The three words of an upcall that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came(pub [usize; 3]);

impl Came {
    pub(super) fn to_value(self) -> u64 {
        let [first, second, third] = self.0.map(|word| (word as u64, ID_BITS));
        HAS_COME | Bits::pack(&[first, second, third])
    }

    /// Reads a value; `None` if nothing came.
    pub fn from_value(value: u64) -> Option<Came> {
        let mut bits = Bits(value);
        let words = [bits.next(ID_BITS), bits.next(ID_BITS), bits.next(ID_BITS)];
        (value & HAS_COME != 0).then_some(Came(words))
    }
}

/// What an inbox has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// So many messages, bytes, and messages that found no room.
    Messages(usize, usize, usize),
    /// That the process with this id has ended.
    Ended(u32),
}

impl Notice {
    pub(super) fn to_value(self) -> u64 {
        match self {
            Notice::Messages(count, bytes, refused) => Came([count, bytes, refused]).to_value(),
            Notice::Ended(id) => id.into(),
        }
    }

    /// Reads a value.
    pub fn from_value(value: u64) -> Notice {
        match Came::from_value(value) {
            Some(Came([count, bytes, refused])) => Notice::Messages(count, bytes, refused),
            None => Notice::Ended(value as u32),
        }
    }
}

/// The seed of the pattern at the beginning of a room, which had canaries in it: 0 if it is empty.
pub(super) fn recognise(room: &[u8], len: usize) -> u8 {
    let Some((bytes, behind)) = room.split_at_checked(len) else { return MIXED_UP };
    if behind.iter().any(|byte| *byte != CANARY) {
        return MIXED_UP;
    }
    seed_of(bytes)
}

/// The seed of the pattern that these bytes are: 0 if they are none.
pub(super) fn seed_of(bytes: &[u8]) -> u8 {
    match bytes.first() {
        None => 0,
        Some(seed) if pattern::is(bytes, *seed) => *seed,
        Some(_) => MIXED_UP,
    }
}
