//! Notify: processes find each other by name, tell each other that there is something to do, and let each
//! other use a buffer (NO). The classic driver of Tock's, for programs that were written for it.
//!
//! A number is a *slot* of the process that says it, and each has eight. A slot is bound to one life of another
//! process when this one discovers it, or when it is notified by it for the first time; it stays with that
//! process, so that the same number means the same peer in its next life too, once that was discovered or has
//! notified. The buffer that a process allows under a number is for the process behind that number and nobody
//! else: with the next notification it is mapped into that one, whose upcall says where.
//!
//! A notification is a level for each receiver, sender and kind: it says "look", not "once more". Those of kind
//! *service* come by the upcall of the slot that a process has for itself, which it gets by discovering itself;
//! those of kind *client* by the upcall of the slot for their sender. So a program that is a service and a client
//! at once can tell what it is notified for.
//!
//! - Full: a receiver has no slot left for a new sender, or its wall no place: the sender is told, and nothing has
//!   changed.
//! - Late: who subscribes, or discovers itself, after a notification has missed nothing. The upcall tells what is
//!   shared when it is taken, not what was.
//! - Cancelled: the owner swaps the buffer out, and it is mapped no more before anybody executes another
//!   instruction; what is pending stays so, and tells that nothing is shared.
//! - Peer dead: what it has not been told of stays untold; what it shared is gone, its slots in others' hands are
//!   over, and whoever notifies one is told so.
//! - No slot left: one that is over is taken, unless a buffer is allowed under its number, which was meant for
//!   somebody else. The last one a sender does not get whose receiver has none for itself: a service could not
//!   discover itself any more, and hear of nobody.
//!
//! Rejected: numbers of processes for numbers of slots, as the classic driver has. A number would go on to mean
//! whatever runs there next, and with it the buffer.
//!
//! | command | refused, in this order | otherwise |
//! | --- | --- | --- |
//! | 1 discover | INVAL for no name or a bad buffer; NODEVICE if no process of that name runs; NOMEM without a slot | the number of its slot |
//! | 2 notify service, 3 notify client | INVAL for a slot that is not bound, or is the caller's own; NODEVICE for one that is over; NOMEM if the receiver has no slot; of a buffer: NOMEM if it has no place, INVAL if its wall cannot express it or it is not the caller's own | the buffer is mapped, the upcall due |
//!
//! | upcall of a slot | is due | says |
//! | --- | --- | --- |
//! | of oneself | as long as a notification of kind service pends | the sender's slot, and what it shares: length and address, or zeros |
//! | of another | when a notification of kind client pends from it | the same |
//!
//! | the slot | discover, or a first notification | its peer ends | notify |
//! | --- | --- | --- | --- |
//! | free | bound | - | INVAL |
//! | bound | bound | over | the peer is notified |
//! | over | bound anew, or another's if none is free | - | NODEVICE |

use guichet_abi::{CommandReturn, ErrorCode, driver};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::capsule::{
    Allowed, Capsule, Due, Means, Needed, OptionalProcess, ProcessChange, ReadOnly, ReadWrite,
    Unneeded,
};
use crate::id::{ProcessIndex, TableIndex};

const DISCOVER: u32 = 1;
const NOTIFY_SERVICE: u32 = 2;
const NOTIFY_CLIENT: u32 = 3;

const NAME: ReadOnly = ReadOnly(0);

/// How many slots a process has.
const SLOTS: u8 = 8;

/// How much of a name is looked at together, which is the longest that a process can have.
const NAME_BYTES: usize = 64;

/// The driver that system.json5 calls `notify`.
pub const NOTIFY: Notify = Notify;

/// The driver by which processes notify each other.
#[derive(Clone, Copy, Debug)]
pub struct Notify;

/// What a notification is for; as a flag of a slot, that one pends from the process it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The receiver's service.
    Service,
    /// What the receiver wants of the sender as its client.
    Client,
}

impl Kind {
    const fn flag(self) -> u16 {
        match self {
            Kind::Service => 1,
            Kind::Client => 2,
        }
    }
}

/// A flag of a slot: the life that it was bound to has ended.
const OVER: u16 = 4;

/// Whom a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Slot {
    peer: OptionalProcess,
    flags: u16,
}

impl Slot {
    fn is_over(self) -> bool {
        self.flags & OVER != 0
    }

    fn has(self, kind: Kind) -> bool {
        self.flags & kind.flag() != 0
    }
}

/// What the driver keeps of a process.
#[derive(Clone, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Contacts {
    slots: [Slot; SLOTS as usize],
    /// From which slot on the next notification for its service is looked for: behind that of the last one.
    turn: u16,
    /// To whole words.
    unused: u16,
}

impl Contacts {
    fn numbered(&self) -> impl Iterator<Item = (u8, Slot)> {
        (0..SLOTS).zip(self.slots)
    }

    /// The number of the slot for a process.
    fn number_of(&self, peer: ProcessIndex) -> Option<u8> {
        let peer = OptionalProcess::from(peer);
        self.numbered().find(|(_, slot)| slot.peer == peer).map(|(number, _)| number)
    }

    fn slot(&self, number: u8) -> Option<Slot> {
        self.slots.get(usize::from(number)).copied().filter(|slot| !slot.peer.is_none())
    }

    /// Whose notification the service is told of next: the first whose turn it is.
    fn next_sender(&self) -> Option<u8> {
        let pending = || self.numbered().filter(|(_, slot)| slot.has(Kind::Service));
        let behind = pending().find(|(number, _)| u16::from(*number) >= self.turn);
        behind.or_else(|| pending().next()).map(|(number, _)| number)
    }
}

type Desk<'m> = Means<'m, Notify>;

impl Capsule for Notify {
    const DRIVER: u32 = driver::NOTIFY;
    const READ_ONLY: u8 = 1;
    const READ_WRITE: u8 = SLOTS;
    const UPCALLS: u8 = SLOTS;
    type State = Contacts;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Needed;
    type Identities = Needed;
    type Clock = Unneeded;
    type Sharing = Needed;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        [number, _]: [u32; 2],
    ) -> CommandReturn {
        let result = match command {
            DISCOVER => {
                discover(means, caller).map(|number| CommandReturn::success_u32(u32::from(number)))
            }
            NOTIFY_SERVICE => notify(means, caller, number, Kind::Service),
            NOTIFY_CLIENT => notify(means, caller, number, Kind::Client),
            _unknown => Err(ErrorCode::NoSupport),
        };
        result.unwrap_or_else(CommandReturn::failure)
    }

    fn upcall(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        let contacts = means.state(process)?;
        let slot = contacts.slot(upcall)?;
        let (number, kind) = match slot.peer.index() == process {
            true => (contacts.next_sender()?, Kind::Service),
            false if slot.has(Kind::Client) => (upcall, Kind::Client),
            false => return None,
        };
        let contacts = means.state_mut(process)?;
        if kind == Kind::Service {
            contacts.turn = u16::from(number).wrapping_add(1);
        }
        let slot = contacts.slots.get_mut(usize::from(number))?;
        slot.flags &= !kind.flag();
        let sender = slot.peer.index();
        let is_more = kind == Kind::Service && contacts.next_sender().is_some();
        let (address, length) = means.shared(sender, process).unwrap_or((0, 0));
        Some(Due { words: [usize::from(number), length, address], is_more })
    }

    fn allowed(&self, means: &mut Means<'_, Self>, process: ProcessIndex, buffer: Allowed) {
        if let Allowed::ReadWrite(number) = buffer
            && let Some(slot) = means.state(process).and_then(|contacts| contacts.slot(number))
        {
            means.unshare(process, slot.peer.index());
        }
    }

    fn process_changed(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        if change == ProcessChange::Started {
            return;
        }
        for other in means.processes() {
            if other != process {
                end_slot(means, other, process);
            }
        }
    }

    fn check(&self, states: &[Contacts]) -> Result<(), &'static str> {
        for (owner, contacts) in states.iter().enumerate() {
            for (number, slot) in contacts.numbered() {
                if slot.peer.is_none() {
                    if slot.flags != 0 {
                        return Err("notify: something pends from nobody");
                    }
                    continue;
                }
                if contacts.number_of(slot.peer.index()) != Some(number) {
                    return Err("notify: two numbers for one process");
                }
                let is_own = slot.peer.position() == owner;
                if slot.flags != 0 && (is_own || slot.flags & OVER != 0 && slot.flags != OVER) {
                    return Err("notify: something pends from the dead, or from oneself");
                }
                if slot.peer.position() >= states.len() {
                    return Err("notify: a number for no process");
                }
            }
        }
        Ok(())
    }
}

/// A process looks for another, or for itself, by its name.
fn discover(means: &mut Desk<'_>, caller: ProcessIndex) -> Result<u8, ErrorCode> {
    let mut name = [0; NAME_BYTES];
    let peer = name_of(means, caller, &mut name)?.and_then(|name| means.find_process(name));
    let peer = peer.ok_or(ErrorCode::NoDevice)?;
    let number = number_for(means, caller, peer, 0).ok_or(ErrorCode::NoMemory)?;
    bind(means, caller, number, peer);
    if peer == caller && means.state(caller).is_some_and(|own| own.next_sender().is_some()) {
        means.schedule(caller, number);
    }
    Ok(number)
}

/// The name that a process allows to be read, without the zeros behind it; none if it is longer than any.
fn name_of<'n>(
    means: &mut Desk<'_>,
    process: ProcessIndex,
    name: &'n mut [u8; NAME_BYTES],
) -> Result<Option<&'n [u8]>, ErrorCode> {
    let length = means.allowed_bytes(process, NAME);
    if length == 0 {
        return Err(ErrorCode::Invalid);
    }
    let mut rest = [0; NAME_BYTES];
    let mut offset = 0;
    while offset < length {
        let bytes = length.saturating_sub(offset).min(NAME_BYTES);
        let part = if offset == 0 { &mut *name } else { &mut rest };
        let part = part.get_mut(..bytes).ok_or(ErrorCode::Fail)?;
        means.read(process, NAME, offset, part)?;
        if offset != 0 && part.iter().any(|byte| *byte != 0) {
            return Ok(None);
        }
        offset = offset.saturating_add(bytes);
    }
    let end = name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    Ok(name.get(..end))
}

/// A process notifies the one behind a number of its own.
fn notify(
    means: &mut Desk<'_>,
    sender: ProcessIndex,
    number: u32,
    kind: Kind,
) -> Result<CommandReturn, ErrorCode> {
    let number = u8::try_from(number).map_err(|_| ErrorCode::Invalid)?;
    let slot = means.state(sender).and_then(|contacts| contacts.slot(number));
    let slot = slot.ok_or(ErrorCode::Invalid)?;
    let receiver = slot.peer.index();
    if receiver == sender {
        return Err(ErrorCode::Invalid);
    }
    if slot.is_over() {
        return Err(ErrorCode::NoDevice);
    }
    let is_at_home = means.state(receiver).is_some_and(|own| own.number_of(receiver).is_some());
    let back = number_for(means, receiver, sender, usize::from(!is_at_home));
    let back = back.ok_or(ErrorCode::NoMemory)?;
    if means.allowed_bytes(sender, ReadWrite(number)) != 0 {
        means.share(sender, ReadWrite(number), receiver)?;
    }
    bind(means, receiver, back, sender);
    let contacts = means.state_mut(receiver).ok_or(ErrorCode::Fail)?;
    if let Some(slot) = contacts.slots.get_mut(usize::from(back)) {
        slot.flags |= kind.flag();
    }
    let upcall = match kind {
        Kind::Service => contacts.number_of(receiver),
        Kind::Client => Some(back),
    };
    if let Some(upcall) = upcall {
        means.schedule(receiver, upcall);
    }
    Ok(CommandReturn::success())
}

/// Which slot of a process is for a peer: the one that it has, a free one, or else one that is over and under whose
/// number it allows nothing. A new one leaves so many for others.
fn number_for(
    means: &Desk<'_>,
    process: ProcessIndex,
    peer: ProcessIndex,
    left: usize,
) -> Option<u8> {
    let contacts = means.state(process)?;
    let free = contacts.numbered().filter(|(_, slot)| slot.peer.is_none());
    let is_over = |(number, slot): &(u8, Slot)| {
        slot.is_over() && means.allowed_bytes(process, ReadWrite(*number)) == 0
    };
    let over = contacts.numbered().filter(is_over);
    let mut new = free.chain(over).map(|(number, _)| number);
    contacts.number_of(peer).or_else(|| {
        let number = new.next()?;
        (new.count() >= left).then_some(number)
    })
}

/// Binds a slot to the present life of a peer.
fn bind(means: &mut Desk<'_>, process: ProcessIndex, number: u8, peer: ProcessIndex) {
    let peer = OptionalProcess::from(peer);
    let contacts = means.state_mut(process);
    if let Some(slot) = contacts.and_then(|own| own.slots.get_mut(usize::from(number))) {
        let pending = if slot.peer == peer { slot.flags & !OVER } else { 0 };
        *slot = Slot { peer, flags: pending };
    }
}

/// The life of a peer has ended, of whose notifications a process hears no more.
fn end_slot(means: &mut Desk<'_>, process: ProcessIndex, peer: ProcessIndex) {
    let Some(contacts) = means.state_mut(process) else { return };
    let Some(number) = contacts.number_of(peer) else { return };
    if let Some(slot) = contacts.slots.get_mut(usize::from(number)) {
        slot.flags = OVER;
    }
    let service = contacts.number_of(process).filter(|_| contacts.next_sender().is_none());
    means.withdraw(process, number);
    if let Some(service) = service {
        means.withdraw(process, service);
    }
}

#[cfg(test)]
mod tests;
