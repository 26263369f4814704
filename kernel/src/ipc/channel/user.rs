//! USER: the signal that each end of a channel raises on the other (WT-5).
//!
//! A handler that may answer only when asked can tell its initiator in this way that asking would be
//! worth while, and an initiator can knock without a request. It is a level like every other signal:
//! raising it twice is raising it once, it carries nothing, and it shows until its raiser lowers it.
//! A transaction, however it ends, leaves it alone.
//!
//! What happens when …
//! - **the raiser's process ends**: the kernel lowers what it raised, at that moment and before any
//!   other signal of that end shows. Nobody else could.
//! - **the peer's process has ended, or has not started**: raising is allowed all the same. The level
//!   tells of the raiser's state, which the peer is to find when it runs (again); a raiser that had to
//!   ask first whether its peer runs could not help raising too early or too late. So what is raised
//!   on a process outlives the process too.
//! - **nobody waits**: the level stays for whoever waits later (WT-3).
//!
//! | call or event | USER on the peer's end | USER on one's own end |
//! | --- | --- | --- |
//! | set 1 | shows; waits with USER in their mask end | as it was |
//! | set 0 | does not show | as it was |
//! | set anything else | as it was: InvalidArgument | as it was |
//! | a transaction starts, is read, answered, withdrawn or lost | as it was | as it was |
//! | one's own process ends | does not show | as it was |
//!
//! The level stands at the end that shows it, where a wait finds it without a look at the other end.
//! A handler reaches its initiators by a walk over all that are declared: a call that is made when
//! something has changed need not be quick, and no channel pays for a list.

use guichet_abi::{Arguments, Error, Signals};

use super::Channels;
use crate::event::{Ending, success};
use crate::id::HandlerIndex;
use crate::object::{HandlerDescriptor, InitiatorDescriptor, Object};
use crate::process::Process;
use crate::services::Services;
use crate::system::System;

impl Channels<'_> {
    /// Raises or lowers USER on the peer's end of a channel (WT-5). Out of line, so that no other call
    /// makes room for it.
    #[inline(never)]
    pub(crate) fn set_peer_user_signal(
        &mut self,
        services: &mut Services<'_>,
        arguments: &Arguments,
    ) -> Ending {
        let (end, is_set) = check_arguments(services, arguments)?;
        match end {
            End::Initiator(end) => self.set_on_handler(services, end, is_set),
            End::Handler(end) if is_set => {
                self.show_on_initiators(services, end.index, Signals::USER);
            }
            End::Handler(end) => self.show_on_initiators(services, end.index, Signals::empty()),
        }
        Ok(Some(success(0)))
    }

    fn set_on_handler(
        &mut self,
        services: &mut Services<'_>,
        end: &InitiatorDescriptor,
        is_set: bool,
    ) {
        if let Some(initiator) = self.initiators.get_mut(end.index) {
            initiator.raises = is_set;
        }
        self.show_user(services.system, end.handler.index);
        if is_set {
            self.raise_handler(services, &end.handler);
        }
    }

    /// Lets a handler show USER while any of its initiators raises it.
    pub(super) fn show_user(&mut self, system: &System<'_>, index: HandlerIndex) {
        let is_raised = self.raised_by(system, index).next().is_some();
        if let Some(handler) = self.handlers.get_mut(index) {
            handler.lasting.set(Signals::USER, is_raised);
        }
    }

    /// The initiators that raise USER on a handler.
    fn raised_by<'s>(
        &self,
        system: &System<'s>,
        index: HandlerIndex,
    ) -> impl Iterator<Item = &'s InitiatorDescriptor> {
        initiators_of(system, index)
            .filter(|ends| self.initiators.get(ends.index).is_some_and(|end| end.raises))
    }

    /// Lets all initiators of a handler show USER, or nothing: it wants that, or its process has ended
    /// (WT-5).
    pub(super) fn show_on_initiators(
        &mut self,
        services: &mut Services<'_>,
        index: HandlerIndex,
        user: Signals,
    ) {
        for ends in initiators_of(services.system, index) {
            if let Some(initiator) = self.initiators.get_mut(ends.index) {
                initiator.user = user;
            }
            if !user.is_empty() {
                self.raise_initiator(services, ends.index);
            }
        }
    }

    /// Checks that USER shows nowhere whose raiser does not run, and nothing else shows in its
    /// place.
    pub(super) fn check_user(&self, services: &Services<'_>) -> Result<(), &'static str> {
        let runs = |process| {
            let process = services.processes.get(process);
            process.is_some_and(Process::is_running)
        };
        for ends in services.system.initiators {
            let initiator = self.initiators.get(ends.index).ok_or("channel: no such initiator")?;
            let handler =
                self.handlers.get(ends.handler.index).ok_or("channel: no such handler")?;
            let lasting = handler.lasting.signals();
            if !Signals::USER.contains(initiator.user)
                || !(Signals::USER | Signals::ERROR).contains(lasting)
            {
                return Err("channel: a signal that an end has no place for");
            }
            let on_initiator = !initiator.user.is_empty();
            if on_initiator && !runs(ends.handler.process)
                || initiator.raises && !runs(ends.process)
            {
                return Err("channel: USER shows although its raiser has ended");
            }
            let is_raised = self.raised_by(services.system, ends.handler.index).next().is_some();
            if lasting.contains(Signals::USER) != is_raised {
                return Err("channel: USER shows on a handler, and nobody raises it");
            }
        }
        Ok(())
    }
}

/// The end of a channel that a caller has.
enum End<'s> {
    Handler(&'s HandlerDescriptor),
    Initiator(&'s InitiatorDescriptor),
}

/// The end that the caller names, and whether USER is to show on the other one.
fn check_arguments<'s>(
    services: &Services<'s>,
    arguments: &Arguments,
) -> Result<(End<'s>, bool), Error> {
    let &[handle, set, ..] = arguments;
    let end = match services.caller().object(handle)? {
        Object::ChannelHandler(end) => End::Handler(end),
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => End::Initiator(end),
        Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => {
            return Err(Error::InvalidArgument);
        }
    };
    match set {
        0 => Ok((end, false)),
        1 => Ok((end, true)),
        _ => Err(Error::InvalidArgument),
    }
}

fn initiators_of<'s>(
    system: &System<'s>,
    index: HandlerIndex,
) -> impl Iterator<Item = &'s InitiatorDescriptor> + use<'s> {
    system.initiators.iter().filter(move |ends| ends.handler.index == index)
}
