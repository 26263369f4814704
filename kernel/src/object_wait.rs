//! Waiting on any object (WT-2): what the windows show, against what the caller wants.

use guichet_abi::{Arguments, Error, Signals};

use crate::event::Outcome;
use crate::id::WaitListIndex;
use crate::ipc::channel::Channels;
use crate::object::Object;
use crate::port::Port;
use crate::services::{Caller, Services, is_past, refuse};
use crate::thread::ThreadState;
use crate::time::Instant;
use crate::wait::wait_results;

/// Waits until one of the signals in the mask is active, or until the deadline (WT-2).
pub(crate) fn object_wait<const DOOR: bool, P: Port>(
    channels: &mut Channels<'_>,
    services: &mut Services<'_>,
    port: &mut P,
    arguments: &Arguments,
) -> Outcome {
    let (caller, object, list, mask) = match check(services, arguments) {
        Ok(checked) => checked,
        Err(error) => return refuse::<DOOR>(services, error),
    };
    if DOOR && is_marked(channels, object) {
        return Outcome::DECLINED;
    }
    begin(channels, object, &caller);
    let signals = active_signals(channels, object);
    if signals.intersects(mask) {
        note_returned(channels, object, signals);
        return services.waits.finish(wait_results(signals));
    }
    let deadline = Instant::from_words(arguments[2], arguments[3]);
    if is_past(port, deadline) {
        return refuse::<DOOR>(services, Error::DeadlineExceeded);
    }
    note_blocked(channels, object);
    services.waits.block(port, ThreadState::Waiting { list, mask }, deadline);
    services.waits.dispatch(port)
}

type Checked<'s> = (Caller<'s>, &'s Object, WaitListIndex, Signals);

#[inline(always)]
fn check<'s>(services: &Services<'s>, arguments: &Arguments) -> Result<Checked<'s>, Error> {
    let caller = services.caller()?;
    let object = caller.object(arguments[0])?;
    let list = wait_list(object)?;
    let bits = u32::try_from(arguments[1]).map_err(|_| Error::InvalidArgument)?;
    let mask = Signals::from_bits(bits).ok_or(Error::InvalidArgument)?;
    Ok((caller, object, list, mask))
}

/// The list of the threads that wait on an object: InvalidArgument for one that nobody can wait on.
#[inline(always)]
pub(crate) fn wait_list(object: &Object) -> Result<WaitListIndex, Error> {
    match object {
        Object::ChannelHandler(end) => Ok(end.wait_list),
        Object::ChannelInitiator(end) => Ok(end.wait_list),
        Object::Thread(_) => Err(Error::InvalidArgument),
    }
}

/// The signals that an object shows now.
#[inline(always)]
pub(crate) fn active_signals(channels: &Channels<'_>, object: &Object) -> Signals {
    match object {
        Object::ChannelHandler(end) => channels.handler_signals(end.index),
        Object::ChannelInitiator(end) => channels.initiator_signals(end.index),
        Object::Thread(_) => Signals::empty(),
    }
}

/// Tells whether a wait on the object would change more than the waiting thread.
#[inline(always)]
fn is_marked(channels: &Channels<'_>, object: &Object) -> bool {
    match object {
        Object::ChannelHandler(end) => channels.has_stale(end.index),
        Object::ChannelInitiator(_) | Object::Thread(_) => false,
    }
}

/// Tells the object's window that the caller begins to wait on it.
#[inline(always)]
fn begin(channels: &mut Channels<'_>, object: &Object, caller: &Caller<'_>) {
    match object {
        Object::ChannelHandler(end) => channels.forget_stale(end.index, caller.thread.ordinal),
        Object::ChannelInitiator(_) | Object::Thread(_) => {}
    }
}

/// Tells the object's window that the caller blocks in a wait on it.
#[inline(always)]
fn note_blocked(channels: &mut Channels<'_>, object: &Object) {
    match object {
        Object::ChannelInitiator(end) => channels.note_watched(end.index),
        Object::ChannelHandler(_) | Object::Thread(_) => {}
    }
}

/// Tells the object's window which signals a wait has returned.
#[inline(always)]
fn note_returned(channels: &mut Channels<'_>, object: &Object, signals: Signals) {
    match object {
        Object::ChannelHandler(end) => channels.note_returned(end.index, signals),
        Object::ChannelInitiator(_) | Object::Thread(_) => {}
    }
}
