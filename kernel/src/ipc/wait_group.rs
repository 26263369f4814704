//! Wait groups: several objects, one wait (WT-4).
//!
//! A member stands in its object's list of waiters, as a thread would, and whatever wakes threads there
//! finds it: so no window knows of groups, and a member costs the windows nothing while it is quiet.
//! It has an entry in the table of threads for that, which never runs. Waiting on a group looks at
//! all of its members once, since a wait is one on each of them, and serves the first ready one behind the
//! one that was served last, so that none starves; while a thread is asleep on the group no member is
//! ready, and the first that becomes so is what it gets.
//!
//! | call | refused | otherwise |
//! | --- | --- | --- |
//! | `wait_group_add` | InvalidArgument for no group, for a group as member, for undefined bits; ResourceExhausted for a member of any group | wakes the group if the member is ready |
//! | `wait_group_remove` | InvalidArgument for no group; NotFound for no member of this one | the group may be empty now, and those asleep on it sleep on |
//! | `object_wait` | InvalidArgument without READABLE in the mask, or on an empty group | the next ready member's user data and signals |
//!
//! The members of a group are objects of its own process, and end with it.

use guichet_abi::{Arguments, Error, Signals};

use crate::event::{Ending, success};
use crate::id::{TableIndex, ThreadIndex};
use crate::object::{Object, WaitGroupDescriptor};
use crate::process::ProcessDescriptor;
use crate::services::Services;
use crate::thread::{Member, Thread, ThreadState};
use crate::wait::WaitGroup;

/// A member that is ready.
pub(crate) struct ReadyMember<'s> {
    /// How many come before it.
    turn: usize,
    /// The handle by which it joined.
    pub(crate) handle: usize,
    /// The object.
    pub(crate) object: &'s Object,
    /// What it was given when it joined.
    pub(crate) user_data: usize,
    /// All signals that it shows.
    pub(crate) signals: Signals,
}

/// The entry by which an object of a process may be a member of a group.
pub(crate) fn entry(process: &ProcessDescriptor<'_>, handle: usize) -> ThreadIndex {
    if process.first_member.is_none() {
        return ThreadIndex::NONE;
    }
    ThreadIndex::new(process.first_member.position().saturating_add(handle))
}

/// The group that a handle of the caller names.
pub(crate) fn group<'s>(
    services: &Services<'s>,
    handle: usize,
) -> Result<&'s WaitGroupDescriptor, Error> {
    match services.caller().object(handle)? {
        Object::WaitGroup(group) => Ok(group),
        Object::ChannelHandler(_)
        | Object::ChannelInitiator(_)
        | Object::TimedInitiator { .. }
        | Object::Thread(_)
        | Object::Process(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => Err(Error::InvalidArgument),
    }
}

/// The member of `group` that this entry stands for, if it does.
fn member_of(
    services: &Services<'_>,
    group: &WaitGroupDescriptor,
    index: ThreadIndex,
) -> Option<Member> {
    match services.waits.threads.get(index).map(Thread::state) {
        Some(ThreadState::Member(member)) if member.group == group.index => Some(member),
        Some(_) | None => None,
    }
}

/// The next member of a group of `process` that is ready, where `look` tells what an object shows. Looks
/// at every member, and once; refuses an empty group.
///
/// Whoever stands behind the one that was served last comes first, and that one itself last.
pub(crate) fn next_ready<'s>(
    services: &Services<'s>,
    process: &'s ProcessDescriptor<'s>,
    group: &WaitGroupDescriptor,
    mut look: impl FnMut(&Object) -> Signals,
) -> Result<Option<ReadyMember<'s>>, Error> {
    let last = services.waits.groups.get(group.index).map_or(ThreadIndex::NONE, |group| group.last);
    let served = last.position().wrapping_sub(process.first_member.position());
    let entries = services.waits.threads.beginning_with(process.first_member);
    let mut is_empty = true;
    let mut ready: Option<ReadyMember<'s>> = None;
    for (handle, (object, entry)) in process.objects.iter().zip(entries).enumerate() {
        let ThreadState::Member(member) = &entry.state else { continue };
        if member.group != group.index {
            continue;
        }
        is_empty = false;
        let signals = look(object);
        let turn = handle.wrapping_sub(served).wrapping_sub(1);
        if signals.intersects(member.mask) && ready.as_ref().is_none_or(|best| turn < best.turn) {
            ready =
                Some(ReadyMember { turn, handle, object, user_data: member.user_data, signals });
        }
    }
    if is_empty { Err(Error::InvalidArgument) } else { Ok(ready) }
}

/// Notes that a member was served.
pub(crate) fn served(services: &mut Services<'_>, group: &WaitGroupDescriptor, index: ThreadIndex) {
    if let Some(group) = services.waits.groups.get_mut(group.index) {
        group.last = index;
    }
}

/// Takes an object out of a group (WT-4).
#[inline(never)]
pub(crate) fn remove(services: &mut Services<'_>, arguments: &Arguments) -> Ending {
    let &[handle, object, ..] = arguments;
    let group = group(services, handle)?;
    let caller = services.caller();
    caller.object(object)?;
    let index = entry(caller.process, object);
    member_of(services, group, index).ok_or(Error::NotFound)?;
    services.waits.stop(index, ThreadState::Dormant);
    Ok(Some(success(0)))
}

/// A process ends: its groups have no members any more.
pub(crate) fn dissolve(services: &mut Services<'_>, process: &ProcessDescriptor<'_>) {
    for handle in 0..process.objects.len() {
        services.waits.stop(entry(process, handle), ThreadState::Dormant);
    }
}

/// The process of a group has ended.
pub(crate) fn ended(services: &mut Services<'_>, group: &WaitGroupDescriptor) {
    if let Some(group) = services.waits.groups.get_mut(group.index) {
        *group = WaitGroup::FRESH;
    }
}

#[cfg(test)]
mod tests;
