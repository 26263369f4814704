//! Notifications as pairs of lives, and shared buffers as places of pairs (NO).

use std::collections::{BTreeMap, BTreeSet};

use guichet_abi::{CommandReturn, ErrorCode};

use super::society::Life;
use super::{Answer, Oracle, Scene};
use crate::capsules::places::Place;
use crate::capsules::plan::Kind;
use crate::machine::GRAIN_BYTES;

/// How many numbers a process has.
const NUMBERS: usize = 8;

/// What there is to know of notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Notices {
    /// Which process each number of a life means.
    numbers: BTreeMap<Life, BTreeMap<usize, usize>>,
    /// Who has a number for whom.
    bound: BTreeSet<(Life, Life)>,
    /// Receivers that are to be told of senders, as services or as clients.
    pending: BTreeSet<(Life, Life, bool)>,
    /// From which number on a service is told next.
    turns: BTreeMap<Life, usize>,
    /// What owners share with receivers.
    shared: BTreeMap<(Life, Life), Place>,
}

impl Notices {
    pub(super) fn end(&mut self, life: Life) {
        self.numbers.remove(&life);
        self.turns.remove(&life);
        self.bound.retain(|(holder, peer)| *holder != life && *peer != life);
        self.pending.retain(|(receiver, sender, _)| *receiver != life && *sender != life);
        self.shared.retain(|(owner, receiver), _| *owner != life && *receiver != life);
    }

    /// A life shares nothing any more: with the process behind this number, or with anybody.
    pub(super) fn take_back(&mut self, life: Life, number: Option<usize>) {
        let peer = number.map(|number| self.process(life, number));
        self.shared.retain(|(owner, (receiver, _)), _| {
            *owner != life || peer.is_some_and(|peer| peer != Some(*receiver))
        });
    }

    fn process(&self, life: Life, number: usize) -> Option<usize> {
        self.numbers.get(&life)?.get(&number).copied()
    }

    fn number(&self, life: Life, process: usize) -> Option<usize> {
        let mut numbers = self.numbers.get(&life)?.iter();
        numbers.find(|(_, other)| **other == process).map(|(number, _)| *number)
    }

    /// What a process should have mapped, in the order of the addresses.
    pub(super) fn mapped(&self, process: usize) -> Vec<Place> {
        let of = |((_, (receiver, _)), _): &(&(Life, Life), &Place)| *receiver == process;
        let mut places: Vec<Place> =
            self.shared.iter().filter(of).map(|(_, place)| *place).collect();
        places.sort_unstable_by_key(|place| (place.address, place.length));
        places
    }
}

impl Oracle {
    /// What a process should have mapped beside its own memory.
    pub fn mapped(&self, process: usize) -> Vec<Place> {
        self.notices.mapped(process)
    }

    pub(super) fn notify_command(
        &mut self,
        scene: &Scene<'_>,
        me: Life,
        command: u32,
        number: u32,
    ) -> Answer {
        match command {
            1 => self.look_for(scene, me),
            2 => self.notify(me, number as usize, true),
            3 => self.notify(me, number as usize, false),
            _unknown => Err(ErrorCode::NoSupport),
        }
    }

    fn look_for(&mut self, scene: &Scene<'_>, me: Life) -> Answer {
        let place = self.allowed(me, (Kind::Notify, false, 0));
        if place.length == 0 {
            return Err(ErrorCode::Invalid);
        }
        let mut name = scene.read(me, place, place.length).ok_or(ErrorCode::Invalid)?;
        while name.last() == Some(&0) {
            name.pop();
        }
        let members = scene.declared.plan.members.iter();
        let process = members.map(|member| member.name.as_bytes()).position(|other| other == name);
        let peer = process.and_then(|process| self.society.life(process));
        let peer = peer.ok_or(ErrorCode::NoDevice)?;
        let number = self.number_for(me, peer.0, 0).ok_or(ErrorCode::NoMemory)?;
        self.bind(me, number, peer);
        Ok(CommandReturn::success_u32(number as u32))
    }

    fn notify(&mut self, me: Life, number: usize, is_service: bool) -> Answer {
        let process = self.notices.process(me, number).ok_or(ErrorCode::Invalid)?;
        if process == me.0 {
            return Err(ErrorCode::Invalid);
        }
        let peer = self.society.life(process);
        let peer = peer.filter(|peer| self.notices.bound.contains(&(me, *peer)));
        let peer = peer.ok_or(ErrorCode::NoDevice)?;
        let kept = usize::from(self.notices.number(peer, process).is_none());
        let back = self.number_for(peer, me.0, kept).ok_or(ErrorCode::NoMemory)?;
        let buffer = self.allowed(me, (Kind::Notify, true, number));
        if buffer.length != 0 {
            if !buffer.length.is_multiple_of(GRAIN_BYTES) {
                return Err(ErrorCode::Invalid);
            }
            self.notices.shared.insert((me, peer), buffer);
        }
        self.bind(peer, back, me);
        self.notices.pending.insert((peer, me, is_service));
        Ok(CommandReturn::success())
    }

    /// The number that a life has or gets for a process, if as many are left besides.
    fn number_for(&self, life: Life, process: usize, left: usize) -> Option<usize> {
        if let Some(number) = self.notices.number(life, process) {
            return Some(number);
        }
        let is_free = |number: &usize| self.notices.process(life, *number).is_none();
        let is_over = |number: &usize| {
            let peer = self.notices.process(life, *number);
            let peer = peer.and_then(|process| self.society.life(process));
            let is_bound = peer.is_some_and(|peer| self.notices.bound.contains(&(life, peer)));
            !is_free(number)
                && !is_bound
                && self.allowed(life, (Kind::Notify, true, *number)).length == 0
        };
        let free: Vec<usize> = (0..NUMBERS).filter(is_free).collect();
        let new: Vec<usize> = free.into_iter().chain((0..NUMBERS).filter(is_over)).collect();
        (new.len() > left).then(|| new.first().copied()).flatten()
    }

    fn bind(&mut self, life: Life, number: usize, peer: Life) {
        self.notices.numbers.entry(life).or_default().insert(number, peer.0);
        self.notices.bound.insert((life, peer));
    }

    /// Who is told of next by an upcall, and as what.
    fn next_notice(&self, me: Life, number: usize) -> Option<(usize, Life, bool)> {
        let process = self.notices.process(me, number)?;
        if process != me.0 {
            let peer = self.society.life(process)?;
            let is_due = self.notices.pending.contains(&(me, peer, false));
            return is_due.then_some((number, peer, false));
        }
        let all = self.notices.pending.iter();
        let services = all.filter(|(receiver, _, is_service)| *receiver == me && *is_service);
        let numbered = services.filter_map(|(_, sender, _)| {
            self.notices.number(me, sender.0).map(|number| (number, *sender, true))
        });
        let turn = self.notices.turns.get(&me).copied().unwrap_or(0);
        numbered.min_by_key(|(number, ..)| (*number < turn, *number))
    }

    pub(super) fn notify_due(&self, me: Life, number: usize) -> Option<[usize; 3]> {
        let (number, sender, _) = self.next_notice(me, number)?;
        let shared = self.notices.shared.get(&(sender, me));
        let (length, address) = shared.map_or((0, 0), |place| (place.length, place.address));
        Some([number, length, address])
    }

    pub(super) fn notify_taken(&mut self, me: Life, number: usize) {
        let Some((number, sender, is_service)) = self.next_notice(me, number) else { return };
        self.notices.pending.remove(&(me, sender, is_service));
        if is_service {
            self.notices.turns.insert(me, number + 1);
        }
    }
}
