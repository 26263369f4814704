//! The asynchronous mailbox: messages to whoever has said that it takes them (AM).
//!
//! A receiver allows a stream buffer, in which the kernel writes one message behind the other, and a
//! list of the ids that it takes messages from. A message is copied at once or refused at once: the
//! sender never waits, and nothing is stored but in the receiver's own buffer.
//!
//! - Full: the sender is told, the buffer is marked, and the receiver is told how many were refused
//!   (AM-3). A message is appended whole or not at all.
//! - Not wanted: a sender that is not on the list is told so, and leaves no trace.
//! - Peer dead: a sender is told that there is nobody; a receiver, once for each id on its list whose
//!   life has ended (AM-4), even if that was before it made the list; but not of an earlier life of a process
//!   that it lists only after it was told of a later one.
//! - Buffer swapped: the kernel looks at the header in the buffer that is allowed at that moment, and
//!   trusts nothing in it.
//!
//! Rejected: a copy of the list in the kernel. It would have a bound, and could be out of date.
//!
//! | command | refused, in this order | otherwise |
//! | --- | --- | --- |
//! | 1 enable | - | messages are taken |
//! | 2 disable | - | none are taken, and of those before the receiver hears no more |
//! | 3 send | NODEVICE for no such process; SIZE beyond a transfer; OFF; NOACK if not on the list; NOMEM without room (counted); INVAL for a bad buffer | the message is in the stream, and the receiver gets upcall 0 |

use guichet_abi::{CommandReturn, ErrorCode, driver};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::capsule::{
    Allowed, Capsule, Due, Means, Needed, ProcessChange, ReadOnly, ReadWrite, Standing, Unneeded,
};
use crate::id::{ProcessId, ProcessIndex};
use crate::port::Side;

const ENABLE: u32 = 1;
const DISABLE: u32 = 2;
const SEND: u32 = 3;

const MESSAGE: ReadOnly = ReadOnly(0);
const LIST: ReadOnly = ReadOnly(1);
const STREAM: ReadWrite = ReadWrite(0);

const RECEIVED: u8 = 0;
const ENDED: u8 = 1;

/// How long the header of a stream buffer is (AM-2).
const STREAM_HEADER: usize = 8;
/// How long the header of a message in it is.
const MESSAGE_HEADER: usize = 8;

/// Flags of a stream buffer: a message did not fit; none is to be written after that.
const EXCEEDED: u16 = 1;
const HALT: u16 = 2;

/// How many ids of a list are read at once.
const IDS_AT_ONCE: usize = 16;
const ID_BYTES: usize = 4;

/// The mailbox that system.json5 calls `async_mailbox`.
pub const ASYNC_MAILBOX: AsyncMailbox = AsyncMailbox;

/// The asynchronous mailbox.
#[derive(Clone, Copy, Debug)]
pub struct AsyncMailbox;

/// What the mailbox keeps of a process that receives.
#[derive(Clone, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Inbox {
    /// 1 while it takes messages.
    is_enabled: u32,
    /// How many messages it has not been told of, how many bytes they are, and how many were refused.
    messages: u32,
    bytes: u32,
    refused: u32,
}

/// What a receiver was told of another process: the latest life whose end it knows.
#[derive(Clone, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Told {
    incarnation: u32,
}

type Post<'m> = Means<'m, AsyncMailbox>;

impl Capsule for AsyncMailbox {
    const DRIVER: u32 = driver::ASYNC_MAILBOX;
    const READ_ONLY: u8 = 2;
    const READ_WRITE: u8 = 1;
    const UPCALLS: u8 = 2;
    type State = Inbox;
    type Pair = Told;
    type Copying = Needed;
    type Reading = Needed;
    type Identities = Needed;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        [id, _]: [u32; 2],
    ) -> CommandReturn {
        let result = match command {
            ENABLE => enable(means, caller, true),
            DISABLE => enable(means, caller, false),
            SEND => send(means, caller, id),
            _unknown => Err(ErrorCode::NoSupport),
        };
        result.map_or_else(CommandReturn::failure, |()| CommandReturn::success())
    }

    fn upcall(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        if upcall == ENDED {
            return tell_end(means, process);
        }
        let inbox = means.state_mut(process)?;
        let [messages, bytes, refused] =
            [&mut inbox.messages, &mut inbox.bytes, &mut inbox.refused]
                .map(|count| usize::try_from(core::mem::take(count)).unwrap_or(usize::MAX));
        (messages != 0 || refused != 0).then_some(Due::last([messages, bytes, refused]))
    }

    fn allowed(&self, means: &mut Means<'_, Self>, process: ProcessIndex, buffer: Allowed) {
        if buffer == Allowed::from(LIST) {
            look_for_ended(means, process);
        }
    }

    fn process_changed(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        if change == ProcessChange::Ended {
            for receiver in means.processes().filter(|receiver| *receiver != process) {
                look_for_ended(means, receiver);
            }
        }
    }
}

fn enable(means: &mut Post<'_>, process: ProcessIndex, is_on: bool) -> Result<(), ErrorCode> {
    let inbox = means.state_mut(process).ok_or(ErrorCode::Fail)?;
    inbox.is_enabled = u32::from(is_on);
    if !is_on {
        // Who does not want messages does not want to hear of them; they are in its buffer.
        (inbox.messages, inbox.bytes, inbox.refused) = (0, 0, 0);
        means.withdraw(process, RECEIVED);
    }
    look_for_ended(means, process);
    Ok(())
}

fn send(means: &mut Post<'_>, sender: ProcessIndex, id: u32) -> Result<(), ErrorCode> {
    let Standing::Known(receiver) = means.standing(sender, id) else {
        return Err(ErrorCode::NoDevice);
    };
    let bytes = means.allowed_bytes(sender, MESSAGE);
    if bytes > means.max_transfer_bytes() {
        return Err(ErrorCode::Size);
    }
    if means.state(receiver).is_none_or(|inbox| inbox.is_enabled == 0) {
        return Err(ErrorCode::Off);
    }
    let Some(sender_id) = listed_as(means, receiver, sender) else {
        return Err(ErrorCode::NoAcknowledge);
    };
    match append(means, (sender, sender_id), receiver, bytes) {
        Err(ErrorCode::NoMemory) => refuse(means, receiver),
        other => other,
    }
}

/// No room: the receiver will hear of it (AM-3).
fn refuse(means: &mut Post<'_>, receiver: ProcessIndex) -> Result<(), ErrorCode> {
    if let Some(inbox) = means.state_mut(receiver) {
        inbox.refused = inbox.refused.saturating_add(1);
    }
    means.schedule(receiver, RECEIVED);
    Err(ErrorCode::NoMemory)
}

/// Puts a message behind the others, whole (AM-2). The place where the next one begins is written last, so
/// that whatever fails before that has not happened.
fn append(
    means: &mut Post<'_>,
    (sender, id): (ProcessIndex, u32),
    receiver: ProcessIndex,
    bytes: usize,
) -> Result<(), ErrorCode> {
    let stream = Stream::read(means, receiver).ok_or(ErrorCode::NoMemory)?;
    let Some((start, next)) = stream.place(bytes) else {
        return stream.mark_exceeded(means, receiver);
    };
    let length = u32::try_from(bytes).map_err(|_| ErrorCode::Size)?;
    let [header_id, header_length] = [id, length].map(u32::to_le_bytes);
    let no_room = |_: ErrorCode| ErrorCode::NoMemory;
    means.write(receiver, STREAM, start, &header_id).map_err(no_room)?;
    means.write(receiver, STREAM, start.wrapping_add(4), &header_length).map_err(no_room)?;
    let body = start.wrapping_add(MESSAGE_HEADER);
    match means.copy((sender, MESSAGE), (receiver, STREAM, body), bytes) {
        Ok(()) => {}
        Err(Side::Source) => return Err(ErrorCode::Invalid),
        Err(Side::Destination) => return Err(ErrorCode::NoMemory),
    }
    means.write(receiver, STREAM, 4, &next.to_le_bytes()).map_err(no_room)?;
    if let Some(inbox) = means.state_mut(receiver) {
        inbox.messages = inbox.messages.saturating_add(1);
        inbox.bytes = inbox.bytes.saturating_add(length);
    }
    means.schedule(receiver, RECEIVED);
    Ok(())
}

/// A stream buffer, as its header says.
struct Stream {
    /// The whole buffer.
    buffer_bytes: usize,
    flags: u16,
    /// Where the next message begins, behind the header.
    offset: u32,
}

impl Stream {
    /// The header in a receiver's buffer, if there is a valid one. Its version is 0, its flags have the high
    /// byte first, its offset the low one.
    fn read(means: &mut Post<'_>, receiver: ProcessIndex) -> Option<Stream> {
        let buffer_bytes = means.allowed_bytes(receiver, STREAM);
        let mut header = [0; STREAM_HEADER];
        means.read(receiver, STREAM, 0, &mut header).ok()?;
        let [version_0, version_1, flags_high, flags_low, offset @ ..] = header;
        let flags = u16::from_be_bytes([flags_high, flags_low]);
        let is_valid = [version_0, version_1] == [0; 2] && flags & !(EXCEEDED | HALT) == 0;
        is_valid.then_some(Stream { buffer_bytes, flags, offset: u32::from_le_bytes(offset) })
    }

    /// Where in the buffer a message of so many bytes goes, and the offset behind it; nothing, if there is no
    /// room for it or none is to be written.
    fn place(&self, bytes: usize) -> Option<(usize, u32)> {
        if self.flags == EXCEEDED | HALT {
            return None;
        }
        let start = usize::try_from(self.offset).ok()?.checked_add(STREAM_HEADER)?;
        let end = start.checked_add(MESSAGE_HEADER)?.checked_add(bytes)?;
        if end > self.buffer_bytes {
            return None;
        }
        Some((start, u32::try_from(end.checked_sub(STREAM_HEADER)?).ok()?))
    }

    fn mark_exceeded(&self, means: &mut Post<'_>, receiver: ProcessIndex) -> Result<(), ErrorCode> {
        let flags = (self.flags | EXCEEDED).to_be_bytes();
        // If it cannot be marked, the count in the upcall still tells.
        let _unmarked = means.write(receiver, STREAM, 2, &flags);
        Err(ErrorCode::NoMemory)
    }
}

/// The id by which a receiver has a sender on its list, if it does; whoever is there by an id that was not
/// given, or of an earlier life, is not (AM-1).
fn listed_as(means: &mut Post<'_>, receiver: ProcessIndex, sender: ProcessIndex) -> Option<u32> {
    find_listed(means, receiver, |means, id| {
        means.standing(receiver, id) == Standing::Known(sender)
    })
}

/// The first id on a receiver's list that `wanted` wants.
fn find_listed(
    means: &mut Post<'_>,
    receiver: ProcessIndex,
    mut wanted: impl FnMut(&mut Post<'_>, u32) -> bool,
) -> Option<u32> {
    let listed = means.allowed_bytes(receiver, LIST).min(means.max_transfer_bytes());
    let mut offset = 0;
    while let Some(left) = listed.checked_sub(offset).filter(|left| *left >= ID_BYTES) {
        let mut chunk = [0; IDS_AT_ONCE * ID_BYTES];
        let length = left.min(chunk.len());
        let bytes = chunk.get_mut(..length)?;
        means.read(receiver, LIST, offset, bytes).ok()?;
        let (ids, _rest) = bytes.as_chunks::<ID_BYTES>();
        let found = ids.iter().map(|id| u32::from_le_bytes(*id)).find(|id| wanted(means, *id));
        if found.is_some() {
            return found;
        }
        offset = offset.checked_add(length)?;
    }
    None
}

/// An id on a receiver's list whose life has ended, and of which it has not been told: of a process that is
/// there by several, the one of its earliest life.
fn untold_end(means: &mut Post<'_>, receiver: ProcessIndex) -> Option<(u32, ProcessIndex)> {
    if means.state(receiver).is_none_or(|inbox| inbox.is_enabled == 0) {
        return None;
    }
    let mut earliest: Option<(u32, ProcessIndex)> = None;
    find_listed(means, receiver, |means, id| {
        if let Standing::Ended(process) = means.standing(receiver, id) {
            let told = means.pair_mut(receiver, process).map_or(0, |told| told.incarnation);
            // Of two lives of one process, the earlier has the smaller id.
            let comes_first = earliest.is_none_or(|(other, of)| of == process && id < other);
            if ProcessId::incarnation_of(id) > told && comes_first {
                earliest = Some((id, process));
            }
        }
        false
    });
    earliest
}

/// Schedules upcall 1 if it is due, and only then.
fn look_for_ended(means: &mut Post<'_>, receiver: ProcessIndex) {
    match untold_end(means, receiver) {
        Some(_) => means.schedule(receiver, ENDED),
        None => means.withdraw(receiver, ENDED),
    }
}

/// Tells a receiver of an ended life, once (AM-4).
fn tell_end(means: &mut Post<'_>, receiver: ProcessIndex) -> Option<Due> {
    let (id, process) = untold_end(means, receiver)?;
    if let Some(told) = means.pair_mut(receiver, process) {
        told.incarnation = ProcessId::incarnation_of(id);
    }
    let is_more = untold_end(means, receiver).is_some();
    Some(Due { words: [usize::try_from(id).ok()?, 0, 0], is_more })
}

#[cfg(test)]
mod tests;
