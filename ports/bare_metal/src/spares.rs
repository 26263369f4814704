//! What processes may touch beside their own memory, and what of it stands in the machine's registers.
//!
//! Each process that can have such ranges has the words of its spare regions here, ready to be written.
//! They are changed when the kernel says so; what changes about the process whose wall stands goes into
//! the registers at once, and the rest when that process's turn comes. So what stands is always what the
//! words of one process say.
//!
//! Most switches are between processes with nothing of the kind. They are told by comparing what is
//! declared: who never has any is like any other who never has. Of those who can have some, it is asked
//! whether they have; nothing is written in place of nothing.

use core::mem;

use guichet_kernel::{
    Inexpressible, Kernel, MappingIndex, ProcessDescriptor, ProcessIndex, Region, SpareWall,
    TableIndex, WALL_WORDS,
};

use crate::hardware::Hardware;

/// What processes have beside their own memory. In a kernel without such things this is nothing, and takes
/// no room.
pub(crate) struct Spares([Standing; IS_ANY]);

/// How many there are to be kept: one or none.
const IS_ANY: usize = if Kernel::HAS_MAPPINGS { 1 } else { 0 };

/// The words of all processes' spare regions, and which of them stand.
struct Standing {
    /// One entry for each process of the system; none if it shares nothing.
    walls: &'static mut [[u32; WALL_WORDS]],
    /// The process whose wall stands, by its places; NONE if it never has any.
    places: MappingIndex,
    /// The same process by its number. Of no meaning if it never has any.
    process: ProcessIndex,
    /// Nothing is let through by what stands.
    is_empty: bool,
}

impl Spares {
    /// Nothing, of every process and in the registers.
    pub(crate) fn new<H: Hardware>(
        hardware: &mut H,
        mut walls: &'static mut [[u32; WALL_WORDS]],
    ) -> Spares {
        Spares(core::array::from_fn(|_| Standing::new(hardware, mem::take(&mut walls))))
    }

    /// Has the registers let through what this process has; from here on its wall stands.
    #[inline(always)]
    pub(crate) fn switch<H: Hardware>(
        &mut self,
        hardware: &mut H,
        process: &ProcessDescriptor<'_>,
    ) {
        if let Some(standing) = self.0.first_mut()
            && process.first_mapping != standing.places
        {
            standing.change(hardware, process);
        }
    }

    /// Puts a range into a place of a process, or nothing; see [`guichet_kernel::Port::set_mapping`].
    pub(crate) fn put<H: Hardware>(
        &mut self,
        hardware: &mut H,
        process: &ProcessDescriptor<'_>,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let standing = self.0.first_mut().ok_or(Inexpressible)?;
        H::SpareWall::put(standing.words_of(process).ok_or(Inexpressible)?, place, region)?;
        standing.changed(hardware, process);
        Ok(())
    }

    /// Takes away all that a process has: it ends, or begins.
    pub(crate) fn clear<H: Hardware>(&mut self, hardware: &mut H, process: &ProcessDescriptor<'_>) {
        if let Some(standing) = self.0.first_mut()
            && let Some(words) = standing.words_of(process)
        {
            *words = H::SpareWall::NOTHING;
            standing.changed(hardware, process);
        }
    }

    /// The kernel is about to write to the memory of a process, which may not be that whose wall stands: on
    /// some machines that wall keeps the kernel too from writing what its process may only read. Then it
    /// does not stand until [`Spares::raise_again`], which is to be told what this has said.
    #[inline(always)]
    pub(crate) fn lower<H: Hardware>(
        &mut self,
        hardware: &mut H,
        address: usize,
        length: usize,
    ) -> bool {
        let Some(standing) = self.0.first_mut() else {
            return false;
        };
        let is_in_the_way = !standing.is_empty
            && H::SpareWall::keeps_kernel_out(standing.words::<H>(), address, length);
        if is_in_the_way {
            hardware.raise_spares(&H::SpareWall::NOTHING);
        }
        is_in_the_way
    }

    /// The kernel has written.
    #[inline(always)]
    pub(crate) fn raise_again<H: Hardware>(&mut self, hardware: &mut H, was_lowered: bool) {
        if was_lowered && let Some(standing) = self.0.first_mut() {
            hardware.raise_spares(standing.words::<H>());
        }
    }
}

impl Standing {
    fn new<H: Hardware>(hardware: &mut H, walls: &'static mut [[u32; WALL_WORDS]]) -> Standing {
        walls.fill(H::SpareWall::NOTHING);
        hardware.raise_spares(&H::SpareWall::NOTHING);
        let (places, process) = (MappingIndex::NONE, ProcessIndex::NONE);
        Standing { walls, places, process, is_empty: true }
    }

    /// Kept out of the way of the many switches that need none of it.
    #[cold]
    #[inline(never)]
    fn change<H: Hardware>(&mut self, hardware: &mut H, process: &ProcessDescriptor<'_>) {
        (self.places, self.process) = (process.first_mapping, process.index);
        self.settle(hardware);
    }

    /// The words of a process have changed: so do the registers, if its wall stands.
    fn changed<H: Hardware>(&mut self, hardware: &mut H, process: &ProcessDescriptor<'_>) {
        if process.first_mapping == self.places {
            self.settle(hardware);
        }
    }

    /// Writes what stands by right, unless that is nothing, in place of nothing.
    fn settle<H: Hardware>(&mut self, hardware: &mut H) {
        let words = self.words::<H>();
        let is_empty = H::SpareWall::is_empty(words);
        if !(is_empty && self.is_empty) {
            hardware.raise_spares(words);
        }
        self.is_empty = is_empty;
    }

    /// The words of the process whose wall stands.
    fn words<H: Hardware>(&self) -> &[u32; WALL_WORDS] {
        match self.walls.get(self.process.position()) {
            Some(words) if !self.places.is_none() => words,
            Some(_) | None => &H::SpareWall::NOTHING,
        }
    }

    /// The words of a process that can have something.
    fn words_of(&mut self, process: &ProcessDescriptor<'_>) -> Option<&mut [u32; WALL_WORDS]> {
        let words = self.walls.get_mut(process.index.position())?;
        if process.first_mapping.is_none() { None } else { Some(words) }
    }
}

#[cfg(test)]
mod tests;
