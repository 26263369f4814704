//! Waiting on any object (WT-2): what the windows show, against what the caller wants.

use guichet_abi::{Arguments, Error, Results, Signals};

use crate::event::Ending;
use crate::id::{ThreadIndex, WaitListIndex};
use crate::ipc::channel::Channels;
use crate::object::Object;
use crate::port::Port;
use crate::services::{Caller, Services, is_past};
use crate::thread::ThreadState;
use crate::time::Instant;
use crate::wait::wait_results;

/// Waits until one of the signals in the mask is active, or until the deadline (WT-2).
pub(crate) fn object_wait<P: Port>(
    channels: &mut Channels<'_>,
    services: &mut Services<'_>,
    port: &mut P,
    arguments: &Arguments,
) -> Ending {
    let (caller, object, list, mask) = check(services, arguments)?;
    begin(channels, object, &caller);
    let signals = active_signals(channels, object);
    if signals.intersects(mask) {
        note_returned(channels, object, signals);
        return Ok(Some(wait_results(signals)));
    }
    let deadline = Instant::from_words(arguments[2], arguments[3]);
    if is_past(port, deadline) {
        return Err(Error::DeadlineExceeded);
    }
    note_blocked(channels, object);
    services.waits.block(port, ThreadState::Waiting { list, mask }, deadline);
    Ok(None)
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
    let signals = channels.quiet_signals(end.index)?;
    let waits = &mut services.waits;
    if signals.intersects(mask) {
        return Some((waits.current(), wait_results(signals)));
    }
    let list = end.wait_list;
    let deadline = Instant::from_words(low, high);
    if !waits.is_quiet(port, deadline) {
        return None;
    }
    waits.block_alone(ThreadState::Waiting { list, mask }, list, deadline)
}

type Checked<'s> = (Caller<'s>, &'s Object, WaitListIndex, Signals);

fn check<'s>(services: &Services<'s>, arguments: &Arguments) -> Result<Checked<'s>, Error> {
    let caller = services.caller();
    let object = caller.object(arguments[0])?;
    let list = wait_list(object)?;
    let bits = u32::try_from(arguments[1]).map_err(|_| Error::InvalidArgument)?;
    let mask = Signals::from_bits(bits).ok_or(Error::InvalidArgument)?;
    Ok((caller, object, list, mask))
}

/// The list of the threads that wait on an object: InvalidArgument for one that nobody can wait on.
pub(crate) fn wait_list(object: &Object) -> Result<WaitListIndex, Error> {
    match object {
        Object::ChannelHandler(end) => Ok(end.wait_list),
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => Ok(end.wait_list),
        Object::Thread(_) => Err(Error::InvalidArgument),
    }
}

/// The signals that an object shows now.
pub(crate) fn active_signals(channels: &Channels<'_>, object: &Object) -> Signals {
    match object {
        Object::ChannelHandler(end) => channels.handler_signals(end.index),
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
            channels.initiator_signals(end.index)
        }
        Object::Thread(_) => Signals::empty(),
    }
}

/// Tells the object's window that the caller begins to wait on it.
fn begin(channels: &mut Channels<'_>, object: &Object, caller: &Caller<'_>) {
    match object {
        Object::ChannelHandler(end) => channels.forget_stale(end.index, caller.thread.ordinal),
        Object::ChannelInitiator(_) | Object::TimedInitiator { .. } | Object::Thread(_) => {}
    }
}

/// Tells the object's window that the caller blocks in a wait on it.
fn note_blocked(channels: &mut Channels<'_>, object: &Object) {
    match object {
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
            channels.note_watched(end.index);
        }
        Object::ChannelHandler(_) | Object::Thread(_) => {}
    }
}

/// Tells the object's window which signals a wait has returned.
fn note_returned(channels: &mut Channels<'_>, object: &Object, signals: Signals) {
    match object {
        Object::ChannelHandler(end) => channels.note_returned(end.index, signals),
        Object::ChannelInitiator(_) | Object::TimedInitiator { .. } | Object::Thread(_) => {}
    }
}
