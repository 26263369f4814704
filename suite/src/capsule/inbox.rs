//! The asynchronous mailbox, by every way.

use pw_status::Error;
use userspace::ProcessId;
use userspace::allow::{Allowed, Refused, with_read_only};
use userspace::channel::StaticBuffer;
use userspace::inbox::{
    self, Allowlist, ENDED, Inbox as SafeInbox, InboxError, MESSAGES, Messages, SendError,
};
use userspace::syscall::{CapsuleError, ErrorCode};
use userspace::time::Instant;
use userspace::upcall::{self, Upcalls};

use super::plain::{ask, called};
use super::values::{Message, Notice, Said, seed_of};
use super::{DRIVERS, INBOX, MAX_BYTES, Way};
use crate::robot::Give;

const DRIVER: u32 = DRIVERS[INBOX as usize];

/// How long a stream buffer of a party's is.
pub(super) const STREAM_BYTES: usize = 120;
/// How many ids a party's list has room for: more than a kernel reads at once.
const PLACES: usize = 18;
/// How many messages a party looks at.
const SEEN: usize = 6;

static STREAMS: [StaticBuffer<STREAM_BYTES>; 2] = [const { StaticBuffer::new() }; 2];
static LIST: StaticBuffer<{ PLACES * 4 }> = StaticBuffer::new();
static FRIENDS: Allowlist<PLACES> = Allowlist::new();

/// A party's side of the mailbox.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    state: State,
    /// The plain list of ids, while it is not allowed.
    list: Option<&'static mut [u8]>,
    seen: [Message; SEEN],
}

#[derive(Debug, Default)]
enum State {
    /// It was never open.
    #[default]
    Never,
    Closed([&'static mut [u8]; 2]),
    Plain {
        stream: Allowed,
        spare: &'static mut [u8],
        list: Allowed,
    },
    Safe(SafeInbox),
}

/// What an error of the library's stands for.
fn error(error: InboxError) -> CapsuleError {
    match error {
        InboxError::AlreadyOpen => CapsuleError::InUse,
        InboxError::BufferTooShort => ErrorCode::NoMemory.into(),
        InboxError::DeadlineExceeded => Error::DeadlineExceeded.into(),
        InboxError::NoMailbox => ErrorCode::Uninstalled.into(),
        InboxError::Refused(code) => code.into(),
        InboxError::Failed(error) => error.into(),
    }
}

fn send_error(error: SendError) -> CapsuleError {
    match error {
        SendError::Gone => ErrorCode::NoDevice.into(),
        SendError::Closed => ErrorCode::Off.into(),
        SendError::NotAllowed => ErrorCode::NoAcknowledge.into(),
        SendError::Full => ErrorCode::NoMemory.into(),
        SendError::TooLong => ErrorCode::Size.into(),
        SendError::Busy => CapsuleError::InUse,
        SendError::NoMailbox => ErrorCode::Uninstalled.into(),
        SendError::Refused(code) => code.into(),
        SendError::Failed(error) => error.into(),
    }
}

fn refusal(refused: Refused) -> CapsuleError {
    refused.error
}

/// Sends a message.
#[inline(never)]
pub(super) fn send(way: Way, id: u32, give: Give) -> Said {
    let mut bytes = [0; MAX_BYTES as usize + 1];
    let bytes = give.fill(&mut bytes);
    match (way, ProcessId::from_word(id)) {
        (Way::Plain, _) | (_, None) => {
            with_read_only(DRIVER, 0, bytes, || ask(DRIVER, 3, [id, 0]))?.map(|_| 0)
        }
        (_, Some(to)) => inbox::send(to, bytes).map(|()| 0).map_err(send_error),
    }
}

impl Inbox {
    pub(super) fn open(&mut self, way: Way) -> Said {
        let [first, second] = match core::mem::take(&mut self.state) {
            State::Never => {
                self.list = self.list.take().or_else(|| LIST.take());
                let [first, second] = STREAMS.each_ref().map(|stream| stream.take());
                [first.ok_or(Error::ResourceExhausted)?, second.ok_or(Error::ResourceExhausted)?]
            }
            State::Closed(buffers) => buffers,
            open => {
                self.state = open;
                return Err(CapsuleError::InUse);
            }
        };
        if way != Way::Plain {
            return match SafeInbox::open([first, second], &FRIENDS) {
                Ok(inbox) => {
                    self.state = State::Safe(inbox);
                    Ok(0)
                }
                Err(refused) => {
                    self.state = State::Closed(refused.buffers);
                    Err(error(refused.error))
                }
            };
        }
        first[..8].fill(0);
        let list = self.list.take().ok_or(Error::Internal)?;
        let bytes = list.len();
        let stream = Allowed::read_write(DRIVER, 0, first).map_err(refusal)?;
        let list = Allowed::read_only(DRIVER, 1, list, bytes).map_err(refusal)?;
        self.state = State::Plain { stream, spare: second, list };
        ask(DRIVER, 1, [0; 2]).map(|_| 0)
    }

    pub(super) fn close(&mut self) -> Said {
        let buffers = match core::mem::take(&mut self.state) {
            State::Plain { stream, spare, list } => {
                ask(DRIVER, 2, [0; 2])?;
                self.list = Some(list.take());
                [stream.take(), spare]
            }
            State::Safe(inbox) => inbox.close(),
            closed => {
                self.state = closed;
                return Err(Error::FailedPrecondition.into());
            }
        };
        self.state = State::Closed(buffers);
        Ok(0)
    }

    /// Puts an id in the list, in its last place that is free, or takes it out.
    pub(super) fn list(&mut self, id: u32, is_in: bool) -> Said {
        let safe = ProcessId::from_word(id).ok_or(Error::InvalidArgument)?;
        let is_done = if is_in { FRIENDS.add(safe) } else { FRIENDS.remove(safe) };
        match core::mem::take(&mut self.state) {
            State::Plain { stream, spare, list } => {
                let list = list.take();
                replace(list, id, is_in);
                let bytes = list.len();
                let list = Allowed::read_only(DRIVER, 1, list, bytes).map_err(refusal)?;
                self.state = State::Plain { stream, spare, list };
            }
            other => {
                self.state = other;
                if self.list.is_none() {
                    self.list = LIST.take();
                }
                if let Some(list) = &mut self.list {
                    replace(list, id, is_in);
                }
            }
        }
        if is_done { Ok(0) } else { Err(Error::NotFound.into()) }
    }

    pub(super) fn notice(&mut self, way: Way, upcalls: Upcalls, deadline: Instant) -> Said {
        let notice = match &mut self.state {
            State::Plain { .. } => {
                return Ok(match called(DRIVER, [0, 1])? {
                    (0, [count, bytes, refused]) => Notice::Messages(count, bytes, refused),
                    (_, [id, ..]) => Notice::Ended(id as u32),
                }
                .to_value());
            }
            State::Safe(inbox) => match way {
                Way::Deadline => inbox.wait_until(upcalls, deadline).map_err(error)?,
                Way::Events => {
                    upcall::listen(MESSAGES)?;
                    upcall::listen(ENDED)?;
                    let event = upcall::wait()?;
                    upcall::ignore(MESSAGES)?;
                    upcall::ignore(ENDED)?;
                    inbox.notice(&event).ok_or(Error::Internal)?
                }
                _ => inbox.wait().map_err(error)?,
            },
            State::Never | State::Closed(_) => return Err(Error::FailedPrecondition.into()),
        };
        Ok(match notice {
            inbox::Notice::Messages { count, bytes, refused } => {
                Notice::Messages(count, bytes, refused)
            }
            inbox::Notice::Ended(id) => Notice::Ended(id.word()),
        }
        .to_value())
    }

    pub(super) fn swap(&mut self) -> Said {
        match &mut self.state {
            State::Plain { stream, spare, .. } => {
                spare[..8].fill(0);
                *spare = stream.swap(core::mem::take(spare)).map_err(refusal)?;
                look_at(Messages::of(spare), &mut self.seen)
            }
            State::Safe(inbox) => look_at(inbox.take().map_err(error)?, &mut self.seen),
            State::Never | State::Closed(_) => Err(Error::FailedPrecondition.into()),
        }
    }

    pub(super) fn message(&self, place: u8) -> Said {
        let seen = self.seen.get(usize::from(place)).ok_or(Error::NotFound)?;
        Ok(seen.to_value())
    }
}

/// Notes the first few messages, and says how many there are, and whether some found no room.
fn look_at(mut messages: Messages<'_>, seen: &mut [Message; SEEN]) -> Said {
    let exceeded = u64::from(messages.was_exceeded());
    *seen = Default::default();
    let mut count = 0;
    for message in messages.by_ref() {
        let from = message.from.word();
        if let Some(place) = seen.get_mut(count) {
            *place = Message { from, len: message.bytes.len(), seed: seed_of(message.bytes) };
        }
        count += 1;
    }
    if messages.is_damaged() {
        Err(Error::DataLoss.into())
    } else {
        Ok(exceeded << 8 | count as u64)
    }
}

/// Puts an id into the last place of a list that is free, or takes it out of its places.
fn replace(list: &mut [u8], id: u32, is_in: bool) {
    let (old, new) = if is_in { (0, id) } else { (id, 0) };
    let (places, _) = list.as_chunks_mut::<4>();
    let mut of_old = places.iter_mut().rev().filter(|place| **place == old.to_le_bytes());
    if let Some(place) = of_old.next() {
        *place = u32::to_le_bytes(new);
    }
}
