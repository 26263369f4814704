//! Where bytes may land, and which.

use guichet_abi::Syscall;
use guichet_kernel::{Call, Event};

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::layout::Memory;
use crate::oracle::buffers::{Memories, Offer, Use};

impl Case<'_> {
    pub(super) fn check_memory(&self, violations: &mut Vec<Violation>) {
        let machine = &self.taken.machine;
        for trespass in &machine.trespasses {
            violations.push(Violation::new(Invariant::InsideTheWall, trespass));
        }
        let mut expected = self.around.memories.clone();
        for (process, address, byte) in &self.prediction.writes {
            expected[*process].set(*address, *byte);
        }
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
        if machine.copied_bytes != self.prediction.writes.len() {
            violations.push(Violation::new(
                Invariant::BytesAsSent,
                format!(
                    "{} bytes were copied for a message of {}",
                    machine.copied_bytes,
                    self.prediction.writes.len()
                ),
            ));
        }
    }

    /// The addresses of a process at which bytes may land now: the responses that its pending
    /// transactions wait for, and the places for requests that its threads have offered.
    fn offered(&self, process: usize) -> Vec<usize> {
        let memories = Memories { bytes: &self.around.memories, vanished: &self.around.vanished };
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

/// The words of the place that a call offers for a request.
fn room_of(call: &Call) -> Option<(usize, usize)> {
    let &[_, first, second, third, fourth, ..] = &call.arguments;
    match Syscall::from_number(call.number)? {
        Syscall::ChannelRead | Syscall::ChannelReadExact => Some((second, third)),
        Syscall::ChannelReceive => Some((first, second)),
        Syscall::ChannelRespondAndReceive => Some((third, fourth)),
        _other => None,
    }
}
