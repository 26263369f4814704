//! Waiting on any object (WT-2): what the windows show, against what the caller wants.

use guichet_abi::{Arguments, Error, ExitStatus, Results, Signals};

use crate::HAS_CAPSULES;
use crate::event::{Ending, success};
use crate::id::{ThreadIndex, WaitListIndex};
use crate::ipc::channel::Channels;
use crate::ipc::{Windows, wait_group};
use crate::object::{Object, WaitGroupDescriptor};
use crate::port::Port;
use crate::services::{Caller, Services, is_past};
use crate::system::System;
use crate::thread::{Member, ThreadState};
use crate::time::Instant;
use crate::wait::{member_results, wait_results};

/// Waits until one of the signals in the mask is active, or until the deadline (WT-2); on a group, until a
/// member is ready (WT-4).
#[inline(never)]
pub(crate) fn object_wait<P: Port>(
    windows: &mut Windows<'_>,
    services: &mut Services<'_>,
    port: &mut P,
    arguments: &Arguments,
) -> Ending {
    let (caller, object, list, mask) = check(services, arguments)?;
    let results = match object {
        Object::WaitGroup(group) => look_at_group(windows, services, group, mask)?,
        Object::ChannelHandler(_)
        | Object::ChannelInitiator(_)
        | Object::TimedInitiator { .. }
        | Object::Thread(_)
        | Object::Process(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => look_at(windows, services, object, &caller, mask),
    };
    if results.is_some() {
        return Ok(results);
    }
    let deadline = Instant::from_words(arguments[2], arguments[3]);
    if is_past(port, deadline) {
        return Err(Error::DeadlineExceeded);
    }
    note_blocked(windows, object);
    services.waits.block(port, ThreadState::Waiting { list, mask }, deadline);
    Ok(None)
}

/// What a wait on a plain object gives at once, if it does.
fn look_at(
    windows: &mut Windows<'_>,
    services: &mut Services<'_>,
    object: &Object,
    caller: &Caller<'_>,
    mask: Signals,
) -> Option<Results> {
    if begin(windows, services, object) {
        windows.channels.settle_all(services, caller.process);
    }
    let signals = active_signals(windows, services, object);
    if !signals.intersects(mask) {
        return None;
    }
    note_returned(windows, object, signals);
    Some(wait_results(signals))
}

/// What a wait on a group gives at once, if it does; InvalidArgument if it could never give anything.
fn look_at_group(
    windows: &mut Windows<'_>,
    services: &mut Services<'_>,
    group: &WaitGroupDescriptor,
    mask: Signals,
) -> Ending {
    if !mask.contains(Signals::READABLE) {
        return Err(Error::InvalidArgument);
    }
    let caller = services.caller();
    let mut has_come = false;
    let look = |object: &Object| {
        has_come |= begin(windows, services, object);
        active_signals(windows, services, object)
    };
    let ready = wait_group::next_ready(services, caller.process, group, look);
    if has_come {
        windows.channels.settle_all(services, caller.process);
    }
    let Some(ready) = ready? else {
        return Ok(None);
    };
    wait_group::served(services, group, wait_group::entry(caller.process, ready.handle));
    note_returned(windows, ready.object, ready.signals);
    Ok(Some(member_results(ready.user_data, ready.signals)))
}

/// Makes an object a member of a group (WT-4).
#[inline(never)]
pub(crate) fn wait_group_add(
    windows: &mut Windows<'_>,
    services: &mut Services<'_>,
    arguments: &Arguments,
) -> Ending {
    let &[handle, number, bits, user_data, ..] = arguments;
    let group = wait_group::group(services, handle)?;
    let caller = services.caller();
    let object = caller.object(number)?;
    let mask = mask(bits)?;
    if let Object::WaitGroup(_) = object {
        return Err(Error::InvalidArgument);
    }
    let index = wait_group::entry(caller.process, number);
    let entry = services.waits.threads.get(index).ok_or(Error::Internal)?;
    if !matches!(entry.state, ThreadState::Dormant) {
        return Err(Error::ResourceExhausted);
    }
    let list = wait_list(services.system, object);
    let member = Member { group: group.index, list, mask, user_data };
    services.waits.join(index, member);
    note_blocked(windows, object);
    let signals = active_signals(windows, services, object);
    if signals.intersects(mask) && services.waits.wake_group(index, &member, signals) {
        note_returned(windows, object, signals);
    }
    Ok(Some(success(0)))
}

/// As [`object_wait`], when nothing is unusual: a wait that finds its signal, or one on a handler that
/// blocks alone and lets a thread go on whose call has ended. Else `None`, and nothing has changed.
/// Calls nothing out of line.
#[inline(always)]
pub(crate) fn object_wait_at_door<P: Port>(
    channels: &mut Channels<'_>,
    services: &mut Services<'_>,
    port: &mut P,
    arguments: &Arguments,
) -> Option<(ThreadIndex, Results)> {
    let &[handle, bits, low, high, ..] = arguments;
    let caller = services.caller();
    let mask = Signals::from_bits(u32::try_from(bits).ok()?)?;
    let object = caller.object(handle).ok()?;
    // Not a match: with all kinds listed, the rare ones are asked for first.
    if let Object::ChannelInitiator(end) = object {
        let signals = channels.idle_signals(end.index)?;
        let found = (services.waits.current(), wait_results(signals));
        return signals.intersects(mask).then_some(found);
    }
    let Object::ChannelHandler(end) = object else { return None };
    let (handler, is_pending) = channels.quiet_handler(end.index)?;
    let waits = &mut services.waits;
    let current = waits.current();
    if is_pending {
        let is_found = mask.contains(Signals::READABLE) && handler.is_attended_by(current);
        return is_found.then_some((current, wait_results(Signals::READABLE)));
    }
    let list = end.wait_list;
    let deadline = Instant::from_words(low, high);
    if !waits.is_quiet(port, deadline) {
        return None;
    }
    let next = waits.block_alone(ThreadState::Waiting { list, mask }, list, deadline)?;
    handler.will_be_attended_by(current);
    Some(next)
}

type Checked<'s> = (Caller<'s>, &'s Object, WaitListIndex, Signals);

fn check<'s>(services: &Services<'s>, arguments: &Arguments) -> Result<Checked<'s>, Error> {
    let caller = services.caller();
    let object = caller.object(arguments[0])?;
    let list = wait_list(services.system, object);
    let mask = mask(arguments[1])?;
    Ok((caller, object, list, mask))
}

/// A set of signals from an argument: InvalidArgument for undefined bits (WT-1).
fn mask(bits: usize) -> Result<Signals, Error> {
    let bits = u32::try_from(bits).map_err(|_| Error::InvalidArgument)?;
    Signals::from_bits(bits).ok_or(Error::InvalidArgument)
}

/// The list of the threads that wait on an object.
pub(crate) fn wait_list(system: &System<'_>, object: &Object) -> WaitListIndex {
    match object {
        Object::ChannelHandler(end) => end.wait_list,
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => end.wait_list,
        Object::Thread(thread) => {
            system.thread(*thread).map_or(WaitListIndex::NONE, |thread| thread.wait_list)
        }
        Object::Process(process) => {
            system.process(*process).map_or(WaitListIndex::NONE, |process| process.wait_list)
        }
        Object::WaitGroup(group) => group.wait_list,
        Object::Interrupt(interrupt) => {
            let declared = system.interrupt(*interrupt);
            declared.map_or(WaitListIndex::NONE, |interrupt| interrupt.wait_list)
        }
        Object::EndpointReceiver(end) => end.wait_list,
        Object::EndpointSender(end) => end.wait_list,
        Object::SharedMemory(sharer) => sharer.wait_list,
        Object::Upcalls { wait_list, .. } => *wait_list,
    }
}

/// The signals that an object shows now; of a group, which shows what its members do, none.
pub(crate) fn active_signals(
    windows: &Windows<'_>,
    services: &Services<'_>,
    object: &Object,
) -> Signals {
    match object {
        Object::ChannelHandler(end) => windows.channels.handler_signals(end.index),
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
            windows.channels.initiator_signals(end.index)
        }
        Object::Thread(thread) => joinable(services.thread_status(*thread)),
        Object::Process(process) => joinable(services.process_status(*process)),
        Object::WaitGroup(_) => Signals::empty(),
        Object::Interrupt(interrupt) => windows.interrupts.signals(*interrupt),
        Object::EndpointReceiver(end) => windows.endpoints.receiver_signals(end.index),
        Object::EndpointSender(end) => windows.endpoints.sender_signals(services, &end.receiver),
        Object::SharedMemory(sharer) => windows.shared_memory.signals(sharer),
        Object::Upcalls { process, .. } => {
            readable(HAS_CAPSULES && services.upcalls.is_any_due(*process))
        }
    }
}

/// What an object shows from which something can be taken, or else.
fn readable(is_due: bool) -> Signals {
    if is_due { Signals::READABLE } else { Signals::empty() }
}

/// What an object shows whose exit status nobody has collected, or else (PR-5).
fn joinable(status: Option<ExitStatus>) -> Signals {
    if status.is_some() { Signals::JOINABLE } else { Signals::empty() }
}

/// Tells the object's window that the caller begins to wait on it. Tells whether that must be
/// [settled](Channels::settle_all).
fn begin(windows: &mut Windows<'_>, services: &Services<'_>, object: &Object) -> bool {
    match object {
        Object::ChannelHandler(end) => windows.channels.attend(services, end.index),
        Object::ChannelInitiator(_)
        | Object::TimedInitiator { .. }
        | Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => false,
    }
}

/// Tells the object's window that the caller blocks in a wait on it.
fn note_blocked(windows: &mut Windows<'_>, object: &Object) {
    match object {
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
            windows.channels.note_watched(end.index);
        }
        Object::EndpointSender(end) => windows.endpoints.note_watched(end.receiver.index),
        Object::ChannelHandler(_)
        | Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => {}
    }
}

/// Tells the object's window which signals a wait has returned.
fn note_returned(windows: &mut Windows<'_>, object: &Object, signals: Signals) {
    match object {
        Object::ChannelHandler(end) => windows.channels.note_returned(end.index, signals),
        Object::SharedMemory(sharer) => windows.shared_memory.note_returned(sharer, signals),
        Object::ChannelInitiator(_)
        | Object::TimedInitiator { .. }
        | Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::Upcalls { .. } => {}
    }
}
