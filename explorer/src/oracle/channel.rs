//! What transact, read and respond may be answered (CH-2 to CH-5a, CH-8).

use guichet_abi::Error;

use super::buffers::{Offer, Use};
use super::calls::{Scene, value_or_reasons};
use super::copy::copy;
use super::{Change, Doing, Oracle, Prediction, Transaction, Write, failed, succeeded};

impl Oracle {
    /// CH-2, CH-8, AB-4.
    pub(super) fn transact(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let request = scene.buffer(1, Use::Source, scene.max_transfer_bytes());
        let request = value_or_reasons(&mut reasons, request);
        let response = scene.buffer(3, Use::Destination, usize::MAX);
        let response = value_or_reasons(&mut reasons, response);
        let channel = value_or_reasons(&mut reasons, self.startable(scene));
        let deadline_ticks = transaction_deadline_ticks(scene, channel);
        if scene.is_past(deadline_ticks) {
            reasons.push(Error::DeadlineExceeded);
        }
        match (channel, request, response) {
            (Some(channel), Some(request), Some(response)) if reasons.is_empty() => {
                let thread = Some(scene.thread);
                let started = self.started(scene, thread, request, response);
                self.transaction_starts(scene, channel, started, deadline_ticks)
            }
            _refused => self.refuse(scene, &reasons),
        }
    }

    /// The channel on which the caller's transaction can start, or why it cannot.
    pub(super) fn startable(&self, scene: &Scene<'_>) -> Result<usize, Vec<Error>> {
        let channel = scene.initiator().map_err(|error| vec![error])?;
        let mut reasons = Vec::new();
        if !self.channels[channel].is_free() {
            reasons.push(Error::ResourceExhausted);
        }
        if !self.processes[scene.declared.channels[channel].handler].is_reachable() {
            reasons.push(Error::Unavailable);
        }
        if reasons.is_empty() { Ok(channel) } else { Err(reasons) }
    }

    /// A transaction that the caller starts now, in which `thread` blocks.
    pub(super) fn started(
        &self,
        scene: &Scene<'_>,
        thread: Option<usize>,
        request: Offer,
        response: Offer,
    ) -> Transaction {
        let priority = self.priorities(scene.declared)[scene.thread];
        Transaction { thread, request, response, server: None, priority, order: self.last_order() }
    }

    fn transaction_starts(
        &self,
        scene: &Scene<'_>,
        channel: usize,
        started: Transaction,
        deadline_ticks: u64,
    ) -> Vec<Prediction> {
        let mut after = self.clone();
        let turn = self.last_turn();
        after.block(scene.thread, Doing::Transacting(channel), deadline_ticks);
        after.channels[channel].transaction = Some(started);
        after.channels[channel].initiator_error = false;
        after.handed_out(scene.world(), turn)
    }

    /// The channel whose transaction the caller's read or respond acts on (CH-5a), and that; or the
    /// answer that it gets instead.
    fn chosen(
        &self,
        scene: &Scene<'_>,
        end: usize,
    ) -> Result<(usize, &Transaction), Box<Prediction>> {
        let refused = |error| {
            Err(Box::new(Prediction::of(self.with_owed(scene.thread, failed(error)), Change::None)))
        };
        if self.channels[end].stale.contains(&scene.thread) {
            let mut after = self.with_owed(scene.thread, failed(Error::Unavailable));
            after.channels[end].forget_stale(scene.thread);
            return Err(Box::new(Prediction::of(after, Change::Staleness)));
        }
        let served = self.served(end);
        if served.is_some_and(|(_, server)| server != scene.thread) {
            return refused(Error::FailedPrecondition);
        }
        let chosen = served.map(|(channel, _)| channel).or(self.next(end));
        match chosen.map(|channel| (channel, self.channels[channel].transaction.as_ref())) {
            Some((channel, Some(transaction))) => Ok((channel, transaction)),
            Some((_, None)) | None => refused(Error::Unavailable),
        }
    }

    /// CH-3, CH-5a, AB-8.
    pub(super) fn read(&self, scene: &Scene<'_>, exact: bool) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let room = value_or_reasons(&mut reasons, scene.buffer(2, Use::Destination, usize::MAX));
        let handler = scene.handler().map_err(|error| vec![error]);
        let end = value_or_reasons(&mut reasons, handler);
        let mut answers = Vec::new();
        let read = match end.map(|end| self.chosen(scene, end)) {
            None => None,
            Some(Err(instead)) => {
                answers.push(*instead);
                None
            }
            Some(Ok((channel, transaction))) => {
                let length = readable(transaction, scene.argument(1), room.as_ref(), exact);
                if length.is_none() {
                    reasons.push(Error::OutOfRange);
                }
                length.map(|length| (channel, length))
            }
        };
        match (room, read) {
            (Some(room), Some((channel, length))) if reasons.is_empty() => {
                self.request_is_read(scene, channel, &room, length)
            }
            _refused => {
                answers.extend(self.refuse(scene, &reasons));
                answers
            }
        }
    }

    fn request_is_read(
        &self,
        scene: &Scene<'_>,
        channel: usize,
        room: &Offer,
        length: usize,
    ) -> Vec<Prediction> {
        let Some(transaction) = &self.channels[channel].transaction else {
            return Vec::new();
        };
        let sender = scene.declared.channels[channel].initiator;
        let from = (sender, &transaction.request, scene.argument(1));
        let to = (scene.process(), room, 0);
        let writes = match copy(&scene.memories, from, to, length) {
            Ok(writes) => writes,
            Err(bad) => return self.transfer_fails(scene, channel, &bad, Use::Source),
        };
        let mut after = self.with_owed(scene.thread, succeeded(length));
        if let Some(transaction) = &mut after.channels[channel].transaction {
            transaction.server = Some(scene.thread);
        }
        let mut prediction = Prediction::of(after, Change::Any);
        prediction.writes = writes;
        vec![prediction]
    }

    /// CH-4, CH-5a, AB-8.
    pub(super) fn respond(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let answer = scene.buffer(1, Use::Source, scene.max_transfer_bytes());
        let answer = value_or_reasons(&mut reasons, answer);
        let handler = scene.handler().map_err(|error| vec![error]);
        let end = value_or_reasons(&mut reasons, handler);
        match self.delivered(scene, end, answer.as_ref(), reasons) {
            Ok((mut after, writes)) => {
                after.threads[scene.thread].owed = Some(succeeded(0));
                after.handed_out_after(scene.world(), self.last_turn(), &writes)
            }
            Err(instead) => instead,
        }
    }

    /// The response is delivered and its transaction ends: the system then, and the bytes that were
    /// written. Else every answer that the caller may get, for these reasons and for others.
    pub(super) fn delivered(
        &self,
        scene: &Scene<'_>,
        end: Option<usize>,
        answer: Option<&Offer>,
        mut reasons: Vec<Error>,
    ) -> Result<(Oracle, Vec<Write>), Vec<Prediction>> {
        let mut answers = Vec::new();
        let chosen = match end.map(|end| self.chosen(scene, end)) {
            None => None,
            Some(Err(instead)) => {
                answers.push(*instead);
                None
            }
            Some(Ok(chosen)) => Some(chosen),
        };
        let is_too_long = |(answer, (_, transaction)): (&Offer, (usize, &Transaction))| {
            answer.length > transaction.response.length
        };
        if answer.zip(chosen).is_some_and(is_too_long) {
            reasons.push(Error::OutOfRange);
        }
        match (answer, chosen) {
            (Some(answer), Some((channel, transaction))) if reasons.is_empty() => {
                self.request_is_answered(scene, channel, transaction, answer)
            }
            _refused => {
                answers.extend(self.refuse(scene, &reasons));
                Err(answers)
            }
        }
    }

    fn request_is_answered(
        &self,
        scene: &Scene<'_>,
        channel: usize,
        transaction: &Transaction,
        answer: &Offer,
    ) -> Result<(Oracle, Vec<Write>), Vec<Prediction>> {
        let receiver = scene.declared.channels[channel].initiator;
        let from = (scene.process(), answer, 0);
        let to = (receiver, &transaction.response, 0);
        let writes = copy(&scene.memories, from, to, answer.length)
            .map_err(|bad| self.transfer_fails(scene, channel, &bad, Use::Destination))?;
        let turn = self.last_turn();
        let mut after = self.clone();
        after.channels[channel].transaction = None;
        after.conclude(channel, transaction, succeeded(answer.length), turn);
        Ok((after, writes))
    }

    /// A read or respond moves no byte, because of memory that has gone bad: the initiator's is
    /// that on its `side` of the transfer, the caller's the other (AB-8).
    fn transfer_fails(
        &self,
        scene: &Scene<'_>,
        channel: usize,
        bad: &[Use],
        side: Use,
    ) -> Vec<Prediction> {
        let blame = |bad: &Use| {
            if *bad == side {
                self.initiator_is_blamed(scene, channel)
            } else {
                self.refuse(scene, &[Error::PermissionDenied])
            }
        };
        bad.iter().flat_map(blame).collect()
    }

    /// The initiator's memory has gone bad: its call bears the error, and the handler sees the
    /// transaction as withdrawn (AB-8).
    fn initiator_is_blamed(&self, scene: &Scene<'_>, channel: usize) -> Vec<Prediction> {
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, failed(Error::Unavailable));
        after.blame_initiator(channel, turn);
        after.handed_out(scene.world(), turn)
    }

    /// The initiator's call ends because of its own memory (AB-8).
    pub(super) fn blame_initiator(&mut self, channel: usize, turn: usize) {
        if let Some(transaction) = self.channels[channel].transaction.take() {
            self.conclude(channel, &transaction, failed(Error::PermissionDenied), turn);
        }
    }
}

/// When the caller's transaction is given up: at its own deadline, else when the channel's default has
/// passed, if it has one (CH-11).
fn transaction_deadline_ticks(scene: &Scene<'_>, channel: Option<usize>) -> u64 {
    let default_ticks = channel.and_then(|at| scene.declared.channels[at].default_ticks);
    match (scene.deadline_ticks(5), default_ticks) {
        (u64::MAX, Some(ticks)) => scene.now_ticks + ticks,
        (asked, _) => asked,
    }
}

/// How many bytes of a request a read gives; `None` if it asks beyond the end, or for all of a room
/// that the request does not fill.
fn readable(
    transaction: &Transaction,
    offset: usize,
    room: Option<&Offer>,
    exact: bool,
) -> Option<usize> {
    let rest = transaction.request.length.checked_sub(offset)?;
    let room = room.map_or(0, |room| room.length);
    (!exact || rest >= room).then_some(rest.min(room))
}
