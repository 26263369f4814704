//! What the steps of a script came to.

use pw_status::{Error, Result, StatusCode};

use super::MAX_STEPS;

/// A status word and a value of 64 bits.
const OUTCOME_BYTES: usize = 4 + 8;

/// What the steps of a script came to, one after the other.
#[derive(Clone, Debug)]
pub struct Outcomes {
    bytes: [u8; MAX_STEPS * OUTCOME_BYTES],
    length: usize,
}

impl Default for Outcomes {
    fn default() -> Self {
        Outcomes::new()
    }
}

impl Outcomes {
    /// None yet.
    pub(super) const fn new() -> Outcomes {
        Outcomes { bytes: [0; MAX_STEPS * OUTCOME_BYTES], length: 0 }
    }

    /// The value of step number `step`, counted from 0, or its error; `NotFound` for a step that was
    /// not carried out.
    pub fn of(&self, step: usize) -> Result<u64> {
        let (outcomes, _) = self.as_bytes().as_chunks::<OUTCOME_BYTES>();
        let &[s0, s1, s2, s3, ref value @ ..] = outcomes.get(step).ok_or(Error::NotFound)?;
        match Error::from_status(u32::from_le_bytes([s0, s1, s2, s3])) {
            Some(error) => Err(error),
            None => Ok(u64::from_le_bytes(*value)),
        }
    }

    /// Adds the outcome of the next step; there is room for those of a whole script.
    pub(super) fn push(&mut self, outcome: Result<u64>) {
        if let Some(room) = self.bytes.get_mut(self.length..self.length + OUTCOME_BYTES) {
            let (status, value) = room.split_at_mut(4);
            status.copy_from_slice(&outcome.status_code().to_le_bytes());
            value.copy_from_slice(&outcome.unwrap_or(0).to_le_bytes());
            self.length += OUTCOME_BYTES;
        }
    }

    /// The outcomes on their way.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Where outcomes arrive.
    pub(super) fn room(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Tells how many bytes have arrived.
    pub(super) fn set_length(&mut self, length: usize) {
        self.length = length.min(self.bytes.len());
    }
}
