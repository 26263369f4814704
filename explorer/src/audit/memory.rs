//! Where bytes may land, and which.

use guichet_abi::Syscall;
use guichet_kernel::{Call, Event};

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::layout::Memory;
use crate::oracle::buffers::{Offer, Use};
use crate::oracle::endpoints::Place;

impl Case<'_> {
    pub(super) fn check_memory(&self, violations: &mut Vec<Violation>) {
        let machine = &self.taken.machine;
        for trespass in &machine.trespasses {
            violations.push(Violation::new(Invariant::InsideTheWall, trespass));
        }
        let mut expected = self.around.memories.clone();
        let mut shared = self.around.shared.clone();
        let told = &self.prediction.after.told;
        let writes = self.prediction.writes.iter().chain(&told.posted);
        for (process, address, byte) in writes.clone() {
            if !shared.set(*address, *byte) {
                expected[*process].set(*address, *byte);
            }
        }
        self.check_shared(&shared, violations);
        for (process, memory) in machine.memories.iter().enumerate() {
            let differences = memory.differences(&expected[process]);
            let offered = self.offered(process);
            let (inside, outside): (Vec<usize>, Vec<usize>) =
                differences.into_iter().partition(|address| offered.contains(address));
            for (invariant, addresses) in
                [(Invariant::OfferedBytesOnly, outside), (Invariant::BytesAsSent, inside)]
            {
                let Some(first) = addresses.first() else { continue };
                let byte = |memory: &Memory| memory.byte(*first).unwrap_or(0);
                violations.push(Violation::new(
                    invariant,
                    format!(
                        "{} bytes of {} are wrong; the first, at {first:#x}, is {:#x}, not {:#x}",
                        addresses.len(),
                        self.declared.process_name(process),
                        byte(memory),
                        byte(&expected[process]),
                    ),
                ));
            }
        }
        let copied_bytes = writes.count() + told.loaded;
        if machine.copied_bytes != copied_bytes {
            violations.push(Violation::new(
                Invariant::BytesAsSent,
                format!(
                    "{} bytes were copied for a message of {copied_bytes}",
                    machine.copied_bytes,
                ),
            ));
        }
    }

    /// The places for messages that a process's threads wait with, and those for answers.
    fn offered_at_endpoints(&self, process: usize) -> Vec<Offer> {
        let threads = self.declared.threads_of(process);
        let calls = threads.filter_map(|thread| self.oracle.threads[thread].call);
        let owned = self.oracle.endpoints.iter().filter(|endpoint| endpoint.owner == process);
        let receivers = owned.flat_map(|endpoint| endpoint.receivers.iter().map(|each| each.1));
        let places = calls.map(|call| call.answer).chain(receivers);
        let in_memory = |place| match place {
            Place::Memory(offer) => Some(offer),
            Place::Registers => None,
        };
        places.filter_map(in_memory).collect()
    }

    /// The addresses of a process at which bytes may land now: the responses that its pending
    /// transactions wait for, and the places for requests that its threads have offered.
    pub(super) fn offered(&self, process: usize) -> Vec<usize> {
        let memories = self.around.as_seen_by(self.oracle);
        let mut offers = Vec::new();
        for (channel, state) in self.oracle.channels.iter().enumerate() {
            let ends = self.declared.channels[channel];
            if ends.initiator == process {
                offers.extend(state.transaction.as_ref().map(|pending| pending.response));
            }
            if ends.handler == process && ends.shares.is_none() {
                offers.extend(state.receivers.iter().map(|receiver| receiver.room));
            }
        }
        offers.extend(self.offered_at_endpoints(process));
        if let (Event::Call(call), Some(caller)) = (self.event, self.caller())
            && self.declared.process_of(caller) == process
            && let Some(words) = room_of(&call)
        {
            offers.extend(memories.judge(process, words, Use::Destination, usize::MAX));
        }
        let addresses = |offer: &Offer| {
            memories.addresses(process, offer, Use::Destination).unwrap_or_default()
        };
        offers.iter().flat_map(addresses).collect()
    }
}

/// The words of the place that a call offers for a request or a message.
fn room_of(call: &Call) -> Option<(usize, usize)> {
    let &[_, first, second, third, fourth, fifth, ..] = &call.arguments;
    match Syscall::from_number(call.number)? {
        Syscall::ChannelRead | Syscall::ChannelReadExact | Syscall::SharedMemoryRead => {
            Some((second, third))
        }
        Syscall::ChannelReceive => Some((first, second)),
        Syscall::ChannelRespondAndReceive => Some((third, fourth)),
        Syscall::EndpointReceive | Syscall::EndpointTryReceive => Some((first, second)),
        Syscall::EndpointReplyAndReceive => Some((fourth, fifth)),
        _other => None,
    }
}
