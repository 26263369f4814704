//! Wait groups: several things, one wait (WT-4).

use guichet_abi::{Error, OK, Results, Signals};

use super::calls::{Scene, value_or_reasons};
use super::{Change, Doing, Oracle, Prediction, failed, succeeded};
use crate::declared::Waitable;

/// A wait group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Group {
    /// Its members, in the order of their handles, which is that in which they take turns.
    pub members: Vec<Member>,
    /// The handle of the member that was served last, whether it still is one or not.
    pub last: Option<usize>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The handle by which it joined.
    pub handle: usize,
    /// What it is.
    pub what: Waitable,
    /// The signals (bits) that make it ready.
    pub mask: u32,
    /// What a wait gives for it.
    pub user_data: usize,
    /// The members that have been served since it became ready, by their handles.
    pub overtaken_by: Vec<usize>,
}

impl Scene<'_> {
    fn group(&self) -> Result<usize, Error> {
        match self.waitable()? {
            Waitable::Group(group) => Ok(group),
            Waitable::Handler(_)
            | Waitable::Initiator(_)
            | Waitable::Thread(_)
            | Waitable::Process(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => Err(Error::InvalidArgument),
        }
    }
}

impl Oracle {
    pub(super) fn wait_group_add(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let group = value_or_reasons(&mut reasons, scene.group().map_err(|error| vec![error]));
        let handle = scene.argument(1);
        let what = scene.declared.waitable_of(scene.process(), handle);
        match what {
            None => reasons.push(Error::OutOfRange),
            Some(Waitable::Group(_)) => reasons.push(Error::InvalidArgument),
            Some(_) if self.is_member(scene.process(), handle, scene) => {
                reasons.push(Error::ResourceExhausted);
            }
            Some(_) => {}
        }
        let mask = u32::try_from(scene.argument(2)).ok().filter(|bits| is_mask(*bits));
        if mask.is_none() {
            reasons.push(Error::InvalidArgument);
        }
        let (Some(group), Some(what), Some(mask), []) = (group, what, mask, &reasons[..]) else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        let user_data = scene.argument(3);
        let joined = Member { handle, what, mask, user_data, overtaken_by: Vec::new() };
        after.groups[group].members.push(joined);
        after.groups[group].members.sort_by_key(|member| member.handle);
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// Tells whether a thing is a member of any group of its process.
    fn is_member(&self, process: usize, handle: usize, scene: &Scene<'_>) -> bool {
        let owners = scene.declared.plan.group_owners();
        let groups = self.groups.iter().zip(owners).filter(|(_, owner)| *owner == process);
        groups.into_iter().any(|(group, _)| group.position_of(handle).is_some())
    }

    pub(super) fn wait_group_remove(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let group = value_or_reasons(&mut reasons, scene.group().map_err(|error| vec![error]));
        let handle = scene.argument(1);
        let position = group.and_then(|group| self.groups[group].position_of(handle));
        if scene.declared.waitable_of(scene.process(), handle).is_none() {
            reasons.push(Error::OutOfRange);
        } else if group.is_some() && position.is_none() {
            reasons.push(Error::NotFound);
        }
        let (Some(group), Some(position)) = (group, position) else {
            return self.refuse(scene, &reasons);
        };
        let mut after = self.with_owed(scene.thread, succeeded(0));
        let gone = after.groups[group].members.remove(position);
        after.groups[group].forget_overtaker(gone.handle);
        vec![Prediction::of(after, Change::Any)]
    }

    /// WT-4, CH-5a, CH-9.
    pub(super) fn wait_on_group(
        &self,
        scene: &Scene<'_>,
        group: usize,
        mask: Signals,
    ) -> Vec<Prediction> {
        if self.groups[group].members.is_empty() || !mask.contains(Signals::READABLE) {
            return self.refuse(scene, &[Error::InvalidArgument]);
        }
        let mut after = self.clone();
        let mut change;
        let (mut was_stale, mut has_come) = (false, false);
        for member in &self.groups[group].members {
            if let Waitable::Handler(end) = member.what {
                was_stale |= after.channels[end].forget_stale(scene.thread);
                has_come |= after.attend(end, scene.thread);
            }
        }
        change = Change::of_a_wait(was_stale, has_come);
        let deadline_ticks = scene.deadline_ticks(2);
        let first = self.ready_members(group).next().cloned();
        if let Some(member) = first {
            let signals = after.signals(member.what);
            after.threads[scene.thread].owed = Some(member.results(signals));
            after.serve(group, member.handle);
            after.note_returned(member.what, signals);
            change = Change::Any;
        } else if scene.is_past(deadline_ticks) {
            after.threads[scene.thread].owed = Some(failed(Error::DeadlineExceeded));
        } else {
            let doing = Doing::Waiting { on: Waitable::Group(group), mask: mask.bits() };
            after.block(scene.thread, doing, deadline_ticks);
            change = Change::Any;
        }
        vec![Prediction::of(after, change)]
    }

    /// The members of a group that are ready, in turn: beginning behind the one served last.
    pub fn ready_members(&self, group: usize) -> impl Iterator<Item = &Member> {
        let Group { members, last } = &self.groups[group];
        let behind = members.iter().filter(move |member| Some(member.handle) > *last);
        let before = members.iter().filter(move |member| Some(member.handle) <= *last);
        behind.chain(before).filter(|member| self.is_ready(member))
    }

    fn is_ready(&self, member: &Member) -> bool {
        self.signals(member.what).bits() & member.mask != 0
    }

    /// Ends the waits on a group if a member is ready. Gives the member's thing and its signals.
    pub(super) fn wake_group(&mut self, group: usize, turn: usize) -> Option<(Waitable, Signals)> {
        let on = Waitable::Group(group);
        let waits = |thread: &usize| match self.threads[*thread].doing {
            Doing::Waiting { on: own, .. } => own == on,
            _elsewhere => false,
        };
        let waiting: Vec<usize> = (0..self.threads.len()).filter(waits).collect();
        let ready: Vec<Member> = self.ready_members(group).cloned().collect();
        if waiting.is_empty() || ready.is_empty() {
            return None;
        }
        self.told.ready_members = self.told.ready_members.max(ready.len());
        let member = &ready[self.told.first_member % ready.len()];
        let signals = self.signals(member.what);
        for thread in waiting {
            self.complete(thread, member.results(signals), turn);
        }
        self.serve(group, member.handle);
        Some((member.what, signals))
    }

    /// Notes that a member was served, while others were ready.
    fn serve(&mut self, group: usize, handle: usize) {
        let ready: Vec<usize> = self.ready_members(group).map(|member| member.handle).collect();
        let group = &mut self.groups[group];
        group.last = Some(handle);
        for member in &mut group.members {
            if member.handle == handle {
                member.overtaken_by.clear();
            } else if ready.contains(&member.handle) && !member.overtaken_by.contains(&handle) {
                member.overtaken_by.push(handle);
                member.overtaken_by.sort_unstable();
            }
        }
    }

    /// Between two steps: who is not ready waits for nothing.
    pub fn forget_overtakers(&mut self) {
        for group in 0..self.groups.len() {
            let ready: Vec<usize> = self.ready_members(group).map(|member| member.handle).collect();
            for member in &mut self.groups[group].members {
                if !ready.contains(&member.handle) {
                    member.overtaken_by.clear();
                }
            }
        }
    }

    /// Tells whether a wait on `on` is one on `what`: itself, or a group that it is a member of.
    pub(super) fn covers(&self, on: Waitable, what: Waitable) -> bool {
        match on {
            Waitable::Group(group) => {
                self.groups[group].members.iter().any(|member| member.what == what)
            }
            Waitable::Handler(_)
            | Waitable::Initiator(_)
            | Waitable::Thread(_)
            | Waitable::Process(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => on == what,
        }
    }
}

impl Group {
    /// The position of a member among the members.
    fn position_of(&self, handle: usize) -> Option<usize> {
        self.members.iter().position(|member| member.handle == handle)
    }

    fn forget_overtaker(&mut self, handle: usize) {
        for member in &mut self.members {
            member.overtaken_by.retain(|other| *other != handle);
        }
    }
}

impl Member {
    /// What a wait gives for it (WT-4).
    fn results(&self, signals: Signals) -> Results {
        Results { status: OK, value0: self.user_data, value1: signals.bits() as usize }
    }
}

fn is_mask(bits: u32) -> bool {
    Signals::from_bits(bits).is_some()
}
