//! What a buffer is, byte by byte (AB-3, AB-7, AB-8, AB-10).
//!
//! The kernel reasons with ranges; here every byte is asked for by its own address. That is slow
//! and hard to get wrong.

use guichet_abi::{Error, LIST_FLAG, MAX_SLICES};

use crate::layout::{Memory, REGIONS};

/// The memories of all processes as they are now.
#[derive(Clone, Copy, Debug)]
pub struct Memories<'a> {
    /// One for each process.
    pub bytes: &'a [Memory],
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
            None => (Some(word), is_inside(address, word, purpose)),
            Some(count) if count > MAX_SLICES => return Err(vec![Error::OutOfRange]),
            Some(count) => match self.table(process, address, count) {
                None => return Err(vec![Error::PermissionDenied]),
                Some(entries) => {
                    if entries.iter().any(|(_, length)| length & LIST_FLAG != 0) {
                        errors.push(Error::InvalidArgument);
                    }
                    judge_entries(&entries, purpose)
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
        if self.vanished[process] {
            return None;
        }
        let entries = match offer.slices {
            None => vec![(offer.address, offer.length)],
            Some(count) => self.table(process, offer.address, count)?,
        };
        let (Some(_), true) = judge_entries(&entries, purpose) else {
            return None;
        };
        Some(entries.into_iter().flat_map(|(start, length)| start..start + length).collect())
    }

    /// The entries of a slice table; `None` where the table itself cannot be read.
    fn table(&self, process: usize, address: usize, count: usize) -> Option<Vec<(usize, usize)>> {
        let word_bytes = size_of::<usize>();
        if count == 0 {
            return Some(Vec::new());
        }
        if self.vanished[process] || !is_inside(address, count * 2 * word_bytes, Use::Source) {
            return None;
        }
        let word = |number: usize| self.bytes[process].word(address + number * word_bytes);
        Some((0..count).map(|entry| (word(2 * entry), word(2 * entry + 1))).collect())
    }
}

/// The bytes of all entries together, unless that wraps, and whether all may be used so.
fn judge_entries(entries: &[(usize, usize)], purpose: Use) -> (Option<usize>, bool) {
    let length = entries.iter().try_fold(0usize, |sum, (_, length)| sum.checked_add(*length));
    let good = entries.iter().all(|(start, length)| is_inside(*start, *length, purpose));
    (length, good)
}

/// Tells whether every byte belongs to the process and may be used so.
pub fn is_inside(address: usize, length: usize, purpose: Use) -> bool {
    (0..length).all(|at| {
        address.checked_add(at).is_some_and(|address| {
            REGIONS.iter().any(|region| {
                let allowed = region.writable || purpose == Use::Source;
                allowed && (region.start..region.end).contains(&address)
            })
        })
    })
}
