//! Ranges beside a process's own memory, in words that are made when a range comes (SH-2, NO-2).
//!
//! The first four regions of every wall are for what a process has all its life. The next four, numbers
//! 4 to 7, are for what comes and goes: each is a *place* of the process, for one range, and these are the
//! words of all four together. A kernel maps while a program waits, so nothing is searched for here: a
//! range takes one region, exactly, or is refused.
//!
//! What an address means that is in two ranges differs from machine to machine, so the ranges of a process
//! never overlap, those of its own memory among them.

use guichet_abi::MAX_MAPPINGS;

use super::arm::MemoryKind;
use super::pmp::PmpEntry;
use super::pmsav7::Pmsav7Region;
use super::pmsav8::Pmsav8Region;
use super::{AddressRange, Permissions, WALL_WORDS};
use crate::region::Region;

/// The number of the region that is the first place.
const FIRST_NUMBER: u32 = 4;

/// The bit of an Arm region's second word, on either architecture, without which it matches nothing.
const ENABLE: u32 = 1 << 0;

/// The wall of this machine cannot let through exactly this range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inexpressible;

/// A kind of wall, as far as the places of processes go.
pub trait SpareWall {
    /// The words that let nothing through.
    const NOTHING: [u32; WALL_WORDS];

    /// Makes `words` let through a range in a place, below [`MAX_MAPPINGS`], instead of what was let
    /// through there: to be read, to be written too if it is writable, and never to be executed; with
    /// `None`, nothing. The words of the other places stay.
    ///
    /// Inexpressible if one region cannot do exactly that; then nothing has changed. It can always do
    /// less with a range with which it can do more.
    fn put(
        words: &mut [u32; WALL_WORDS],
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible>;

    /// Tells whether the words let nothing through, if it was all put there.
    fn is_empty(words: &[u32; WALL_WORDS]) -> bool;

    /// Tells whether the kernel itself could not write to all of these bytes while the words are in force.
    /// Where a process may not do something, the kernel still may, on most kinds of wall.
    #[inline(always)]
    fn keeps_kernel_out(_words: &[u32; WALL_WORDS], _address: usize, _length: usize) -> bool {
        false
    }
}

/// RISC-V's: entries 4 to 7, which have a configuration register to themselves. The words are their address
/// registers and that one. An entry by itself takes an aligned power of two of bytes, eight at least.
#[derive(Clone, Copy, Debug)]
pub struct PmpSpares;

/// Armv7-M's: regions 4 to 7, two words each, with the number in the first.
#[derive(Clone, Copy, Debug)]
pub struct Pmsav7Spares;

/// Armv8-M's: regions 4 to 7, two words each.
#[derive(Clone, Copy, Debug)]
pub struct Pmsav8Spares;

impl SpareWall for PmpSpares {
    const NOTHING: [u32; WALL_WORDS] = [0; WALL_WORDS];

    fn put(
        words: &mut [u32; WALL_WORDS],
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let entry = match region {
            Some(region) => {
                let (range, permissions) = wanted(region)?;
                PmpEntry::power_of_two(range, permissions).ok_or(Inexpressible)?
            }
            None => PmpEntry::OFF,
        };
        let [first, second, third, fourth, configuration, ..] = words;
        let mut bytes = configuration.to_le_bytes();
        let addresses: [&mut u32; MAX_MAPPINGS] = [first, second, third, fourth];
        let (address, byte) =
            addresses.into_iter().zip(&mut bytes).nth(place).ok_or(Inexpressible)?;
        (*address, *byte) = (entry.address, entry.configuration);
        *configuration = u32::from_le_bytes(bytes);
        Ok(())
    }

    #[inline(always)]
    fn is_empty(words: &[u32; WALL_WORDS]) -> bool {
        let [_, _, _, _, configuration, ..] = words;
        *configuration == 0
    }
}

impl SpareWall for Pmsav7Spares {
    const NOTHING: [u32; WALL_WORDS] = {
        const fn word(place: u32) -> u32 {
            numbered(Pmsav7Region::DISABLED, place).base
        }
        [word(0), 0, word(1), 0, word(2), 0, word(3), 0]
    };

    fn put(
        words: &mut [u32; WALL_WORDS],
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let found = match region {
            Some(region) => {
                let (range, permissions) = wanted(region)?;
                Pmsav7Region::one(range, permissions, MemoryKind::Normal).ok_or(Inexpressible)?
            }
            None => Pmsav7Region::DISABLED,
        };
        let number = u32::try_from(place).map_err(|_| Inexpressible)?;
        let Pmsav7Region { base, attributes } = numbered(found, number);
        put_pair(words, place, [base, attributes])
    }

    #[inline(always)]
    fn is_empty(words: &[u32; WALL_WORDS]) -> bool {
        none_is_enabled(words)
    }
}

impl SpareWall for Pmsav8Spares {
    const NOTHING: [u32; WALL_WORDS] = [0; WALL_WORDS];

    fn put(
        words: &mut [u32; WALL_WORDS],
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let found = match region {
            Some(region) => {
                let (range, permissions) = wanted(region)?;
                let found = Pmsav8Region::encode(range, permissions, MemoryKind::Normal);
                found.map_err(|_| Inexpressible)?
            }
            None => Pmsav8Region::DISABLED,
        };
        put_pair(words, place, [found.base, found.limit])
    }

    #[inline(always)]
    fn is_empty(words: &[u32; WALL_WORDS]) -> bool {
        none_is_enabled(words)
    }

    /// Here what a process may only read, the kernel may only read too.
    fn keeps_kernel_out(words: &[u32; WALL_WORDS], address: usize, length: usize) -> bool {
        let last = length.checked_sub(1).and_then(|more| address.checked_add(more));
        let (Ok(first), Some(Ok(last))) = (u32::try_from(address), last.map(u32::try_from)) else {
            return false;
        };
        let (regions, _) = words.as_chunks();
        regions.iter().any(|&[base, limit]| {
            let region = Pmsav8Region { base, limit };
            let overlaps = |range: AddressRange| range.first() <= last && first <= range.last();
            region.range().is_some_and(overlaps) && !region.permissions().write
        })
    }
}

/// The range and the permissions of what is to be let through. Inexpressible if it holds no byte, or one
/// that no 32-bit machine has.
fn wanted(region: Region) -> Result<(AddressRange, Permissions), Inexpressible> {
    let bound = |address: usize| u32::try_from(address).map_err(|_| Inexpressible);
    let range = AddressRange::new(bound(region.start)?, bound(region.end)?);
    let permissions = if region.writable { Permissions::READ_WRITE } else { Permissions::READ };
    Ok((range.map_err(|_| Inexpressible)?, permissions))
}

/// The region with the number of a place. Of none that there is, it stays without.
const fn numbered(region: Pmsav7Region, place: u32) -> Pmsav7Region {
    match region.numbered(FIRST_NUMBER.wrapping_add(place)) {
        Ok(region) => region,
        Err(_) => region,
    }
}

/// Puts the two words of an Arm region into a place.
fn put_pair(
    words: &mut [u32; WALL_WORDS],
    place: usize,
    pair: [u32; 2],
) -> Result<(), Inexpressible> {
    let (pairs, _) = words.as_chunks_mut();
    *pairs.get_mut(place).ok_or(Inexpressible)? = pair;
    Ok(())
}

#[inline(always)]
fn none_is_enabled(words: &[u32; WALL_WORDS]) -> bool {
    let [_, first, _, second, _, third, _, fourth] = words;
    (first | second | third | fourth) & ENABLE == 0
}

#[cfg(test)]
mod tests;
