//! A machine of processes that share regions of memory. Each has one thread, of the same number, and as
//! handles its parts in the regions, in their order; the first two are joined by a channel, whose end is the
//! last handle of each.

use std::boxed::Box;
use std::vec::Vec;

use guichet_abi::{Error, Signals, Syscall};

use super::{Machine, descriptor, unbooted_machine};
use crate::*;

/// Where the first region begins; the others follow, each so far behind the one before.
pub(crate) const SHARED: usize = 0x10_0000;
pub(crate) const STRIDE: usize = 0x100;

/// A region: its length in bytes, and who shares it.
pub(crate) type SharedRegionPlan<'a> = (usize, &'a [(usize, MemoryRights)]);

/// The machine, which lets whichever process it is asked to run next.
pub(crate) struct Sharers {
    pub(crate) machine: Machine,
    processes: usize,
}

/// So many processes, and these regions.
pub(crate) fn sharers(processes: usize, regions: &[SharedRegionPlan<'_>]) -> Sharers {
    let (spans, parts) = describe_regions(regions, processes);
    let handler = HandlerDescriptor {
        index: HandlerIndex::new(0),
        process: ProcessIndex::new(1),
        wait_list: WaitListIndex::new(processes),
    };
    let initiator = InitiatorDescriptor {
        index: InitiatorIndex::new(0),
        process: ProcessIndex::new(0),
        handler,
        wait_list: WaitListIndex::new(processes + 1),
        badge: 1,
    };
    let ends = [Object::ChannelInitiator(initiator), Object::ChannelHandler(handler)];
    let describe = |process: usize| {
        let own = parts.iter().filter(|part| part.process.position() == process);
        let own = own.copied().map(Object::SharedMemory).chain(ends.get(process).copied());
        let (objects, threads) = (own.collect::<Vec<_>>().leak(), [ThreadIndex::new(process)]);
        let described = descriptor(process, objects, threads.to_vec().leak(), ThreadIndex::NONE);
        let first_mapping = MappingIndex::new(process * MAX_MAPPINGS);
        ProcessDescriptor { wait_list: WaitListIndex::NONE, first_mapping, ..described }
    };
    let descriptors: &'static [ProcessDescriptor<'static>] =
        (0..processes).map(describe).collect::<Vec<_>>().leak();
    let threads = descriptors.iter().map(|process| ThreadDescriptor {
        process,
        ordinal: 0,
        priority: Priority::DEFAULT,
        wait_list: WaitListIndex::NONE,
    });
    let mut machine = unbooted_machine(Box::leak(Box::new(System {
        processes: descriptors,
        threads: threads.collect::<Vec<_>>().leak(),
        handlers: std::vec![handler].leak(),
        initiators: std::vec![initiator].leak(),
        wait_groups: &[],
        interrupts: &[],
        endpoints: &[],
        senders: &[],
        shared_regions: spans.leak(),
        sharers: parts.leak(),
        capsules: &[],
        services: &[],
        are_ids_global: false,
        max_transfer_bytes: 64,
    })));
    machine.port.shared = std::vec![0; regions.len() * STRIDE];
    machine.boot();
    Sharers { machine, processes }
}

fn describe_regions(
    regions: &[SharedRegionPlan<'_>],
    processes: usize,
) -> (Vec<SharedRegionDescriptor>, Vec<SharerDescriptor>) {
    let (mut spans, mut parts) = (Vec::new(), Vec::new());
    for (region, (bytes, sharers)) in regions.iter().enumerate() {
        let start = SHARED + region * STRIDE;
        spans.push(SharedRegionDescriptor {
            span: Span { start, end: start + bytes },
            first_sharer: SharerIndex::new(parts.len()),
            sharers: u8::try_from(sharers.len()).unwrap(),
        });
        for (process, rights) in *sharers {
            parts.push(SharerDescriptor {
                index: SharerIndex::new(parts.len()),
                region: SharedRegionIndex::new(region),
                process: ProcessIndex::new(*process),
                wait_list: WaitListIndex::new(processes + 2 + parts.len()),
                rights: *rights,
                presence: SharingPresence,
            });
        }
    }
    (spans, parts)
}

impl Sharers {
    /// Lets a process run that could: the others sleep meanwhile.
    pub(crate) fn turn_to(&mut self, process: usize) {
        for _ in 0..4 * self.processes {
            if self.machine.is_idle() {
                let now = self.machine.port.now;
                self.machine.pass(now + 1);
            }
            let running = self.machine.running();
            if running == process {
                return;
            }
            let until = usize::try_from(self.machine.port.now + 1).unwrap();
            self.machine.call(running, Syscall::SleepUntil, &[until, 0]);
        }
        panic!("process {process} does not run");
    }

    /// Makes a call that returns at once.
    pub(crate) fn call(
        &mut self,
        process: usize,
        call: Syscall,
        words: &[usize],
    ) -> Result<(usize, usize), Error> {
        self.turn_to(process);
        self.machine.now(process, call, words)
    }

    pub(crate) fn map(&mut self, process: usize, rights: MemoryRights) -> Result<(), Error> {
        self.call(process, Syscall::SharedMemoryMap, &[0, rights.word()]).map(|_| ())
    }

    pub(crate) fn lend(
        &mut self,
        process: usize,
        to: usize,
        rights: MemoryRights,
    ) -> Result<(), Error> {
        self.call(process, Syscall::ShareLend, &[0, to, rights.word()]).map(|_| ())
    }

    pub(crate) fn give_back(&mut self, process: usize) -> Result<(), Error> {
        self.call(process, Syscall::ShareReturn, &[0]).map(|_| ())
    }

    /// Copies bytes out of the first region, to the start of the process's writable memory (SH-4).
    pub(crate) fn read(
        &mut self,
        process: usize,
        offset: usize,
        length: usize,
    ) -> Result<usize, Error> {
        let words = [0, offset, super::writable(process), length];
        self.call(process, Syscall::SharedMemoryRead, &words).map(|(length, _)| length)
    }

    /// Copies bytes from the start of the process's writable memory into the first region (SH-4).
    pub(crate) fn write(
        &mut self,
        process: usize,
        offset: usize,
        length: usize,
    ) -> Result<usize, Error> {
        let words = [0, offset, super::writable(process), length];
        self.call(process, Syscall::SharedMemoryWrite, &words).map(|(length, _)| length)
    }

    /// Waits on the first region until one of these signals shows.
    pub(crate) fn wait(&mut self, process: usize, mask: Signals) {
        self.turn_to(process);
        let words = [0, mask.bits() as usize, usize::MAX, usize::MAX];
        self.machine.call(process, Syscall::ObjectWait, &words);
    }

    /// What the first region shows to a process.
    pub(crate) fn shown(&mut self, process: usize) -> Signals {
        let parts = self.machine.system.sharers;
        let part = parts.iter().find(|part| part.process.position() == process).unwrap();
        self.machine.kernel().windows.shared_memory.signals(part)
    }

    /// What the wall of a process lets through, as rights in the order of its places.
    pub(crate) fn wall(&self, process: usize) -> Vec<(usize, MemoryRights)> {
        let walls = self.machine.port.walls.iter();
        let own = walls.filter(|((owner, _), _)| *owner == process);
        let rights = |writable| match writable {
            true => MemoryRights::ReadWrite,
            false => MemoryRights::Read,
        };
        own.map(|(_, region)| (region.start, rights(region.writable))).collect()
    }
}

/// The number by which processes know this one.
pub(crate) const fn peer(process: usize) -> usize {
    process + 1
}
