//! What a buffer is, byte by byte (AB-3, AB-7, AB-8, AB-10).
//!
//! The kernel reasons with ranges; here every byte is asked for by its own address. That is slow
//! and hard to get wrong.

use guichet_abi::{Error, LIST_FLAG, MAX_SLICES};

use super::Write;
use super::sharing::Sharing;
use crate::layout::{Memory, REGIONS, Shared};

/// The memories of all processes as they are now.
#[derive(Clone, Copy, Debug)]
pub struct Memories<'a> {
    /// One for each process.
    pub bytes: &'a [Memory],
    /// The regions of shared memory.
    pub shared: &'a Shared,
    /// Who may use these.
    pub sharing: &'a Sharing,
    /// What has been written in this step.
    pub written: &'a [Write],
    /// Whether a process's memory can be used no more.
    pub vanished: &'a [bool],
}

/// What a buffer is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Bytes are taken from it.
    Source,
    /// Bytes are put into it.
    Destination,
}

/// A buffer as it was offered when a call started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offer {
    /// Where the bytes are, or the slice table.
    pub address: usize,
    /// How many entries the slice table has; `None` for a flat buffer.
    pub slices: Option<usize>,
    /// How many bytes there are, all slices together; fixed from the start.
    pub length: usize,
}

impl Memories<'_> {
    /// Judges what a call alleges of a buffer: the offer, or every error that would be right.
    pub fn judge(
        &self,
        process: usize,
        (address, word): (usize, usize),
        purpose: Use,
        limit_bytes: usize,
    ) -> Result<Offer, Vec<Error>> {
        let mut errors = Vec::new();
        let slices = (word & LIST_FLAG != 0).then_some(word & !LIST_FLAG);
        let (length, good) = match slices {
            None => (Some(word), self.is_inside(process, address, word, purpose)),
            Some(count) if count > MAX_SLICES => return Err(vec![Error::OutOfRange]),
            Some(count) => match self.table(process, address, count) {
                None => return Err(vec![Error::PermissionDenied]),
                Some(entries) => {
                    if entries.iter().any(|(_, length)| length & LIST_FLAG != 0) {
                        errors.push(Error::InvalidArgument);
                    }
                    self.judge_entries(process, &entries, purpose)
                }
            },
        };
        if length.is_none_or(|length| length > limit_bytes) {
            errors.push(Error::OutOfRange);
        }
        if !good {
            errors.push(Error::PermissionDenied);
        }
        match length {
            Some(length) if errors.is_empty() => Ok(Offer { address, slices, length }),
            Some(_) | None => Err(errors),
        }
    }

    /// The address of every byte of an offer as it stands now; `None` when it has gone bad.
    pub fn addresses(&self, process: usize, offer: &Offer, purpose: Use) -> Option<Vec<usize>> {
        let pieces = self.pieces(process, offer, purpose)?;
        Some(pieces.into_iter().flat_map(|(start, length)| start..start + length).collect())
    }

    /// The pieces of an offer as it stands now; `None` when it has gone bad.
    pub fn pieces(
        &self,
        process: usize,
        offer: &Offer,
        purpose: Use,
    ) -> Option<Vec<(usize, usize)>> {
        if self.vanished[process] {
            return None;
        }
        let entries = match offer.slices {
            None => vec![(offer.address, offer.length)],
            Some(count) => self.table(process, offer.address, count)?,
        };
        match self.judge_entries(process, &entries, purpose) {
            (Some(_), true) => Some(entries),
            _gone_bad => None,
        }
    }

    /// The byte that a process has at an address.
    pub fn byte(&self, process: usize, address: usize) -> u8 {
        let is_shared = self.shared.byte(address).is_some();
        let is_here = |write: &&Write| write.1 == address && (is_shared || write.0 == process);
        match self.written.iter().rev().find(is_here) {
            Some((_, _, byte)) => *byte,
            None => self.shared.byte(address).or(self.bytes[process].byte(address)).unwrap_or(0),
        }
    }

    fn word(&self, process: usize, address: usize) -> usize {
        usize::from_ne_bytes(core::array::from_fn(|at| {
            self.byte(process, address.wrapping_add(at))
        }))
    }

    /// The bytes of all entries together, unless that wraps, and whether all may be used so.
    fn judge_entries(
        &self,
        process: usize,
        entries: &[(usize, usize)],
        purpose: Use,
    ) -> (Option<usize>, bool) {
        let length = entries.iter().try_fold(0usize, |sum, (_, length)| sum.checked_add(*length));
        let is_good =
            |(start, length): &(usize, usize)| self.is_inside(process, *start, *length, purpose);
        (length, entries.iter().all(is_good))
    }

    /// Tells whether every byte is one that the process may use so.
    pub fn is_inside(&self, process: usize, address: usize, length: usize, purpose: Use) -> bool {
        (0..length).all(|at| {
            address.checked_add(at).is_some_and(|address| {
                let is_own = REGIONS.iter().any(|region| {
                    let allowed = region.writable || purpose == Use::Source;
                    allowed && (region.start..region.end).contains(&address)
                });
                is_own || self.sharing.lets_through(process, address, purpose)
            })
        })
    }

    /// The entries of a slice table; `None` where the table itself cannot be read.
    fn table(&self, process: usize, address: usize, count: usize) -> Option<Vec<(usize, usize)>> {
        let word_bytes = size_of::<usize>();
        if count == 0 {
            return Some(Vec::new());
        }
        let length = count * 2 * word_bytes;
        if self.vanished[process] || !self.is_inside(process, address, length, Use::Source) {
            return None;
        }
        let word = |number: usize| self.word(process, address + number * word_bytes);
        Some((0..count).map(|entry| (word(2 * entry), word(2 * entry + 1))).collect())
    }
}
