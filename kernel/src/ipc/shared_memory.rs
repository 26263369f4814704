//! Shared memory: large data without copies (SH-1 to SH-6).
//!
//! A region is declared, with those who share it and what each may do there at most. It is no process's own:
//! what is in it stays when a process ends. A process maps it when it wants it, into one of its few places
//! for ranges beside its own memory, and unmaps it again; with no place left it is told so at once, and can
//! still have bytes copied in and out by the kernel.
//!
//! # Who holds it
//! As long as nobody holds a region, all who share it may use it as declared, at the same time. Whoever lends
//! it holds it from then on, and lends what it holds: the borrower holds it now, and may lend it on, so that
//! there is a chain of holders, of whom only the last holds the region. While that one may write, nobody else
//! may do anything there; while it may only read, everybody may read as declared and nobody may write. Lending
//! it to oneself only holds it. Returning it goes back one link; the first of the chain lets go of it. To be the
//! first takes the right to write: else a reader could keep a writer out.
//!
//! A mapping outlasts all this: it is withheld while its process may not use the region, and let through again
//! at the same address when it may. So the two that hand a region to and fro map it once.
//!
//! What happens when …
//! - **a peer dies**: the chain ends before it, so what it was lent comes back to its lender. All behind it lose
//!   what it had lent, and their mappings with that: they may be using the region as theirs alone, and it is
//!   not any more. Everybody else who shares the region is told by ERROR, if it had mapped or held it
//!   (SH-6), until it maps the region or a wait has returned that.
//! - **there is no room**: ResourceExhausted, and nothing has changed.
//! - **a transfer is under way**: its buffer is looked at again when bytes move, and has gone bad if its
//!   process may not use the region then (`memory.rs`).
//! - **late, cancelled**: nothing here blocks but the wait for a signal, which ends by its own deadline.
//!
//! | call | nobody holds it | the caller holds it | another holds it |
//! | --- | --- | --- | --- |
//! | map | as declared | as lent | PermissionDenied for more than reading, or at all if that one may write |
//! | unmap | the mapping ends | the same, and it still holds it | the same |
//! | lend | the caller holds it if it may write, then the borrower | the borrower holds it | PermissionDenied |
//! | return | Unavailable | its lender holds it, or nobody | Unavailable |
//! | read, write | as map | as map | as map |
//!
//! Signals: READABLE for the one that holds it, WRITEABLE beside it if that one may write, ERROR as above.
//!
//! Rejected: a region that belongs to whom it is lent (nobody would get it back), and mapping it for the
//! borrower (it may have no place left, which is its own affair and not the lender's).

use guichet_abi::{Arguments, Error, MemoryRights, OK, OWN_PROCESS, Results, Signals, Syscall};

use crate::event::{Ending, success};
use crate::id::{ProcessIndex, SharedRegionIndex, SharerIndex, Table, TableIndex};
use crate::mapping::Mapping;
use crate::memory::Grant;
use crate::object::{Object, SharedRegionDescriptor, SharerDescriptor};
use crate::port::{Port, Side};
use crate::process::Process;
use crate::region::Access;
use crate::services::Services;
use crate::transfer::{End, check, transfer};

/// What changes about a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharedRegion {
    /// Who holds it; NONE if nobody does.
    holder: SharerIndex,
}

impl SharedRegion {
    /// A region that nobody holds.
    pub const FREE: SharedRegion = SharedRegion { holder: SharerIndex::NONE };
}

/// What changes about a process's part in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sharer {
    /// Its place among the process's mappings, and what it asked to do there, if it has mapped the region.
    mapped: Option<(u8, MemoryRights)>,
    /// What it may do as a member of the chain of holders, if it is one.
    held: Option<MemoryRights>,
    /// Who lent it the region; NONE for the first of the chain.
    lender: SharerIndex,
    /// Another's end was not noticed yet (SH-6).
    has_error: bool,
}

impl Sharer {
    /// A part of which nothing is made.
    pub const IDLE: Sharer =
        Sharer { mapped: None, held: None, lender: SharerIndex::NONE, has_error: false };
}

/// All regions of shared memory.
#[derive(Debug)]
pub(crate) struct SharedMemory<'s> {
    pub(crate) regions: Table<'s, SharedRegionIndex, SharedRegion>,
    pub(crate) sharers: Table<'s, SharerIndex, Sharer>,
}

/// One of those who share a region: what is declared of it and of the region.
#[derive(Clone, Copy)]
struct Part<'s> {
    declared: &'s SharerDescriptor,
    region: &'s SharedRegionDescriptor,
}

impl SharedMemory<'_> {
    /// Puts everything into its state before boot.
    pub(crate) fn clear(&mut self) {
        self.regions.fill(&SharedRegion::FREE);
        self.sharers.fill(&Sharer::IDLE);
    }

    /// What a part shows now.
    pub(crate) fn signals(&self, declared: &SharerDescriptor) -> Signals {
        let mut signals = Signals::empty();
        let Some(sharer) = self.sharers.get(declared.index) else {
            return signals;
        };
        if self.holder(declared.region) == declared.index {
            signals |= Signals::READABLE;
            let may_write = sharer.held.is_some_and(MemoryRights::may_write);
            signals.set(Signals::WRITEABLE, may_write);
        }
        signals.set(Signals::ERROR, sharer.has_error);
        signals
    }

    /// A wait has returned these signals of a part.
    pub(crate) fn note_returned(&mut self, declared: &SharerDescriptor, signals: Signals) {
        if signals.contains(Signals::ERROR)
            && let Some(sharer) = self.sharers.get_mut(declared.index)
        {
            sharer.has_error = false;
        }
    }

    /// A call on the part that its first word names.
    #[inline(never)]
    pub(crate) fn operate<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        call: Syscall,
        arguments: &Arguments,
    ) -> Ending {
        let &[handle, ..] = arguments;
        let part = part(services, handle)?;
        match call {
            Syscall::SharedMemoryMap => self.map(services, port, part, arguments),
            Syscall::SharedMemoryUnmap => self.unmap(services, port, part),
            Syscall::ShareLend => self.lend(services, port, part, arguments),
            Syscall::ShareReturn => self.give_back(services, port, part),
            Syscall::SharedMemoryRead => {
                self.copy(services, port, part, (arguments, MemoryRights::Read))
            }
            Syscall::SharedMemoryWrite => {
                self.copy(services, port, part, (arguments, MemoryRights::ReadWrite))
            }
            _another => Err(Error::Unimplemented),
        }
    }

    /// Maps a region, or changes what the caller's mapping of it is for (SH-2).
    fn map<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        Part { declared, region }: Part<'_>,
        arguments: &Arguments,
    ) -> Ending {
        let &[_handle, rights, ..] = arguments;
        let rights = MemoryRights::from_word(rights).ok_or(Error::InvalidArgument)?;
        if self.available(declared) < Some(rights) {
            return Err(Error::PermissionDenied);
        }
        let sharer = self.sharers.get_mut(declared.index).ok_or(Error::Internal)?;
        let process = declared.process;
        let place = match sharer.mapped {
            Some((place, _)) => {
                services.memories.change(port, process, place, Some(rights));
                place
            }
            None => {
                let mapping = Mapping::new(region.span, Some(rights), ProcessIndex::NONE);
                services.memories.place(port, process, mapping)?
            }
        };
        *sharer = Sharer { mapped: Some((place, rights)), has_error: false, ..*sharer };
        let (value0, value1) = (region.span.start, region.length());
        Ok(Some(Results { status: OK, value0, value1 }))
    }

    /// Ends the caller's mapping of a region; Unavailable if it has none (SH-2).
    fn unmap<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        Part { declared, .. }: Part<'_>,
    ) -> Ending {
        let sharer = self.sharers.get_mut(declared.index).ok_or(Error::Internal)?;
        let (place, _) = sharer.mapped.take().ok_or(Error::Unavailable)?;
        services.memories.free(port, declared.process, place);
        Ok(Some(success(0)))
    }

    /// Lends a region that the caller holds, or that nobody holds, to another that shares it; or only holds it,
    /// if that other is the caller itself (SH-3).
    fn lend<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        own: Part<'_>,
        arguments: &Arguments,
    ) -> Ending {
        let &[_handle, process, rights, ..] = arguments;
        let rights = MemoryRights::from_word(rights).ok_or(Error::InvalidArgument)?;
        let borrower = borrower(services, own, process)?;
        self.check_loan(services, own.declared, borrower, rights)?;
        let is_own = borrower.index == own.declared.index;
        self.hold(
            own.declared,
            if is_own { rights } else { own.declared.rights },
            SharerIndex::NONE,
        );
        if !is_own {
            self.hold(borrower, rights, own.declared.index);
        }
        self.show(services, port, own.region);
        self.raise(services, borrower);
        Ok(Some(success(0)))
    }

    /// Whether the caller may lend a region to this one, as far as these rights go.
    fn check_loan(
        &self,
        services: &Services<'_>,
        own: &SharerDescriptor,
        borrower: &SharerDescriptor,
        rights: MemoryRights,
    ) -> Result<(), Error> {
        let holder = self.holder(own.region);
        let held = self.sharers.get(own.index).ok_or(Error::Internal)?.held;
        let first = Some(own.rights).filter(|rights| rights.may_write());
        let most = if holder.is_none() { first } else { held.filter(|_| holder == own.index) };
        if most < Some(rights) || borrower.rights < rights {
            return Err(Error::PermissionDenied);
        }
        let to = self.sharers.get(borrower.index).ok_or(Error::Internal)?;
        if to.held.is_some() {
            return Err(Error::AlreadyExists);
        }
        let process = services.processes.get(borrower.process);
        if !process.is_some_and(Process::is_running) {
            return Err(Error::Unavailable);
        }
        Ok(())
    }

    /// Adds one to the chain of holders, unless it is in it.
    fn hold(&mut self, declared: &SharerDescriptor, rights: MemoryRights, lender: SharerIndex) {
        if let Some(sharer) = self.sharers.get_mut(declared.index)
            && sharer.held.is_none()
            && let Some(region) = self.regions.get_mut(declared.region)
        {
            *sharer = Sharer { held: Some(rights), lender, ..*sharer };
            region.holder = declared.index;
        }
    }

    /// Gives a region back to whom it was lent by; the first holder lets go of it. Unavailable unless the
    /// caller holds it (SH-3).
    fn give_back<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        own: Part<'_>,
    ) -> Ending {
        if self.holder(own.declared.region) != own.declared.index {
            return Err(Error::Unavailable);
        }
        self.end_chain(services, port, own.declared);
        self.show(services, port, own.region);
        self.raise_holder(services, own.declared.region);
        Ok(Some(success(0)))
    }

    /// Ends the chain of holders before this member of it; those behind it lose their mappings.
    fn end_chain<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        member: &SharerDescriptor,
    ) {
        let mut last = SharerIndex::NONE;
        // As long as the chain at most: each turn takes a link away.
        while last != member.index {
            last = self.holder(member.region);
            let Some(sharer) = self.sharers.get_mut(last) else { return };
            let Sharer { mapped, lender, .. } = *sharer;
            *sharer = Sharer { held: None, lender: SharerIndex::NONE, ..*sharer };
            if let Some(region) = self.regions.get_mut(member.region) {
                region.holder = lender;
            }
            if last != member.index
                && let Some((place, _)) = mapped
                && let Some(lost) = services.system.sharer(last)
            {
                sharer.mapped = None;
                services.memories.free(port, lost.process, place);
            }
        }
    }

    /// Copies out of a region, or into it if the right to write is `needed`; mapped or not (SH-4).
    fn copy<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        Part { declared, region }: Part<'_>,
        (arguments, needed): (&Arguments, MemoryRights),
    ) -> Ending {
        let &[_handle, offset, address, length_word, ..] = arguments;
        if self.available(declared) < Some(needed) {
            return Err(Error::PermissionDenied);
        }
        let access = if needed.may_write() { Access::Read } else { Access::Write };
        let limit = services.max_transfer_bytes;
        let buffer = check(port, services.memory(), (address, length_word), access, limit)?;
        let length = buffer.length();
        let inside = region.grant(declared.process, offset, length).ok_or(Error::OutOfRange)?;
        let inside = crate::memory::Buffer::flat(inside);
        let [inside, outside] =
            [&inside, &buffer].map(|buffer| End::whole(declared.process, buffer));
        let (source, destination) = match needed {
            MemoryRights::Read => (inside, outside),
            MemoryRights::ReadWrite => (outside, inside),
        };
        match transfer(&services.memories, port, source, destination, length) {
            Ok(()) => Ok(Some(success(length))),
            Err(Side::Source | Side::Destination) => Err(Error::PermissionDenied),
        }
    }

    /// A process that shares a region has ended: it has it neither mapped nor lent any more, and the others
    /// hear of it (SH-6).
    pub(crate) fn sharer_ended<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        declared: &SharerDescriptor,
    ) {
        let Some(sharer) = self.sharers.get(declared.index).copied() else { return };
        if sharer.held.is_some() {
            self.end_chain(services, port, declared);
        }
        if let Some(sharer) = self.sharers.get_mut(declared.index) {
            *sharer = Sharer::IDLE;
        }
        let Some(region) = services.system.shared_region(declared.region) else { return };
        self.show(services, port, region);
        let took_part = sharer.held.is_some() || sharer.mapped.is_some();
        for other in services.system.sharers_of(region) {
            // Nobody hears of its own end, nor in its next life of what was before.
            let process = services.processes.get(other.process);
            let is_there = process.is_some_and(Process::is_running);
            if took_part
                && is_there
                && let Some(sharer) = self.sharers.get_mut(other.index)
            {
                sharer.has_error = true;
                self.raise(services, other);
            }
        }
        self.raise_holder(services, declared.region);
    }

    fn raise_holder(&mut self, services: &mut Services<'_>, region: SharedRegionIndex) {
        if let Some(holder) = services.system.sharer(self.holder(region)) {
            self.raise(services, holder);
        }
    }

    /// Ends the waits for what a part shows.
    fn raise(&mut self, services: &mut Services<'_>, declared: &SharerDescriptor) {
        let signals = self.signals(declared);
        if services.waits.raise(declared.wait_list, signals) {
            self.note_returned(declared, signals);
        }
    }

    /// Lets through of every mapping of a region what its process may do now (SH-5).
    fn show<P: Port>(
        &self,
        services: &mut Services<'_>,
        port: &mut P,
        region: &SharedRegionDescriptor,
    ) {
        for declared in services.system.sharers_of(region) {
            let mapped = self.sharers.get(declared.index).and_then(|sharer| sharer.mapped);
            if let Some((place, rights)) = mapped {
                let rights = self.available(declared).map(|most| most.min(rights));
                services.memories.change(port, declared.process, place, rights);
            }
        }
    }

    /// The most that a process may do in a region now, if it has it mapped or not.
    fn available(&self, declared: &SharerDescriptor) -> Option<MemoryRights> {
        let holder = self.holder(declared.region);
        let Some(held) = self.sharers.get(holder).and_then(|holder| holder.held) else {
            return Some(declared.rights);
        };
        if holder == declared.index {
            return Some(held);
        }
        if held.may_write() { None } else { Some(MemoryRights::Read) }
    }

    fn holder(&self, region: SharedRegionIndex) -> SharerIndex {
        self.regions.get(region).map_or(SharerIndex::NONE, |region| region.holder)
    }

    /// Checks that chains of holders are chains, and that mappings are as they should be.
    pub(crate) fn check(&self, services: &Services<'_>) -> Result<(), &'static str> {
        for (number, region) in services.system.shared_regions.iter().enumerate() {
            self.check_chain(services, region, SharedRegionIndex::new(number))?;
            for declared in services.system.sharers_of(region) {
                self.check_mapping(services, region, declared)?;
            }
        }
        Ok(())
    }

    fn check_chain(
        &self,
        services: &Services<'_>,
        region: &SharedRegionDescriptor,
        index: SharedRegionIndex,
    ) -> Result<(), &'static str> {
        let sharers = services.system.sharers_of(region).iter();
        let members = sharers.filter_map(|sharer| self.sharers.get(sharer.index));
        let members = members.filter(|sharer| sharer.held.is_some()).count();
        let mut links = 0;
        let mut member = self.holder(index);
        while let Some(sharer) = self.sharers.get(member) {
            links += 1;
            let declared =
                services.system.sharer(member).ok_or("shared memory: nobody holds it")?;
            let process = services.processes.get(declared.process);
            if sharer.held.is_none() || links > members {
                return Err("shared memory: no chain of holders");
            }
            if !process.is_some_and(Process::is_running) {
                return Err("shared memory: held by a process that has ended");
            }
            if sharer.held > Some(declared.rights) {
                return Err("shared memory: more was lent than is declared");
            }
            member = sharer.lender;
        }
        if links == members { Ok(()) } else { Err("shared memory: a holder outside the chain") }
    }

    fn check_mapping(
        &self,
        services: &Services<'_>,
        region: &SharedRegionDescriptor,
        declared: &SharerDescriptor,
    ) -> Result<(), &'static str> {
        let sharer = self.sharers.get(declared.index).ok_or("shared memory: no such part")?;
        let Some((place, rights)) = sharer.mapped else {
            return Ok(());
        };
        let mapping = services.memories.mapping(declared.process, place);
        let mapping = mapping.ok_or("shared memory: mapped in no place")?;
        let allowed = self.available(declared).map(|most| most.min(rights));
        if mapping.span() != region.span || mapping.rights() != allowed {
            return Err("shared memory: the wall lets through something else");
        }
        Ok(())
    }
}

impl SharedRegionDescriptor {
    fn length(&self) -> usize {
        self.span.end.saturating_sub(self.span.start)
    }

    /// The bytes from `offset` on, if there are so many; the process is the one that has asked.
    fn grant(&self, process: ProcessIndex, offset: usize, length: usize) -> Option<Grant> {
        let end = offset.checked_add(length)?;
        if end > self.length() {
            return None;
        }
        Some(Grant::new(process, self.span.start.wrapping_add(offset), length))
    }
}

/// The part that a handle of the caller names.
fn part<'s>(services: &Services<'s>, handle: usize) -> Result<Part<'s>, Error> {
    let Object::SharedMemory(declared) = services.caller().object(handle)? else {
        return Err(Error::InvalidArgument);
    };
    let region = services.system.shared_region(declared.region).ok_or(Error::Internal)?;
    Ok(Part { declared, region })
}

/// The part of the process that a call names: InvalidArgument if it has none in this region.
fn borrower<'s>(
    services: &Services<'s>,
    own: Part<'s>,
    process: usize,
) -> Result<&'s SharerDescriptor, Error> {
    if process == OWN_PROCESS {
        return Ok(own.declared);
    }
    let mut sharers = services.system.sharers_of(own.region).iter();
    let position = process.wrapping_sub(1);
    let sharer = sharers.find(|sharer| sharer.process.position() == position);
    sharer.ok_or(Error::InvalidArgument)
}

#[cfg(test)]
mod tests;
