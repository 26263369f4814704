//! Lists of slices, and the one copy between two buffers (AB-7, AB-8).
//!
//! A program can change a slice table while its call is pending. Therefore a list is read through
//! the port at the moment of use, in one go, and each entry is checked then; what was checked at
//! the start fixes only the total length, which a list read later never exceeds. A list that has
//! become shorter or points elsewhere has gone bad, and its owner bears the error.
//!
//! Rejected: keeping the checked entries of a list in the kernel. Eight entries for each channel
//! is more RAM than everything else a channel needs.

use guichet_abi::{Error, LIST_FLAG, MAX_SLICES};

use crate::id::ProcessIndex;
use crate::memories::{Memories, MemoryMap};
use crate::memory::{Buffer, Grant};
use crate::port::{Port, Side};
use crate::region::Access;

/// Checks the allegation that a call makes of a buffer, flat or a list, of at most `limit` bytes.
///
/// OutOfRange for a list of more than eight slices, and for a total that wraps or exceeds `limit`
/// (AB-10); PermissionDenied for memory that the process may not use so.
pub(crate) fn check<P: Port>(
    port: &mut P,
    map: MemoryMap<'_>,
    (address, length_word): (usize, usize),
    access: Access,
    limit: usize,
) -> Result<Buffer, Error> {
    if length_word & LIST_FLAG != 0 {
        return check_list(port, map, (address, length_word & !LIST_FLAG), access, limit);
    }
    if length_word > limit {
        return Err(Error::OutOfRange);
    }
    map.flat(address, length_word, access)
}

#[inline(never)]
fn check_list<P: Port>(
    port: &mut P,
    map: MemoryMap<'_>,
    (address, slices): (usize, usize),
    access: Access,
    limit: usize,
) -> Result<Buffer, Error> {
    let slices = u8::try_from(slices).map_err(|_| Error::OutOfRange)?;
    let mut pieces = Pieces::NONE;
    pieces.read(port, map, (address, slices), access)?;
    if pieces.length > limit {
        return Err(Error::OutOfRange);
    }
    Ok(Buffer::list(address, slices, pieces.length))
}

/// One end of a transfer: whose memory, which buffer, and from which byte on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    /// The process that owns the buffer.
    pub process: ProcessIndex,
    /// The buffer, checked when its call started.
    pub buffer: &'a Buffer,
    /// The first byte of the buffer that takes part.
    pub offset: usize,
}

impl<'a> End<'a> {
    /// A buffer from its first byte on.
    pub(crate) fn whole(process: ProcessIndex, buffer: &'a Buffer) -> End<'a> {
        End { process, buffer, offset: 0 }
    }

    fn flat(&self, length: usize) -> Option<Grant> {
        Some(self.buffer.flat_grant(self.process)?.part(self.offset, length))
    }
}

/// Copies `length` bytes from one buffer to another, once.
///
/// Both buffers are looked at before a byte moves. On an error the value says whose memory has
/// gone bad. Lists are filled in one forward pass. A buffer that does not hold `length` bytes
/// from its offset on has gone bad.
pub(crate) fn transfer<P: Port>(
    memories: &Memories<'_>,
    port: &mut P,
    source: End<'_>,
    destination: End<'_>,
    length: usize,
) -> Result<(), Side> {
    if length == 0 {
        return Ok(());
    }
    match (source.flat(length), destination.flat(length)) {
        (Some(from), Some(to)) => copy(port, from, to),
        _list => transfer_lists(memories, port, source, destination, length),
    }
}

/// Copies one piece. Out of line, as a port may have its copy in line for the door's sake.
#[inline(never)]
fn copy<P: Port>(port: &mut P, from: Grant, to: Grant) -> Result<(), Side> {
    port.copy(from, to)
}

#[inline(never)]
fn transfer_lists<P: Port>(
    memories: &Memories<'_>,
    port: &mut P,
    source: End<'_>,
    destination: End<'_>,
    length: usize,
) -> Result<(), Side> {
    let (mut from, mut to) = (Pieces::NONE, Pieces::NONE);
    from.open(memories, port, &source, Access::Read, length).ok_or(Side::Source)?;
    to.open(memories, port, &destination, Access::Write, length).ok_or(Side::Destination)?;
    let mut done = 0usize;
    while done < length {
        let left = length.wrapping_sub(done);
        let reach = from.at(source.offset.wrapping_add(done), left);
        let target = to.at(destination.offset.wrapping_add(done), reach.length());
        if target.length() == 0 {
            return Err(Side::Destination);
        }
        copy(port, reach.part(0, target.length()), target)?;
        done = done.wrapping_add(target.length());
    }
    Ok(())
}

/// The kernel's end of a copy between it and a user's buffer (EP-8, EP-3).
pub(crate) enum Own<'a> {
    /// Is filled from the user's buffer.
    Filled(&'a mut [u8]),
    /// Goes into the user's buffer.
    Given(&'a [u8]),
}

/// Copies between a user's buffer and the kernel's own memory, all of it.
#[inline(never)]
pub(crate) fn exchange<P: Port>(
    memories: &Memories<'_>,
    port: &mut P,
    end: End<'_>,
    mut own: Own<'_>,
) -> Result<(), Side> {
    let (length, access, side) = match &own {
        Own::Filled(bytes) => (bytes.len(), Access::Read, Side::Source),
        Own::Given(bytes) => (bytes.len(), Access::Write, Side::Destination),
    };
    if length == 0 {
        return Ok(());
    }
    let mut pieces = Pieces::NONE;
    pieces.open(memories, port, &end, access, length).ok_or(side)?;
    let mut done = 0usize;
    while done < length {
        let piece = pieces.at(end.offset.wrapping_add(done), length.wrapping_sub(done));
        if piece.length() == 0 {
            return Err(side);
        }
        let next = done.wrapping_add(piece.length());
        match &mut own {
            Own::Filled(bytes) => port.load(piece, bytes.get_mut(done..next).ok_or(side)?)?,
            Own::Given(bytes) => port.store(bytes.get(done..next).ok_or(side)?, piece)?,
        }
        done = next;
    }
    Ok(())
}

/// The grants that make up one buffer. Large, so it is filled where it lies.
struct Pieces {
    grants: [Grant; MAX_SLICES],
    /// All of them together, in bytes.
    length: usize,
}

impl Pieces {
    /// The pieces of nothing.
    const NONE: Pieces = Pieces { grants: [Grant::EMPTY; MAX_SLICES], length: 0 };

    /// Finds the pieces of one end, if they still hold `length` bytes from its offset on.
    fn open<P: Port>(
        &mut self,
        memories: &Memories<'_>,
        port: &mut P,
        end: &End<'_>,
        access: Access,
        length: usize,
    ) -> Option<()> {
        match end.buffer.table() {
            Some(table) => {
                let map = memories.of_index(end.process)?;
                self.read(port, map, table, access).ok()?;
            }
            None => {
                let [first, ..] = &mut self.grants;
                *first = memories.settle(end.process, end.buffer, access)?;
                self.length = first.length();
            }
        }
        let needed = end.offset.checked_add(length)?;
        if self.length >= needed { Some(()) } else { None }
    }

    /// Reads a slice table and checks every entry.
    #[inline(never)]
    fn read<P: Port>(
        &mut self,
        port: &mut P,
        map: MemoryMap<'_>,
        (address, slices): (usize, u8),
        access: Access,
    ) -> Result<(), Error> {
        let mut table = [[0; 2]; MAX_SLICES];
        let table = table.get_mut(..usize::from(slices)).ok_or(Error::OutOfRange)?;
        let grant = map.grant(address, size_of_val(table), Access::Read)?;
        if !table.is_empty() && port.read_words(grant, table.as_flattened_mut()).is_err() {
            return Err(Error::PermissionDenied);
        }
        // The lengths first: a total that wraps is OutOfRange, whatever the slices are (AB-7).
        for &[_, length] in &*table {
            self.length = self.length.checked_add(length).ok_or(Error::OutOfRange)?;
        }
        for (&[address, length], grant) in table.iter().zip(&mut self.grants) {
            *grant = map.grant(address, length, access)?;
        }
        Ok(())
    }

    /// Where the byte number `offset` lies, as a grant of at most `length` bytes.
    fn at(&self, mut offset: usize, length: usize) -> Grant {
        for grant in &self.grants {
            if offset < grant.length() {
                return grant.part(offset, length);
            }
            offset = offset.wrapping_sub(grant.length());
        }
        Grant::EMPTY
    }
}

#[cfg(test)]
mod tests;
