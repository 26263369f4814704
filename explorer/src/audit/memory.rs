//! Where bytes may land, and which.

use guichet_abi::Syscall;
use guichet_kernel::Event;

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::layout::Memory;
use crate::oracle::buffers::{Memories, Use};

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
    /// transactions wait for, and the buffer of its present read.
    fn offered(&self, process: usize) -> Vec<usize> {
        let memories = Memories { bytes: &self.around.memories, vanished: &self.around.vanished };
        let mut addresses = Vec::new();
        for (channel, state) in self.oracle.channels.iter().enumerate() {
            if self.declared.channels[channel].initiator == process
                && let Some(transaction) = &state.transaction
            {
                let offer = memories.addresses(process, &transaction.response, Use::Destination);
                addresses.extend(offer.unwrap_or_default());
            }
        }
        let reads = [Syscall::ChannelRead as usize, Syscall::ChannelReadExact as usize];
        if let (Event::Call(call), Some(caller)) = (self.event, self.caller())
            && self.declared.process_of(caller) == process
            && reads.contains(&call.number)
        {
            let words = (call.arguments[2], call.arguments[3]);
            if let Ok(room) = memories.judge(process, words, Use::Destination, usize::MAX) {
                let offer = memories.addresses(process, &room, Use::Destination);
                addresses.extend(offer.unwrap_or_default());
            }
        }
        addresses
    }
}
