//! Transactions that nobody blocks in (CH-6).
//!
//! A thread that has something else to do meanwhile, or that asks several handlers at once, starts a
//! transaction and goes on. READABLE on the initiator tells that it is complete, to a wait or a wait group
//! like everything else that happens; the results are then collected with a call of their own. To the
//! handler there is no difference. Nor is there one in what is kept: the transaction stands where a
//! blocking one does, without a thread, and once it has ended its results stand there until they are
//! collected. So it costs a channel no byte, and the quick ways of the window nothing: they look for
//! the thread anyhow, and leave a transaction without one to the general way. The start is the one in
//! `start`, told not to block; here are the calls that only such a transaction has.
//!
//! The buffers stay offered as long as it is pending, while the program runs. The kernel reads the
//! request when the handler does and writes the response when the handler answers, never later: what the
//! caller may not touch, and when, is between the two calls and said on the user's side.
//!
//! What happens when …
//! - **full**: one transaction per initiator, however it was started. One that is complete and not
//!   collected is still that one: WRITEABLE does not show, and a start gets ResourceExhausted. Else a
//!   program that started twice would lose an answer without a word.
//! - **the handler dies**: ERROR shows until the next start, and there is nothing to collect. An answer that
//!   had arrived stays.
//! - **the initiator's memory goes bad**: the transaction is complete, and PermissionDenied is what is
//!   collected (AB-8).
//! - **the thread that started it ends**: nothing; it is the process's. Whoever is left collects it.
//! - **the process ends**: it is withdrawn, or its answer dropped (CH-9).
//! - **late**: it has no deadline, nor has a channel's default a meaning for it (CH-11). Whoever has
//!   waited long enough cancels.
//!
//! Cancelling is for a process's own threads, so it ends a transaction that another one blocks in, too.
//!
//! | call | nothing pending | lost (ERROR) | pending | complete | a thread blocks in it |
//! | --- | --- | --- | --- | --- | --- |
//! | start | pending | pending | ResourceExhausted | ResourceExhausted | ResourceExhausted |
//! | complete | Unavailable | Unavailable | Unavailable | nothing pending; its results | Unavailable |
//! | cancel | Unavailable | Unavailable | withdrawn; Ok | nothing pending; Ok | withdrawn; Ok, that thread gets Cancelled |
//! | answered | — | — | complete | — | that thread's call ends |
//! | handler ends | — | as it was | lost | as it was | nothing pending, ERROR |
//!
//! Rejected: a thread of the kernel's or a callback for each answer (a program would be entered where it
//! does not expect it); a number for each transaction, so that several could be pending on one
//! initiator (a table of them, for what several channels do as well).

use guichet_abi::{Arguments, Error};

use super::start::initiator_of;
use super::{Channels, Transaction};
use crate::event::{Ending, success};
use crate::id::InitiatorIndex;
use crate::port::Port;
use crate::services::Services;

impl Channels<'_> {
    /// Collects what a transaction has ended with (CH-6). Out of line, as is cancelling, so that no
    /// other call makes room for it.
    #[inline(never)]
    pub(crate) fn async_complete(
        &mut self,
        services: &mut Services<'_>,
        arguments: &Arguments,
    ) -> Ending {
        let index = initiator_of(&services.caller(), arguments[0])?.index;
        let initiator = self.initiators.get(index).ok_or(Error::Internal)?;
        let Transaction::Complete(results) = initiator.transaction else {
            return Err(Error::Unavailable);
        };
        self.drop_results(services, index);
        Ok(Some(results))
    }

    /// Withdraws a transaction, or drops what it has ended with (CH-6). A thread that blocks in it gets
    /// Cancelled.
    #[inline(never)]
    pub(crate) fn async_cancel<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Ending {
        let index = initiator_of(&services.caller(), arguments[0])?.index;
        match self.initiators.get(index).ok_or(Error::Internal)?.transaction {
            Transaction::Idle | Transaction::Unanswered => return Err(Error::Unavailable),
            Transaction::Complete(_) => self.drop_results(services, index),
            Transaction::Pending { .. } => {
                let thread = self.withdraw(services, port, index);
                services.waits.fail(thread, Error::Cancelled);
            }
        }
        Ok(Some(success(0)))
    }

    /// The initiator may start another transaction, as this one's results are in good hands, or unwanted.
    fn drop_results(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        if let Some(initiator) = self.initiators.get_mut(index) {
            initiator.transaction = Transaction::Idle;
        }
        self.raise_initiator(services, index);
    }
}
