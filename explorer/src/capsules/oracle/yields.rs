//! Upcalls: what is due, and who is given it (CP-2, CP-6).

use guichet_abi::{Message, OK, awaited_message, upcall_message};

use super::society::Life;
use super::{Awaited, Doing, Oracle, Said, Scene, Slot};
use crate::capsules::plan::Kind;
use crate::invariant::Invariant;

/// What the kernel shows that it gave a thread, for whoever must know what it chose.
pub(super) type Shown<'a> = &'a dyn Fn(usize) -> Option<Said>;

/// The upcall with which a request is taken.
const TAKEN: Slot = (Kind::Mailbox, 3);

impl Awaited {
    fn slots(self) -> impl Iterator<Item = Slot> {
        let numbers = (0..32).filter(move |number| self.numbers >> number & 1 != 0);
        numbers.map(move |number| (self.kind, number))
    }

    /// What comes with the third argument: which upcall it was, if it was one of several.
    fn message(self, (_, number): Slot, third: usize) -> Message {
        let is_one = self.numbers.count_ones() == 1;
        awaited_message(third, if is_one { 0 } else { number as u32 })
    }
}

impl Oracle {
    /// What comes with an upcall, if it is due.
    fn due(&self, scene: &Scene<'_>, me: Life, (kind, number): Slot) -> Option<[usize; 3]> {
        match kind {
            Kind::Registry => self.registry_due(me, number),
            Kind::Mailbox => self.mailbox_due(scene, me, number),
            Kind::Inbox => self.inbox_due(scene, me, number),
            Kind::Notify => self.notify_due(me, number),
            Kind::Spy => None,
        }
    }

    fn taken(&mut self, scene: &mut Scene<'_>, me: Life, (kind, number): Slot) {
        match kind {
            Kind::Registry => self.registry_taken(me, number),
            Kind::Mailbox => self.mailbox_taken(scene, me, number),
            Kind::Inbox => self.inbox_taken(scene, me, number),
            Kind::Notify => self.notify_taken(me, number),
            Kind::Spy => {}
        }
    }

    /// The upcalls that are due and subscribed.
    pub fn deliverable(&self, scene: &Scene<'_>, me: Life) -> Vec<Slot> {
        let Some(desk) = self.desks.get(&me) else { return Vec::new() };
        let is_it =
            |slot: &Slot| desk.subscription(*slot).0 != 0 && self.due(scene, me, *slot).is_some();
        scene.declared.slots().filter(is_it).collect()
    }

    /// Tells whether a process waits for the upcall that takes a request.
    fn takes_by_waiting(&self, me: Life, awaited: Option<Awaited>) -> bool {
        match awaited {
            Some(awaited) => awaited.slots().any(|slot| slot == TAKEN),
            None => self.desks.get(&me).is_some_and(|desk| desk.subscription(TAKEN).0 != 0),
        }
    }

    /// Every upcall that a process could be given of those that it yields for.
    fn answers_to(
        &self,
        scene: &Scene<'_>,
        me: Life,
        awaited: Option<Awaited>,
    ) -> Vec<(Slot, Said)> {
        let candidates = match awaited {
            Some(awaited) => awaited.slots().collect(),
            None => self.deliverable(scene, me),
        };
        let answer = |slot: Slot| {
            let words = self.due(scene, me, slot)?;
            let subscription = self.desks.get(&me).map_or((0, 0), |desk| desk.subscription(slot));
            let (value0, value1, message) = match awaited {
                None => (subscription.0, subscription.1, upcall_message(words)),
                Some(awaited) => (words[0], words[1], awaited.message(slot, words[2])),
            };
            let plain = Said::plain(OK, value0, value1, Invariant::UpcallsTrue);
            Some((slot, Said { message, ..plain }))
        };
        candidates.into_iter().filter_map(answer).collect()
    }

    /// Gives a process an upcall of those that it yields for, if there is one: the one that the kernel shows.
    pub(super) fn give(
        &mut self,
        scene: &mut Scene<'_>,
        (me, thread): (Life, usize),
        awaited: Option<Awaited>,
        shown: Shown<'_>,
    ) -> bool {
        let chosen = shown(thread);
        let is_chosen = |said: &Said| {
            let chosen = chosen.map(|chosen| (chosen.results, chosen.message));
            chosen == Some((said.results, said.message))
        };
        let mut answers = self.answers_to(scene, me, awaited);
        if !answers.iter().any(|(_, said)| is_chosen(said)) && self.takes_by_waiting(me, awaited) {
            // It was the turn of the upcall that takes a request, and none of them could be read.
            self.fail_unreadable(scene, me);
            answers = self.answers_to(scene, me, awaited);
        }
        let chosen = answers.iter().find(|(_, said)| is_chosen(said)).or(answers.first());
        let Some(&(slot, said)) = chosen else { return false };
        let others = answers.iter().map(|(other, _)| *other).filter(|other| *other != slot);
        let others: Vec<Slot> = others.collect();
        let unfair = self.desks.get_mut(&me).and_then(|desk| match awaited {
            None => desk.delivered(slot, &others),
            Some(_) => {
                desk.served(slot);
                None
            }
        });
        if let Some(other) = unfair {
            scene.object(Invariant::InTurn, format!("{slot:?} came again before {other:?}"));
        }
        self.taken(scene, me, slot);
        self.threads[thread] = Doing::Ready(Some(said));
        true
    }

    /// Wakes everybody whose wait for an upcall is over.
    pub(super) fn wake(&mut self, scene: &mut Scene<'_>, shown: Shown<'_>) {
        for process in 0..scene.declared.process_count() {
            let Some(me) = self.society.life(process) else { continue };
            let main = scene.declared.main_of(process);
            if let Doing::Yielding(awaited) = self.threads[main] {
                self.give(scene, (me, main), awaited, shown);
            }
            let deliverable = self.deliverable(scene, me);
            if let Some(desk) = self.desks.get_mut(&me) {
                desk.keep(&deliverable);
            }
            if deliverable.is_empty() {
                continue;
            }
            self.show(scene, process, me);
        }
    }
}
