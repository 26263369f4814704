//! The asynchronous mailbox as counts, and bytes in the receivers' own memory (AM).

use std::collections::{BTreeMap, BTreeSet};

use guichet_abi::{CommandReturn, ErrorCode};

use super::society::{Life, Standing};
use super::{Answer, Oracle, Scene, word};
use crate::capsules::places::Place;
use crate::capsules::plan::Kind;

/// What a receiver has not been told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Untold {
    messages: usize,
    bytes: usize,
    refused: usize,
}

/// What there is to know of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Inbox {
    enabled: BTreeSet<Life>,
    untold: BTreeMap<Life, Untold>,
    /// Who was told of whose end.
    told: BTreeSet<(Life, Life)>,
}

const MESSAGE: (Kind, bool, usize) = (Kind::Inbox, false, 0);
const LIST: (Kind, bool, usize) = (Kind::Inbox, false, 1);
const STREAM: (Kind, bool, usize) = (Kind::Inbox, true, 0);

impl Inbox {
    pub(super) fn end(&mut self, life: Life) {
        self.enabled.remove(&life);
        self.untold.remove(&life);
        self.told.retain(|(receiver, _)| *receiver != life);
    }

    /// How much a receiver has not been told of: messages and refusals together.
    pub fn untold(&self, receiver: Life) -> usize {
        self.untold.get(&receiver).map_or(0, |untold| untold.messages + untold.refused)
    }

    /// A later life of a process has begun only when the earlier ones were over, so whoever was told of the
    /// end of one was told of theirs.
    fn was_told(&self, receiver: Life, (process, number): Life) -> bool {
        let tells = |(to, (other, later)): &(Life, Life)| {
            *to == receiver && *other == process && *later >= number
        };
        self.told.iter().any(tells)
    }
}

impl Oracle {
    pub(super) fn inbox_command(
        &mut self,
        scene: &mut Scene<'_>,
        me: Life,
        command: u32,
        id: u32,
    ) -> Answer {
        match command {
            1 => {
                self.inbox.enabled.insert(me);
            }
            2 => {
                self.inbox.enabled.remove(&me);
                self.inbox.untold.remove(&me);
            }
            3 => self.post(scene, me, id)?,
            _unknown => return Err(ErrorCode::NoSupport),
        }
        Ok(CommandReturn::success())
    }

    fn post(&mut self, scene: &mut Scene<'_>, me: Life, id: u32) -> Result<(), ErrorCode> {
        let Standing::Known(receiver) = self.society.standing(me, id) else {
            return Err(ErrorCode::NoDevice);
        };
        let message = self.allowed(me, MESSAGE);
        if message.length > scene.limit() {
            return Err(ErrorCode::Size);
        }
        if !self.inbox.enabled.contains(&receiver) {
            return Err(ErrorCode::Off);
        }
        let mut listed = self.listed(scene, receiver).into_iter();
        let is_mine = |id: &u32| self.society.standing(receiver, *id) == Standing::Known(me);
        let id = listed.find(is_mine).ok_or(ErrorCode::NoAcknowledge)?;
        let stream = self.allowed(receiver, STREAM);
        let is_in = append(scene, (receiver, stream), id, (me, message)).is_some();
        let untold = self.inbox.untold.entry(receiver).or_default();
        if !is_in {
            untold.refused += 1;
            return Err(ErrorCode::NoMemory);
        }
        untold.messages += 1;
        untold.bytes += message.length;
        Ok(())
    }

    /// The ids on a receiver's list.
    fn listed(&self, scene: &Scene<'_>, receiver: Life) -> Vec<u32> {
        let place = self.allowed(receiver, LIST);
        let bytes = scene.read(receiver, place, place.length.min(scene.limit()));
        let bytes = bytes.unwrap_or_default();
        let (ids, _rest) = bytes.as_chunks::<4>();
        ids.iter().map(|id| u32::from_le_bytes(*id)).collect()
    }

    /// The end that a receiver will be told of next.
    fn untold_end(&self, scene: &Scene<'_>, me: Life) -> Option<(u32, Life)> {
        if !self.inbox.enabled.contains(&me) {
            return None;
        }
        let listed = self.listed(scene, me).into_iter();
        let ended = listed.filter_map(|id| match self.society.standing(me, id) {
            Standing::Ended(life) if !self.inbox.was_told(me, life) => Some((id, life)),
            Standing::Ended(_) | Standing::Known(_) | Standing::Unknown => None,
        });
        let ended: Vec<(u32, Life)> = ended.collect();
        let (_, (first, _)) = *ended.first()?;
        let of_first = ended.into_iter().filter(|(_, (process, _))| *process == first);
        of_first.min_by_key(|(_, (_, number))| *number)
    }

    pub(super) fn inbox_due(
        &self,
        scene: &Scene<'_>,
        me: Life,
        number: usize,
    ) -> Option<[usize; 3]> {
        if number == 1 {
            return self.untold_end(scene, me).map(|(id, _)| [word(id), 0, 0]);
        }
        let untold = self.inbox.untold.get(&me)?;
        Some([untold.messages, untold.bytes, untold.refused])
    }

    pub(super) fn inbox_taken(&mut self, scene: &Scene<'_>, me: Life, number: usize) {
        if number == 0 {
            self.inbox.untold.remove(&me);
        } else if let Some((_, life)) = self.untold_end(scene, me) {
            self.inbox.told.insert((me, life));
        }
    }
}

/// Puts a message into a stream, as the header there says; nothing, if it says that there is no room.
fn append(
    scene: &mut Scene<'_>,
    (receiver, stream): (Life, Place),
    id: u32,
    (sender, message): (Life, Place),
) -> Option<()> {
    const HEADER: usize = 8;
    if stream.length < HEADER {
        return None;
    }
    let header = scene.read(receiver, stream, HEADER)?;
    let flags = u16::from(header[2]) << 8 | u16::from(header[3]);
    if header[0] != 0 || header[1] != 0 || flags > 3 {
        return None;
    }
    let offset = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
    let whole = HEADER + message.length;
    let room = stream.length - HEADER;
    if flags == 3 || offset > room || room - offset < whole {
        scene.write(receiver, stream, 2, &[header[2], header[3] | 1]);
        return None;
    }
    let start = HEADER + offset;
    scene.write(receiver, stream, start, &id.to_le_bytes())?;
    scene.write(receiver, stream, start + 4, &(message.length as u32).to_le_bytes())?;
    // Whoever sends to itself may have written over its own message by now.
    let bytes = scene.read(sender, message, message.length)?;
    scene.write(receiver, stream, start + HEADER, &bytes)?;
    let next = u32::try_from(offset + whole).ok()?;
    scene.write(receiver, stream, 4, &next.to_le_bytes())
}
