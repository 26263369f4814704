//! The memory of all processes: what is declared of it, and what they have mapped besides.
//!
//! This is the one record of mappings: the checks of what a program says of its memory look here, and every
//! change goes to the port in the same step, before the process executes another instruction (SH-5).

use guichet_abi::{Error, ErrorCode, LIST_FLAG, MAX_MAPPINGS, MemoryRights};

use crate::HAS_SHARED_MEMORY;
use crate::id::{MappingIndex, ProcessIndex, Table};
use crate::mapping::Mapping;
use crate::memory::{Buffer, Grant};
use crate::port::Port;
use crate::process::ProcessDescriptor;
use crate::region::{Access, Span, covers, is_readable};
use crate::system::System;
use crate::wall::spare::Inexpressible;

/// The memory of all processes: what is declared of it, and what is mapped besides.
#[derive(Debug)]
pub(crate) struct Memories<'s> {
    system: &'s System<'s>,
    entries: Table<'s, MappingIndex, Mapping>,
}

impl<'s> Memories<'s> {
    /// Over a declared system, with the places that its processes have.
    pub(crate) fn new(system: &'s System<'s>, mappings: &'s mut [Mapping]) -> Self {
        Memories { system, entries: Table::new(mappings) }
    }

    /// Frees every place.
    pub(crate) fn clear(&mut self) {
        self.entries.fill(&Mapping::FREE);
    }

    /// The memory that a process may use now.
    #[inline(always)]
    pub(crate) fn of<'m>(&'m self, process: &'m ProcessDescriptor<'m>) -> MemoryMap<'m> {
        MemoryMap { process, memories: self }
    }

    /// The same of a process by its number.
    pub(crate) fn of_index(&self, process: ProcessIndex) -> Option<MemoryMap<'_>> {
        Some(self.of(self.system.process(process)?))
    }

    /// The grant of a buffer that is one piece, if its process may still use it so; of a list, none.
    #[inline(always)]
    pub(crate) fn settle(
        &self,
        process: ProcessIndex,
        buffer: &Buffer,
        access: Access,
    ) -> Option<Grant> {
        if HAS_SHARED_MEMORY && buffer.is_mapped() {
            core::hint::cold_path();
            let map = self.of_index(process)?;
            return map.grant(buffer.address(), buffer.length(), access).ok();
        }
        buffer.flat_grant(process)
    }

    /// The places of a process.
    #[inline(always)]
    pub(crate) fn mappings(&self, process: &ProcessDescriptor<'_>) -> &[Mapping] {
        if !HAS_SHARED_MEMORY {
            return &[];
        }
        let places = self.entries.beginning_with(process.first_mapping);
        places.get(..MAX_MAPPINGS).unwrap_or(&[])
    }

    /// What a process has in this place.
    pub(crate) fn mapping(&self, process: ProcessIndex, place: u8) -> Option<&Mapping> {
        self.mappings(self.system.process(process)?).get(usize::from(place))
    }

    /// Finds a free place of a process for a range, and has the wall let it through, as far as its rights go:
    /// ResourceExhausted if it has no place left (SH-2), OutOfRange if its wall cannot express the range.
    pub(crate) fn place<P: Port>(
        &mut self,
        port: &mut P,
        process: ProcessIndex,
        mapping: Mapping,
    ) -> Result<u8, Error> {
        let declared = self.system.process(process).ok_or(Error::Internal)?;
        let place = self.place_with(declared, Mapping::is_free);
        let place = place.ok_or(Error::ResourceExhausted)?;
        let set = port.set_mapping(process, usize::from(place), mapping.region());
        set.map_err(|Inexpressible| Error::OutOfRange)?;
        self.put(declared, place, mapping);
        Ok(place)
    }

    /// The first place of a process that is so.
    fn place_with(
        &self,
        declared: &ProcessDescriptor<'_>,
        is_so: impl Fn(&Mapping) -> bool,
    ) -> Option<u8> {
        let mut places = (0u8..).zip(self.mappings(declared));
        places.find(|(_, mapping)| is_so(mapping)).map(|(place, _)| place)
    }

    /// Changes what a process may do in this place, in force before it executes another instruction (SH-5).
    pub(crate) fn change<P: Port>(
        &mut self,
        port: &mut P,
        process: ProcessIndex,
        place: u8,
        rights: Option<MemoryRights>,
    ) {
        if let Some(declared) = self.system.process(process)
            && let Some(mapping) = self.mapping(process, place).copied()
            && mapping.rights() != rights
        {
            let mapping = mapping.with(rights);
            // A range that could be expressed once can be always, and nothing can.
            let _ = port.set_mapping(process, usize::from(place), mapping.region());
            self.put(declared, place, mapping);
        }
    }

    /// Frees a place of a process; in force as [`Memories::change`].
    pub(crate) fn free<P: Port>(&mut self, port: &mut P, process: ProcessIndex, place: u8) {
        self.change(port, process, place, None);
        if let Some(declared) = self.system.process(process) {
            self.put(declared, place, Mapping::FREE);
        }
    }

    /// Frees every place of a process that has ended: the port forgets them as it stops the process.
    pub(crate) fn forget(&mut self, declared: &ProcessDescriptor<'_>) {
        for place in (0u8..).take(self.mappings(declared).len()) {
            self.put(declared, place, Mapping::FREE);
        }
    }

    /// Has memory of a process's own mapped into another, in place of what the one shared with the other before
    /// (NO-2): Invalid if it is nothing, or the other's wall cannot express it; NoMemory if that has no place left.
    pub(crate) fn share<P: Port>(
        &mut self,
        port: &mut P,
        memory: Grant,
        with: ProcessIndex,
    ) -> Result<(), ErrorCode> {
        let owner = memory.process();
        let declared = self.system.process(with).ok_or(ErrorCode::NoDevice)?;
        if memory.length() == 0 || owner == with {
            return Err(ErrorCode::Invalid);
        }
        let end = memory.address().wrapping_add(memory.length());
        let span = Span { start: memory.address(), end };
        let mapping = Mapping::new(span, Some(MemoryRights::ReadWrite), owner);
        let before = self.place_with(declared, |each| each.is_owned_by(owner));
        let place = before.or_else(|| self.place_with(declared, Mapping::is_free));
        let place = place.ok_or(ErrorCode::NoMemory)?;
        if self.mapping(with, place) != Some(&mapping) {
            let set = port.set_mapping(with, usize::from(place), mapping.region());
            set.map_err(|Inexpressible| ErrorCode::Invalid)?;
            self.put(declared, place, mapping);
        }
        Ok(())
    }

    /// Ends what one process shares with another; in force as [`Memories::change`].
    pub(crate) fn unshare<P: Port>(
        &mut self,
        port: &mut P,
        owner: ProcessIndex,
        with: ProcessIndex,
    ) {
        if let Some(declared) = self.system.process(with)
            && let Some(place) = self.place_with(declared, |each| each.is_owned_by(owner))
        {
            self.free(port, with, place);
        }
    }

    /// The address and the length of what one process shares with another.
    pub(crate) fn shared(&self, owner: ProcessIndex, with: ProcessIndex) -> Option<(usize, usize)> {
        let mut places = self.mappings(self.system.process(with)?).iter();
        let Span { start, end } = places.find(|each| each.is_owned_by(owner))?.span();
        Some((start, end.saturating_sub(start)))
    }

    /// Ends what a process shares with anybody: its memory is nobody's any more, or nobody can take it back.
    pub(crate) fn disown<P: Port>(&mut self, port: &mut P, owner: ProcessIndex) {
        if !HAS_SHARED_MEMORY {
            return;
        }
        for with in self.system.processes {
            self.unshare(port, owner, with.index);
        }
    }

    /// Checks that whatever is shared is its owner's, who shares one thing with one process.
    pub(crate) fn check(
        &self,
        is_running: impl Fn(ProcessIndex) -> bool,
    ) -> Result<(), &'static str> {
        for declared in self.system.processes {
            for (number, mapping) in self.mappings(declared).iter().enumerate() {
                let Some(owner) = self.system.process(mapping.owner()) else { continue };
                let Span { start, end } = mapping.span();
                let length = end.saturating_sub(start);
                if !covers(owner.memory, start, length, Access::Write) {
                    return Err("memory: somebody shares what is not its own");
                }
                if !is_running(owner.index) || !is_running(declared.index) {
                    return Err("memory: shared by or with a process that has ended");
                }
                let mut before = self.mappings(declared).iter().take(number);
                if before.any(|each| each.is_owned_by(owner.index)) {
                    return Err("memory: shared with the same process twice");
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, declared: &ProcessDescriptor<'_>, place: u8, mapping: Mapping) {
        if let Some(entry) = self.entries.get_behind_mut(declared.first_mapping, place) {
            *entry = mapping;
        }
    }
}

/// One process's memory: whose it is and where. What is its own stands in what is declared of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemoryMap<'m> {
    process: &'m ProcessDescriptor<'m>,
    memories: &'m Memories<'m>,
}

impl MemoryMap<'_> {
    /// Checks one range (AB-1, AB-3): PermissionDenied for memory that the process may not use so,
    /// InvalidArgument for a list where only a flat buffer will do (AB-7).
    pub(crate) fn grant(
        self,
        address: usize,
        length: usize,
        access: Access,
    ) -> Result<Grant, Error> {
        self.is_own(address, length, access)?;
        Ok(Grant::new(self.process.index, address, length))
    }

    /// Checks one range and keeps it as a buffer that is one piece. Errors as [`MemoryMap::grant`].
    pub(crate) fn flat(
        self,
        address: usize,
        length: usize,
        access: Access,
    ) -> Result<Buffer, Error> {
        let is_own = self.is_own(address, length, access)?;
        let grant = Grant::new(self.process.index, address, length);
        Ok(if is_own { Buffer::flat(grant) } else { Buffer::mapped(grant) })
    }

    /// Whether a range that the process may use is its own for life, or mapped.
    #[inline(always)]
    fn is_own(self, address: usize, length: usize, access: Access) -> Result<bool, Error> {
        if length & LIST_FLAG != 0 {
            return Err(Error::InvalidArgument);
        }
        if covers(self.process.memory, address, length, access) {
            return Ok(true);
        }
        let mut mappings = self.memories.mappings(self.process).iter();
        if mappings.any(|mapping| mapping.allows(address, length, access)) {
            return Ok(false);
        }
        Err(Error::PermissionDenied)
    }

    /// The grant of a range in the memory that the process writes most, if it lies there: the quick
    /// way. A list does not, as no memory is as long as its flag says.
    #[inline(always)]
    pub(crate) fn own_grant(self, address: usize, length: usize) -> Option<Grant> {
        if !self.process.own.holds(address, length) {
            return None;
        }
        Some(Grant::new(self.process.index, address, length))
    }

    /// As [`MemoryMap::own_grant`], of one that is only read, and may lie in any one region.
    #[inline(always)]
    pub(crate) fn readable_grant(self, address: usize, length: usize) -> Option<Grant> {
        if !self.process.own.holds(address, length) {
            core::hint::cold_path();
            if !is_readable(self.process.memory, address, length) {
                return None;
            }
        }
        Some(Grant::new(self.process.index, address, length))
    }
}
