//! What receiving may be answered (EP-4), and who gets the place that becomes free (EP-5).

use guichet_abi::{Error, split_handle};

use super::{Outgoing, Patience, Place, Queued, REGISTER_BYTES, first_of, put};
use crate::oracle::buffers::Use;
use crate::oracle::calls::{Scene, value_or_reasons};
use crate::oracle::lives::World;
use crate::oracle::{Change, Doing, Oracle, Prediction, failed, succeeded};

impl Oracle {
    /// EP-4, EP-8.
    pub(in crate::oracle) fn endpoint_receive(
        &self,
        scene: &Scene<'_>,
        in_words: bool,
        waits: bool,
    ) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let handle = scene.argument(0);
        let found = place_for(scene, handle, (!in_words).then_some(1));
        let Some((endpoint, place)) = value_or_reasons(&mut reasons, found) else {
            return self.refuse(scene, &reasons);
        };
        let until_ticks = scene.deadline_ticks(if in_words { 1 } else { 3 });
        let patience = if waits { Patience::UntilTicks(until_ticks) } else { Patience::None };
        self.clone().takes_message(scene, endpoint, place, patience)
    }

    /// The caller takes the oldest message, else waits for one.
    pub(super) fn takes_message(
        mut self,
        scene: &Scene<'_>,
        endpoint: usize,
        place: Place,
        patience: Patience,
    ) -> Vec<Prediction> {
        let (thread, turn) = (scene.thread, self.last_turn());
        if !self.endpoints[endpoint].queue.is_empty() {
            return self.takes_oldest(scene, endpoint, &place);
        }
        if self.endpoints[endpoint].is_closed {
            return self.refuse(scene, &[Error::Aborted]);
        }
        match patience {
            Patience::None => return self.refuse(scene, &[Error::Unavailable]),
            Patience::UntilTicks(ticks) if scene.is_past(ticks) => {
                return self.refuse(scene, &[Error::DeadlineExceeded]);
            }
            Patience::UntilTicks(ticks) => {
                self.block(thread, Doing::ReceivingMessage(endpoint), ticks);
            }
        }
        self.endpoints[endpoint].receivers.push((thread, place));
        self.wake(turn);
        vec![Prediction::of(self, Change::Any)]
    }

    fn takes_oldest(
        mut self,
        scene: &Scene<'_>,
        endpoint: usize,
        place: &Place,
    ) -> Vec<Prediction> {
        let turn = self.last_turn();
        let Queued { bytes, note } = self.endpoints[endpoint].queue[0].clone();
        let Some((writes, words)) = put(&scene.memories, (scene.process(), place), &bytes) else {
            return self.refuse(scene, &[Error::PermissionDenied]);
        };
        self.endpoints[endpoint].queue.remove(0);
        self.told.posted.extend(writes);
        let note = super::Note { words, ..note };
        self.given(scene.declared, scene.thread, bytes.len(), note);
        self.admit_blocked(scene.world(), endpoint, turn);
        self.wake(turn);
        vec![Prediction::of(self, Change::Any)]
    }

    /// What room there is goes to who waits for it, the most important first (EP-5). Whose memory has gone
    /// bad bears that (AB-8).
    fn admit_blocked(&mut self, world: World<'_>, endpoint: usize, turn: usize) {
        loop {
            let entry = &self.endpoints[endpoint];
            if entry.queue.len() >= entry.capacity {
                return;
            }
            let priorities = self.priorities(world.declared);
            let blocked = entry.blocked.iter().map(|outgoing| outgoing.thread);
            let Some(first) = first_of(blocked, &priorities) else {
                return;
            };
            let outgoing = self.endpoints[endpoint].blocked.remove(first);
            let process = world.declared.senders[outgoing.sender].1.process;
            match outgoing.content.bytes(&world.memories, process) {
                Some(bytes) => self.admit(world, endpoint, &outgoing, bytes, turn),
                None => self.complete(outgoing.thread, failed(Error::PermissionDenied), turn),
            }
        }
    }

    fn admit(
        &mut self,
        world: World<'_>,
        endpoint: usize,
        outgoing: &Outgoing,
        bytes: Vec<u8>,
        turn: usize,
    ) {
        let note = self.note(world.declared, outgoing);
        let in_memory = matches!(outgoing.content, super::Content::Memory(_));
        self.queued(endpoint, Queued { bytes, note }, in_memory);
        if outgoing.is_call {
            self.threads[outgoing.thread].doing = Doing::Calling(endpoint);
        } else {
            self.complete(outgoing.thread, succeeded(0), turn);
        }
    }
}

/// The endpoint whose message the caller wants and where, in memory that the argument tells or in
/// registers; or every reason why not (EP-4: whatever may come must fit).
pub(super) fn place_for(
    scene: &Scene<'_>,
    handle: usize,
    buffer: Option<usize>,
) -> Result<(usize, Place), Vec<Error>> {
    let mut reasons = Vec::new();
    let receiver = scene.receiver(handle).map_err(|error| vec![error]);
    let endpoint = value_or_reasons(&mut reasons, receiver);
    let place = match buffer {
        None => Ok(Place::Registers),
        Some(first) => scene.buffer(first, Use::Destination, usize::MAX).map(Place::Memory),
    };
    let place = value_or_reasons(&mut reasons, place);
    if let (Some(endpoint), Some(place)) = (endpoint, place) {
        let length = if buffer.is_none() { REGISTER_BYTES } else { place.length() };
        if length >= scene.max_message_bytes(endpoint) {
            return Ok((endpoint, place));
        }
        reasons.push(Error::OutOfRange);
    }
    Err(reasons)
}

/// The handle of a call whose first argument tells how many words there are, too.
pub(super) fn handle_of(scene: &Scene<'_>, in_words: bool) -> usize {
    if in_words { split_handle(scene.argument(0)).0 } else { scene.argument(0) }
}
