//! Endpoints: what sending and calling may be answered (EP-2, EP-3, EP-7, EP-8), and who gets the
//! message (EP-5).
//!
//! A queue is a list of messages with their bytes; who waits stands in a list in the order of coming, and
//! the most important is looked for. A reply right is no number here, but whose call it is for, and
//! whether that is the latest call of that thread: its number is asked of the declared system, which
//! knows them by the tables that forget how many calls there were.

mod ends;
mod receive;
mod reply;

use guichet_abi::{Error, MAX_MESSAGE_WORDS, Results, split_handle};

use super::buffers::{Memories, Offer, Use};
use super::calls::{Scene, value_or_reasons};
use super::lives::World;
use super::{Change, Doing, Oracle, Prediction, Write, failed, succeeded};
use crate::declared::{Declared, Waitable};
use crate::plan::Sender;

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The process that receives; never changes.
    pub owner: usize,
    /// How many messages it holds; never changes.
    pub capacity: usize,
    /// The messages that were accepted and not received, the oldest in front.
    pub queue: Vec<Queued>,
    /// The only process that may send, if there is one (EP-9).
    pub bound: Option<usize>,
    /// Its owner has closed it (EP-10).
    pub is_closed: bool,
    /// The threads that wait for a message, in the order of coming, and where each wants it.
    pub receivers: Vec<(usize, Place)>,
    /// What waits for room, in the order of coming.
    pub blocked: Vec<Outgoing>,
}

/// A message that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Queued {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What its receiver is told besides.
    pub note: Note,
}

/// What a receiver is told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    /// The badge of the end that it came by.
    pub badge: u32,
    /// The life of the sender that sent it.
    pub incarnation: u32,
    /// The right to reply, of a call.
    pub right: Option<Right>,
    /// The words, of one that is given in registers.
    pub words: [u32; MAX_MESSAGE_WORDS],
}

/// A reply right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Right {
    /// The thread that called.
    pub caller: usize,
    /// It has made no other call since.
    pub is_latest: bool,
}

/// Where a message is to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In memory.
    Memory(Offer),
    /// In the registers of whoever waits (EP-8).
    Registers,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// Bytes in memory.
    Memory(Offer),
    /// Bytes that were in registers (EP-8).
    Registers(Vec<u8>),
}

/// A message that has not been accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outgoing {
    /// The thread that sends it.
    pub thread: usize,
    /// The end by which it does.
    pub sender: usize,
    /// What it is.
    pub content: Content,
    /// It is a call.
    pub is_call: bool,
}

/// A call that has not ended (EP-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenCall {
    /// To which endpoint.
    pub endpoint: usize,
    /// Where the answer is to be put.
    pub answer: Place,
    /// Its message has been received.
    pub is_received: bool,
    /// By this thread, which lives.
    pub server: Option<usize>,
}

/// Until when a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    None,
    UntilTicks(u64),
}

/// What a copy comes to: the bytes written, and the words for registers.
pub(super) type Put = (Vec<Write>, [u32; MAX_MESSAGE_WORDS]);

const REGISTER_BYTES: usize = MAX_MESSAGE_WORDS * 4;

impl Place {
    fn length(&self) -> usize {
        match self {
            Place::Memory(offer) => offer.length,
            Place::Registers => REGISTER_BYTES,
        }
    }
}

impl Content {
    pub(super) fn length(&self) -> usize {
        match self {
            Content::Memory(offer) => offer.length,
            Content::Registers(bytes) => bytes.len(),
        }
    }

    /// The bytes as they are now; `None` if the memory has gone bad. Of nothing, no memory is looked at.
    pub(super) fn bytes(&self, memories: &Memories<'_>, process: usize) -> Option<Vec<u8>> {
        let offer = match self {
            Content::Registers(bytes) => return Some(bytes.clone()),
            Content::Memory(offer) if offer.length == 0 => return Some(Vec::new()),
            Content::Memory(offer) => offer,
        };
        let addresses = memories.addresses(process, offer, Use::Source)?;
        let addresses = addresses.get(..offer.length)?;
        let byte = |address: &usize| memories.byte(process, *address);
        Some(addresses.iter().map(byte).collect())
    }
}

impl Scene<'_> {
    /// The end that sends which a handle names, or why it will not do (AB-1).
    fn sender(&self, handle: usize) -> Result<usize, Error> {
        match self.declared.waitable_of(self.process(), handle) {
            Some(Waitable::Sender(sender)) => Ok(sender),
            Some(_) => Err(Error::InvalidArgument),
            None => Err(Error::OutOfRange),
        }
    }

    /// The endpoint whose receiver's end a handle names, or why it will not do (AB-1).
    pub(super) fn receiver(&self, handle: usize) -> Result<usize, Error> {
        match self.declared.waitable_of(self.process(), handle) {
            Some(Waitable::Receiver(endpoint)) => Ok(endpoint),
            Some(_) => Err(Error::InvalidArgument),
            None => Err(Error::OutOfRange),
        }
    }

    pub(super) fn max_message_bytes(&self, endpoint: usize) -> usize {
        usize::from(self.declared.plan.endpoints[endpoint].max_message_bytes)
    }

    /// What a call says in its registers: as many words as its first argument tells (EP-8).
    pub(super) fn words(&self) -> Result<Content, Vec<Error>> {
        let (_, count) = split_handle(self.argument(0));
        if count > MAX_MESSAGE_WORDS {
            return Err(vec![Error::OutOfRange]);
        }
        let bytes = self.call.arguments[3..3 + count].iter();
        Ok(Content::Registers(bytes.flat_map(|word| (*word as u32).to_le_bytes()).collect()))
    }

    /// What a call says in memory.
    pub(super) fn message(&self, first: usize) -> Result<Content, Vec<Error>> {
        self.buffer(first, Use::Source, self.max_transfer_bytes()).map(Content::Memory)
    }
}

/// How important each thread is, and then who came first: the first of those that are most so.
pub(super) fn first_of(threads: impl Iterator<Item = usize>, priorities: &[u8]) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for (position, thread) in threads.enumerate() {
        if best.is_none_or(|(_, best)| priorities[thread] > priorities[best]) {
            best = Some((position, thread));
        }
    }
    best.map(|(position, _)| position)
}

/// Puts bytes into a place; `None` if its memory has gone bad. Of nothing, no memory is looked at.
pub(super) fn put(
    memories: &Memories<'_>,
    (process, place): (usize, &Place),
    bytes: &[u8],
) -> Option<Put> {
    match place {
        Place::Registers => {
            let word = |at: usize| {
                let byte = |number: usize| bytes.get(at * 4 + number).copied().unwrap_or(0);
                u32::from_le_bytes(core::array::from_fn(byte))
            };
            Some((Vec::new(), core::array::from_fn(word)))
        }
        Place::Memory(_) if bytes.is_empty() => Some(Default::default()),
        Place::Memory(offer) => {
            let addresses = memories.addresses(process, offer, Use::Destination)?;
            let addresses = addresses.get(..bytes.len())?.iter();
            let writes = addresses.zip(bytes).map(|(address, byte)| (process, *address, *byte));
            Some((writes.collect(), Default::default()))
        }
    }
}

impl Oracle {
    /// EP-3, EP-8.
    pub(super) fn endpoint_send(
        &self,
        scene: &Scene<'_>,
        in_words: bool,
        waits: bool,
    ) -> Vec<Prediction> {
        let outgoing = match self.outgoing(scene, in_words, false) {
            Ok(outgoing) => outgoing,
            Err(reasons) => return self.refuse(scene, &reasons),
        };
        let until_ticks = scene.deadline_ticks(if in_words { 1 } else { 3 });
        let patience = if waits { Patience::UntilTicks(until_ticks) } else { Patience::None };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        match (after.posted(scene.world(), &outgoing, turn), patience) {
            (Some(true), _) => {}
            (None, _) => return self.refuse(scene, &[Error::PermissionDenied]),
            (Some(false), Patience::None) => {
                return after.instead(scene, Error::ResourceExhausted, self);
            }
            (Some(false), Patience::UntilTicks(ticks)) if scene.is_past(ticks) => {
                return after.instead(scene, Error::DeadlineExceeded, self);
            }
            (Some(false), Patience::UntilTicks(ticks)) => {
                after.threads[scene.thread].owed = None;
                after.wait_for_room(scene.thread, outgoing, ticks);
            }
        }
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// The thread waits for room at the endpoint that it sends to.
    fn wait_for_room(&mut self, thread: usize, outgoing: Outgoing, until_ticks: u64) {
        let endpoint = self.senders[outgoing.sender];
        self.block(thread, Doing::Sending(endpoint), until_ticks);
        self.endpoints[endpoint].blocked.push(outgoing);
    }

    /// The caller gets an error, and nothing has changed but for receivers that turned out to be bad.
    fn instead(mut self, scene: &Scene<'_>, error: Error, before: &Oracle) -> Vec<Prediction> {
        self.threads[scene.thread].owed = Some(failed(error));
        let change = match self.endpoints == before.endpoints {
            true => Change::None,
            false => Change::Any,
        };
        vec![Prediction::of(self, change)]
    }

    /// EP-7, EP-8. What a call is for cannot be done at once, so a deadline that is past starts nothing.
    pub(super) fn endpoint_call(&self, scene: &Scene<'_>, in_words: bool) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let outgoing = value_or_reasons(&mut reasons, self.outgoing(scene, in_words, true));
        let answer = match in_words {
            true => Ok(Place::Registers),
            false => scene.buffer(3, Use::Destination, usize::MAX).map(Place::Memory),
        };
        let answer = value_or_reasons(&mut reasons, answer);
        let until_ticks = scene.deadline_ticks(if in_words { 1 } else { 5 });
        if scene.is_past(until_ticks) {
            reasons.push(Error::DeadlineExceeded);
        }
        let (Some(outgoing), Some(answer), []) = (outgoing, answer, &reasons[..]) else {
            return self.refuse(scene, &reasons);
        };
        let (turn, thread) = (self.last_turn(), scene.thread);
        let endpoint = self.senders[outgoing.sender];
        let mut after = self.clone();
        after.outdate_rights(scene.declared, thread);
        let call = OpenCall { endpoint, answer, is_received: false, server: None };
        after.threads[thread].call = Some(call);
        match after.posted(scene.world(), &outgoing, turn) {
            Some(true) => after.block(thread, Doing::Calling(endpoint), until_ticks),
            Some(false) => after.wait_for_room(thread, outgoing, until_ticks),
            None => return self.refuse(scene, &[Error::PermissionDenied]),
        }
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// What a call is about to send, or every reason not to (EP-2, EP-3, EP-9, EP-10, CH-8).
    fn outgoing(
        &self,
        scene: &Scene<'_>,
        in_words: bool,
        is_call: bool,
    ) -> Result<Outgoing, Vec<Error>> {
        let mut reasons = Vec::new();
        let (handle, content) = match in_words {
            true => (split_handle(scene.argument(0)).0, scene.words()),
            false => (scene.argument(0), scene.message(1)),
        };
        let content = value_or_reasons(&mut reasons, content);
        let sender = scene.sender(handle).map_err(|error| vec![error]);
        let sender = value_or_reasons(&mut reasons, sender);
        if let Some(sender) = sender {
            let length = content.as_ref().map_or(0, Content::length);
            reasons.extend(self.reasons_against(scene, sender, length, is_call));
        }
        match (sender, content) {
            (Some(sender), Some(content)) if reasons.is_empty() => {
                Ok(Outgoing { thread: scene.thread, sender, content, is_call })
            }
            _refused => Err(reasons),
        }
    }

    fn reasons_against(
        &self,
        scene: &Scene<'_>,
        sender: usize,
        length: usize,
        is_call: bool,
    ) -> Vec<Error> {
        let (at, Sender { may_send, may_call, process }) = scene.declared.senders[sender];
        let endpoint = &self.endpoints[at];
        let may = if is_call { may_call } else { may_send };
        let is_foreign = endpoint.bound.is_some_and(|bound| bound != process);
        let judged = [
            (length > scene.max_message_bytes(at), Error::OutOfRange),
            (!may || is_foreign, Error::PermissionDenied),
            (endpoint.is_closed, Error::Aborted),
            (!self.processes[endpoint.owner].is_reachable(), Error::Unavailable),
        ];
        let reasons = judged.into_iter().filter(|(applies, _)| *applies);
        reasons.map(|(_, reason)| reason).collect()
    }

    /// A message is given to the first who waits for one, else put into the queue if there is room. Tells
    /// whether it was accepted; `None` if the sender's own memory has gone bad (AB-8).
    fn posted(&mut self, world: World<'_>, outgoing: &Outgoing, turn: usize) -> Option<bool> {
        let endpoint = self.senders[outgoing.sender];
        let process = world.declared.senders[outgoing.sender].1.process;
        let bytes = outgoing.content.bytes(&world.memories, process)?;
        let in_memory = matches!(outgoing.content, Content::Memory(_));
        let note = self.note(world.declared, outgoing);
        let owner = self.endpoints[endpoint].owner;
        while let Some((receiver, place)) = self.take_receiver(world.declared, endpoint) {
            match put(&world.memories, (owner, &place), &bytes) {
                None => self.complete(receiver, failed(Error::PermissionDenied), turn),
                Some((writes, words)) => {
                    self.told.posted.extend(writes);
                    if in_memory && place == Place::Registers {
                        self.told.loaded += bytes.len();
                    }
                    let note = Note { words, ..note };
                    self.complete(receiver, succeeded(0), turn);
                    self.given(world.declared, receiver, bytes.len(), note);
                    return Some(true);
                }
            }
        }
        Some(self.queued(endpoint, Queued { bytes, note }, in_memory))
    }

    /// Puts a message into the queue, if there is room.
    fn queued(&mut self, endpoint: usize, message: Queued, in_memory: bool) -> bool {
        let entry = &mut self.endpoints[endpoint];
        if entry.queue.len() >= entry.capacity {
            return false;
        }
        if in_memory {
            self.told.loaded += message.bytes.len();
        }
        entry.queue.push(message);
        true
    }

    fn note(&self, declared: &Declared, outgoing: &Outgoing) -> Note {
        let (_, Sender { process, .. }) = declared.senders[outgoing.sender];
        let right = Right { caller: outgoing.thread, is_latest: true };
        Note {
            badge: Sender::badge(outgoing.sender),
            incarnation: self.processes[process].incarnation,
            right: outgoing.is_call.then_some(right),
            words: Default::default(),
        }
    }

    /// The most important of those who wait for a message; it waits no more.
    fn take_receiver(&mut self, declared: &Declared, endpoint: usize) -> Option<(usize, Place)> {
        let priorities = self.priorities(declared);
        let receivers = &mut self.endpoints[endpoint].receivers;
        let first = first_of(receivers.iter().map(|(thread, _)| *thread), &priorities)?;
        Some(receivers.remove(first))
    }

    /// A thread is given a message of this length: it has received the call, if it is one that has not
    /// ended (EP-7, EP-12).
    pub(super) fn given(
        &mut self,
        declared: &Declared,
        receiver: usize,
        length: usize,
        note: Note,
    ) {
        let value1 = note.right.map_or(0, |right| declared.right(right) as usize);
        let results = Results { value1, ..succeeded(length) };
        self.threads[receiver].owed = Some(results);
        self.threads[receiver].note = Some(note);
        if let Some(Right { caller, is_latest: true }) = note.right
            && let Some(call) = &mut self.threads[caller].call
        {
            call.is_received = true;
            call.server = Some(receiver);
        }
    }

    /// A thread begins another call: the rights of its earlier ones are old (EP-7).
    fn outdate_rights(&mut self, declared: &Declared, caller: usize) {
        let notes = self.endpoints.iter_mut().flat_map(|each| &mut each.queue);
        for message in notes {
            if let Some(right) = &mut message.note.right {
                right.is_latest &= right.caller != caller;
            }
        }
        for thread in &mut self.threads {
            let right = thread.note.as_mut().and_then(|note| note.right.as_mut());
            if let (Some(right), Some(owed)) = (right, &mut thread.owed) {
                right.is_latest &= right.caller != caller;
                owed.value1 = declared.right(*right) as usize;
            }
        }
    }
}
