//! What a receive may be answered, and to whom a transaction is given that nobody serves (CH-10).

use guichet_abi::{Error, OK, Results};

use super::buffers::{Memories, Offer, Use};
use super::calls::{Scene, value_or_reasons};
use super::copy::copy;
use super::lives::World;
use super::{Change, Doing, Oracle, Prediction, Receiver, Transaction, Write, failed};
use crate::plan::Channel;

impl Oracle {
    /// CH-10.
    pub(super) fn receive(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let room = value_or_reasons(&mut reasons, scene.buffer(1, Use::Destination, usize::MAX));
        let handler = scene.handler().map_err(|error| vec![error]);
        let end = value_or_reasons(&mut reasons, handler);
        match (end, room) {
            (Some(end), Some(room)) => self.takes_next(scene, end, &room, scene.deadline_ticks(3)),
            _refused => self.refuse(scene, &reasons),
        }
    }

    /// CH-10: what is wrong with the call itself comes first, then the response; only when that is
    /// delivered does the caller receive.
    pub(super) fn respond_and_receive(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let answer = scene.buffer(1, Use::Source, scene.max_transfer_bytes());
        let answer = value_or_reasons(&mut reasons, answer);
        let room = value_or_reasons(&mut reasons, scene.buffer(3, Use::Destination, usize::MAX));
        let handler = scene.handler().map_err(|error| vec![error]);
        let end = value_or_reasons(&mut reasons, handler);
        let (Some(end), Some(answer), Some(room)) = (end, answer, room) else {
            return self.refuse(scene, &reasons);
        };
        let (after, writes) = match self.delivered(scene, Some(end), Some(&answer), reasons) {
            Ok(delivered) => delivered,
            Err(instead) => return instead,
        };
        let mut predictions = Vec::new();
        for handed in after.handed_out_after(scene.world(), self.last_turn(), &writes) {
            let deadline_ticks = scene.deadline_ticks(5);
            let memories = Memories { written: &handed.writes, ..scene.memories };
            let scene = &Scene { memories, ..*scene };
            for mut taken in handed.after.takes_next(scene, end, &room, deadline_ticks) {
                taken.change = Change::Any;
                taken.writes.splice(0..0, handed.writes.iter().copied());
                predictions.push(taken);
            }
        }
        predictions
    }

    /// The caller takes the transaction that nobody serves, else waits for one.
    fn takes_next(
        &self,
        scene: &Scene<'_>,
        end: usize,
        room: &Offer,
        deadline_ticks: u64,
    ) -> Vec<Prediction> {
        let served = self.served(end);
        if served.is_some_and(|(_, server)| server == scene.thread) {
            return self.refuse(scene, &[Error::FailedPrecondition]);
        }
        let mut after = self.clone();
        let was_stale = after.channels[end].forget_stale(scene.thread);
        let has_come = after.attend(end, scene.thread);
        if let (None, Some(channel)) = (served, self.next(end)) {
            return after.takes_unserved(scene, channel, room, deadline_ticks);
        }
        let change = if scene.is_past(deadline_ticks) {
            after.threads[scene.thread].owed = Some(failed(Error::DeadlineExceeded));
            Change::of_a_wait(was_stale, has_come)
        } else {
            after.block(scene.thread, Doing::Receiving(end), deadline_ticks);
            let receiver = Receiver { thread: scene.thread, room: *room };
            after.channels[end].receivers.push(receiver);
            Change::Any
        };
        vec![Prediction::of(after, change)]
    }

    fn takes_unserved(
        &self,
        scene: &Scene<'_>,
        channel: usize,
        room: &Offer,
        deadline_ticks: u64,
    ) -> Vec<Prediction> {
        let receiver = Receiver { thread: scene.thread, room: *room };
        let bad = match self.served_by(scene.world(), channel, receiver) {
            Ok((mut after, results, writes)) => {
                after.threads[scene.thread].owed = Some(results);
                return vec![Prediction { writes, ..Prediction::of(after, Change::Any) }];
            }
            Err(bad) => bad,
        };
        let mut predictions = Vec::new();
        for side in bad {
            match side {
                Use::Source => {
                    let turn = self.last_turn();
                    let mut after = self.clone();
                    after.blame_initiator(channel, turn);
                    after.wake(turn);
                    let end = self.channels[channel].end;
                    predictions.extend(after.takes_next(scene, end, room, deadline_ticks));
                }
                Use::Destination => {
                    let denied = failed(Error::PermissionDenied);
                    let after = self.with_owed(scene.thread, denied);
                    predictions.push(Prediction::of(after, Change::Any));
                }
            }
        }
        for prediction in &mut predictions {
            prediction.change = Change::Any;
        }
        predictions
    }

    /// Every transaction that nobody serves goes to the first thread that receives there; what is
    /// left shows in the signals, and ends waits.
    pub(super) fn handed_out(&self, world: World<'_>, turn: usize) -> Vec<Prediction> {
        self.handed_out_after(world, turn, &[])
    }

    /// The same, after these bytes have been written.
    pub(super) fn handed_out_after(
        &self,
        world: World<'_>,
        turn: usize,
        writes: &[Write],
    ) -> Vec<Prediction> {
        let mut systems = vec![(self.clone(), writes.to_vec())];
        for end in 0..self.channels.len() {
            systems = systems
                .into_iter()
                .flat_map(|(system, writes)| system.hand_out(world, end, turn, writes))
                .collect();
        }
        let predict = |(mut after, writes): (Oracle, Vec<Write>)| {
            after.wake(turn);
            Prediction { writes, ..Prediction::of(after, Change::Any) }
        };
        systems.into_iter().map(predict).collect()
    }

    /// Gives the next transaction to the first thread that receives. Whose memory has
    /// gone bad bears the error, and the next one is tried (AB-8).
    fn hand_out(
        self,
        world: World<'_>,
        end: usize,
        turn: usize,
        writes: Vec<Write>,
    ) -> Vec<(Oracle, Vec<Write>)> {
        let next = self.next(end).filter(|_| self.served(end).is_none());
        let first = self.channels[end].receivers.first().copied();
        let (Some(channel), Some(first)) = (next, first) else {
            return vec![(self, writes)];
        };
        match self.served_by(world.after(&self.sharing, &writes), channel, first) {
            Ok((mut after, results, request)) => {
                after.complete(first.thread, results, turn);
                vec![(after, [writes, request].concat())]
            }
            Err(bad) => {
                let blame = |side| {
                    let mut after = self.clone();
                    match side {
                        Use::Source => after.blame_initiator(channel, turn),
                        Use::Destination => {
                            after.complete(first.thread, failed(Error::PermissionDenied), turn);
                        }
                    }
                    after.hand_out(world, end, turn, writes.clone())
                };
                bad.into_iter().flat_map(blame).collect()
            }
        }
    }

    /// A thread begins to serve the transaction of a channel, with what fits of its request: the
    /// system then, what the thread's call gives, and the bytes written. Else the sides whose
    /// memory has gone bad.
    fn served_by(
        &self,
        world: World<'_>,
        channel: usize,
        receiver: Receiver,
    ) -> Result<(Oracle, Results, Vec<Write>), Vec<Use>> {
        let mut after = self.clone();
        let Some(Transaction { request, server, .. }) = &mut after.channels[channel].transaction
        else {
            return Err(Vec::new());
        };
        let length = request.length.min(receiver.room.length);
        let from = (world.declared.channels[channel].initiator, &*request, 0);
        let to = (world.declared.channels[channel].handler, &receiver.room, 0);
        let writes = copy(&world.memories, from, to, length)?;
        *server = Some(receiver.thread);
        let badge = Channel::badge(channel) as usize;
        let results = Results { status: OK, value0: request.length, value1: badge };
        Ok((after, results, writes))
    }
}
