//! Shared memory: who may do what there, and what its calls may be answered (SH-1 to SH-6).
//!
//! Of each region the chain of those who hold it is kept as a list: who lent stands before whom it lent to,
//! and the last holds it. What a process may do at an address is found by asking all parts; what its wall
//! should let through follows from that, and from nothing that was told to the wall before.

use guichet_abi::{Error, MAX_MAPPINGS, MemoryRights, OK, OWN_PROCESS, Results, Signals, Syscall};
use guichet_kernel::Region as Passage;

use super::buffers::{Offer, Use};
use super::calls::{Scene, value_or_reasons};
use super::copy::copy;
use super::{Change, Oracle, Prediction, succeeded};
use crate::declared::Waitable;
use crate::declared::shared::span;
use crate::machine::GRAIN_BYTES;
use crate::plan::Plan;

/// All regions, and all parts in them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sharing {
    /// The regions.
    pub regions: Vec<Region>,
    /// The parts: who shares which region.
    pub parts: Vec<Part>,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// Where it begins; never changes.
    pub start: usize,
    /// How long it is; never changes.
    pub bytes: usize,
    /// Those that hold it, each with what it may do: everybody has it from the one before, and the last
    /// one holds it now.
    pub chain: Vec<(usize, MemoryRights)>,
}

/// A process's part in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// The region; never changes.
    pub region: usize,
    /// The process; never changes.
    pub process: usize,
    /// The most that it may ever do; never changes.
    pub most: MemoryRights,
    /// What it has mapped the region for, if it has.
    pub mapped: Option<MemoryRights>,
    /// Another has ended, and this one has not noticed (SH-6).
    pub has_error: bool,
}

impl Sharing {
    /// Nobody holds anything, and nothing is mapped.
    pub fn of(plan: &Plan) -> Sharing {
        let region = |at: usize| {
            let span = span(plan, at);
            Region { start: span.start, bytes: span.end - span.start, chain: Vec::new() }
        };
        let part = |(region, process, most)| Part {
            region,
            process,
            most,
            mapped: None,
            has_error: false,
        };
        Sharing {
            regions: (0..plan.regions.len()).map(region).collect(),
            parts: plan.sharers().into_iter().map(part).collect(),
        }
    }

    /// The region of a part.
    pub fn region_of(&self, part: usize) -> &Region {
        &self.regions[self.parts[part].region]
    }

    /// The part that holds a region, and what it may do.
    fn holder(&self, region: usize) -> Option<(usize, MemoryRights)> {
        self.regions[region].chain.last().copied()
    }

    /// What a part may do now (SH-3).
    fn rights(&self, part: usize) -> Option<MemoryRights> {
        match self.holder(self.parts[part].region) {
            None => Some(self.parts[part].most),
            Some((holder, held)) if holder == part => Some(held),
            Some((_, MemoryRights::Read)) => Some(MemoryRights::Read),
            Some((_, MemoryRights::ReadWrite)) => None,
        }
    }

    /// What a part has mapped and may do now.
    fn passage(&self, part: usize) -> Option<MemoryRights> {
        Some(self.parts[part].mapped?.min(self.rights(part)?))
    }

    /// Tells whether a process's wall lets it use this byte of shared memory so.
    pub fn lets_through(&self, process: usize, address: usize, purpose: Use) -> bool {
        (0..self.parts.len()).any(|part| {
            let region = self.region_of(part);
            let is_here = (region.start..region.start + region.bytes).contains(&address);
            let is_own = self.parts[part].process == process;
            is_here && is_own && self.passage(part).is_some_and(|rights| suffices(rights, purpose))
        })
    }

    /// What the wall of a process lets through beside its own memory, in the order of addresses.
    pub fn walls(&self, process: usize) -> Vec<Passage> {
        let own = (0..self.parts.len()).filter(|part| self.parts[*part].process == process);
        let passages = own.filter_map(|part| {
            let Region { start, bytes, .. } = *self.region_of(part);
            let writable = self.passage(part)?.may_write();
            Some(Passage { start, end: start + bytes, writable })
        });
        passages.collect()
    }

    /// What a part shows (SH-3, SH-6).
    pub fn signals(&self, part: usize) -> Signals {
        let held = self.holder(self.parts[part].region).filter(|(holder, _)| *holder == part);
        let mut signals = Signals::empty();
        signals.set(Signals::READABLE, held.is_some());
        signals.set(Signals::WRITEABLE, held.is_some_and(|(_, rights)| rights.may_write()));
        signals.set(Signals::ERROR, self.parts[part].has_error);
        signals
    }

    fn place_in_chain(&self, part: usize) -> Option<usize> {
        self.region_of(part).chain.iter().position(|(member, _)| *member == part)
    }

    /// A process has ended: nothing of it is mapped, nor what it has lent by whom it was lent to, and what it
    /// was lent has gone back; whoever runs and shares with it what it made anything of is to hear of it (SH-3, SH-6).
    pub fn ends(&mut self, process: usize, runs: &[bool]) {
        for part in 0..self.parts.len() {
            if self.parts[part].process != process {
                continue;
            }
            let place = self.place_in_chain(part);
            let took_part = place.is_some() || self.parts[part].mapped.is_some();
            let region = self.parts[part].region;
            if let Some(place) = place {
                for (behind, _) in self.regions[region].chain.split_off(place) {
                    self.parts[behind].mapped = None;
                }
            }
            self.parts[part].mapped = None;
            self.parts[part].has_error = false;
            let others = self.parts.iter_mut().filter(|other| other.process != process);
            for other in others.filter(|other| took_part && other.region == region) {
                other.has_error |= runs[other.process];
            }
        }
    }
}

fn suffices(rights: MemoryRights, purpose: Use) -> bool {
    purpose == Use::Source || rights.may_write()
}

impl Scene<'_> {
    /// The part that the first argument names, or why it will not do (AB-1).
    fn part(&self) -> Result<usize, Vec<Error>> {
        match self.waitable() {
            Ok(Waitable::Part(part)) => Ok(part),
            Ok(_) => Err(vec![Error::InvalidArgument]),
            Err(error) => Err(vec![error]),
        }
    }

    fn rights(&self, number: usize) -> Result<MemoryRights, Vec<Error>> {
        MemoryRights::from_word(self.argument(number)).ok_or(vec![Error::InvalidArgument])
    }
}

impl Oracle {
    /// A call on shared memory.
    pub(super) fn share(&self, scene: &Scene<'_>, syscall: Syscall) -> Vec<Prediction> {
        match syscall {
            Syscall::SharedMemoryMap => self.shared_memory_map(scene),
            Syscall::SharedMemoryUnmap => self.shared_memory_unmap(scene),
            Syscall::ShareLend => self.share_lend(scene),
            Syscall::ShareReturn => self.share_return(scene),
            Syscall::SharedMemoryRead => self.shared_memory_copy(scene, false),
            Syscall::SharedMemoryWrite => self.shared_memory_copy(scene, true),
            _unknown_to_the_clauses => self.refuse(scene, &[Error::Unimplemented]),
        }
    }

    /// SH-1, SH-2, SH-6.
    fn shared_memory_map(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let part = value_or_reasons(&mut reasons, scene.part());
        let rights = value_or_reasons(&mut reasons, scene.rights(1));
        if let Some(part) = part {
            reasons.extend(self.reasons_not_to_map(part, rights));
        }
        let (Some(part), Some(_), []) = (part, rights, &reasons[..]) else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let Region { start, bytes, .. } = *self.sharing.region_of(part);
        let results = Results { status: OK, value0: start, value1: bytes };
        let mut after = self.with_owed(scene.thread, results);
        after.sharing.parts[part].mapped = rights;
        after.sharing.parts[part].has_error = false;
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    fn reasons_not_to_map(&self, part: usize, rights: Option<MemoryRights>) -> Vec<Error> {
        let sharing = &self.sharing;
        let own = &sharing.parts[part];
        let used = sharing.parts.iter().filter(|other| other.process == own.process);
        let used = used.filter(|other| other.mapped.is_some()).count();
        let is_new = own.mapped.is_none();
        let is_expressible = sharing.region_of(part).bytes.is_multiple_of(GRAIN_BYTES);
        let judged = [
            (rights.is_some() && sharing.rights(part) < rights, Error::PermissionDenied),
            (is_new && used == MAX_MAPPINGS, Error::ResourceExhausted),
            (is_new && !is_expressible, Error::OutOfRange),
        ];
        judged.into_iter().filter(|(applies, _)| *applies).map(|(_, reason)| reason).collect()
    }

    /// SH-2.
    fn shared_memory_unmap(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let part = match scene.part() {
            Ok(part) => part,
            Err(reasons) => return self.refuse(scene, &reasons),
        };
        if self.sharing.parts[part].mapped.is_none() {
            return self.refuse(scene, &[Error::Unavailable]);
        }
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.sharing.parts[part].mapped = None;
        vec![Prediction::of(after, Change::Any)]
    }

    /// SH-3.
    fn share_lend(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let part = value_or_reasons(&mut reasons, scene.part());
        let rights = value_or_reasons(&mut reasons, scene.rights(2));
        let borrower = part.map(|part| self.borrower(part, scene.argument(1)));
        if let Some(None) = borrower {
            reasons.push(Error::InvalidArgument);
        }
        if let (Some(part), Some(Some(borrower))) = (part, borrower) {
            reasons.extend(self.reasons_not_to_lend(part, borrower, rights));
        }
        let (Some(part), Some(Some(borrower)), Some(rights), []) =
            (part, borrower, rights, &reasons[..])
        else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        let most = self.sharing.parts[part].most;
        let chain = &mut after.sharing.regions[self.sharing.parts[part].region].chain;
        if chain.is_empty() && borrower != part {
            chain.push((part, most));
        }
        chain.push((borrower, rights));
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// The part of whom a word names, in the region of this one.
    fn borrower(&self, part: usize, word: usize) -> Option<usize> {
        if word == OWN_PROCESS {
            return Some(part);
        }
        let region = self.sharing.parts[part].region;
        let is_it = |other: &super::sharing::Part| {
            (other.region, other.process.wrapping_add(1)) == (region, word)
        };
        self.sharing.parts.iter().position(is_it)
    }

    fn reasons_not_to_lend(
        &self,
        part: usize,
        borrower: usize,
        rights: Option<MemoryRights>,
    ) -> Vec<Error> {
        let sharing = &self.sharing;
        let own = &sharing.parts[part];
        let most = match sharing.holder(own.region) {
            Some((holder, held)) => (holder == part).then_some(held),
            // Who may only read would keep those who may write out.
            None => Some(own.most).filter(|most| most.may_write()),
        };
        let to = &sharing.parts[borrower];
        let is_too_much = rights.is_some_and(|rights| rights > to.most);
        let judged = [
            (most.is_none() || rights > most || is_too_much, Error::PermissionDenied),
            (sharing.place_in_chain(borrower).is_some(), Error::AlreadyExists),
            (!self.processes[to.process].is_running(), Error::Unavailable),
        ];
        judged.into_iter().filter(|(applies, _)| *applies).map(|(_, reason)| reason).collect()
    }

    /// SH-3.
    fn share_return(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let part = match scene.part() {
            Ok(part) => part,
            Err(reasons) => return self.refuse(scene, &reasons),
        };
        let region = self.sharing.parts[part].region;
        if self.sharing.holder(region).is_none_or(|(holder, _)| holder != part) {
            return self.refuse(scene, &[Error::Unavailable]);
        }
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.sharing.regions[region].chain.pop();
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// SH-4: nothing but bytes changes.
    fn shared_memory_copy(&self, scene: &Scene<'_>, writes: bool) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let part = value_or_reasons(&mut reasons, scene.part());
        let (inside, outside) = match writes {
            true => (Use::Destination, Use::Source),
            false => (Use::Source, Use::Destination),
        };
        let buffer = scene.buffer(2, outside, scene.max_transfer_bytes());
        let buffer = value_or_reasons(&mut reasons, buffer);
        let is_allowed = |part| {
            let rights = self.sharing.rights(part);
            rights.is_some_and(|rights| suffices(rights, inside))
        };
        if part.is_some_and(|part| !is_allowed(part)) {
            reasons.push(Error::PermissionDenied);
        }
        let end = buffer.and_then(|buffer| scene.argument(1).checked_add(buffer.length));
        let bytes = part.map(|part| self.sharing.region_of(part).bytes);
        if buffer.is_some() && bytes.is_some_and(|bytes| end.is_none_or(|end| end > bytes)) {
            reasons.push(Error::OutOfRange);
        }
        match (part, buffer) {
            (Some(part), Some(buffer)) if reasons.is_empty() => {
                self.is_copied(scene, part, &buffer, writes)
            }
            _refused => self.refuse(scene, &reasons),
        }
    }

    /// The bytes move as if the caller had mapped the region as far as it may.
    fn is_copied(
        &self,
        scene: &Scene<'_>,
        part: usize,
        buffer: &Offer,
        writes: bool,
    ) -> Vec<Prediction> {
        let address = self.sharing.region_of(part).start + scene.argument(1);
        let inside = Offer { address, slices: None, length: buffer.length };
        let mut mapped = self.sharing.clone();
        mapped.parts[part].mapped = self.sharing.rights(part);
        let world = scene.world().after(&mapped, &[]);
        let process = scene.process();
        let (from, to) = if writes { (buffer, &inside) } else { (&inside, buffer) };
        let ends = ((process, from, 0), (process, to, 0));
        match copy(&world.memories, ends.0, ends.1, buffer.length) {
            Err(_) => self.refuse(scene, &[Error::PermissionDenied]),
            Ok(bytes) => {
                let mut copied = self.quiet(scene, succeeded(buffer.length));
                for prediction in &mut copied {
                    prediction.writes.clone_from(&bytes);
                }
                copied
            }
        }
    }
}
