//! What a system is made of, as declared: read only, and in flash on a board.

use crate::capsule::Service;
use crate::capsule::table::CapsuleDescriptor;
use crate::id::{
    EndpointIndex, HandlerIndex, InitiatorIndex, InterruptIndex, ProcessIndex, SharedRegionIndex,
    SharerIndex, TableIndex, ThreadIndex,
};
use crate::object::{
    EndpointDescriptor, HandlerDescriptor, InitiatorDescriptor, InterruptDescriptor,
    SenderDescriptor, SharedRegionDescriptor, SharerDescriptor, WaitGroupDescriptor,
};
use crate::process::ProcessDescriptor;
use crate::thread::ThreadDescriptor;

/// The declared system. Indices in the tables refer to one another and to the storage that the
/// port lends, whose slices have the same lengths.
#[derive(Clone, Copy, Debug)]
pub struct System<'s> {
    /// The processes, in the order declared, which is the order in which they start (PR-3).
    pub processes: &'s [ProcessDescriptor<'s>],
    /// The threads of all processes.
    pub threads: &'s [ThreadDescriptor<'s>],
    /// The handler ends of all channels.
    pub handlers: &'s [HandlerDescriptor],
    /// The initiator ends of all channels.
    pub initiators: &'s [InitiatorDescriptor],
    /// The wait groups.
    pub wait_groups: &'s [WaitGroupDescriptor],
    /// The interrupt objects.
    pub interrupts: &'s [InterruptDescriptor<'s>],
    /// The endpoints.
    pub endpoints: &'s [EndpointDescriptor],
    /// All ends that send to endpoints.
    pub senders: &'s [SenderDescriptor],
    /// The regions of shared memory.
    pub shared_regions: &'s [SharedRegionDescriptor],
    /// Those who share them: first those of the first region, then those of the second.
    pub sharers: &'s [SharerDescriptor],
    /// The capsules, [laid out](CapsuleDescriptor::lay_out).
    pub capsules: &'s [CapsuleDescriptor<'s>],
    /// The names that are kept for processes (NR-5).
    pub services: &'s [Service],
    /// Whether a process id works for everybody, given or not (CP-5).
    pub are_ids_global: bool,
    /// The longest transfer of one call, in bytes (AB-10).
    pub max_transfer_bytes: usize,
}

impl<'s> System<'s> {
    /// A process's declaration.
    #[inline(always)]
    pub fn process(&self, index: ProcessIndex) -> Option<&'s ProcessDescriptor<'s>> {
        self.processes.get(index.position())
    }

    /// A thread's declaration.
    #[inline(always)]
    pub fn thread(&self, index: ThreadIndex) -> Option<&'s ThreadDescriptor<'s>> {
        self.threads.get(index.position())
    }

    /// A handler end's declaration.
    #[inline(always)]
    pub fn handler(&self, index: HandlerIndex) -> Option<&'s HandlerDescriptor> {
        self.handlers.get(index.position())
    }

    /// An initiator end's declaration.
    #[inline(always)]
    pub fn initiator(&self, index: InitiatorIndex) -> Option<&'s InitiatorDescriptor> {
        self.initiators.get(index.position())
    }

    /// An endpoint's declaration.
    #[inline(always)]
    pub fn endpoint(&self, index: EndpointIndex) -> Option<&'s EndpointDescriptor> {
        self.endpoints.get(index.position())
    }

    /// The declaration of a region of shared memory.
    pub fn shared_region(&self, index: SharedRegionIndex) -> Option<&'s SharedRegionDescriptor> {
        self.shared_regions.get(index.position())
    }

    /// The declaration of a part in a region of shared memory.
    pub fn sharer(&self, index: SharerIndex) -> Option<&'s SharerDescriptor> {
        self.sharers.get(index.position())
    }

    /// Those who share a region.
    pub(crate) fn sharers_of(&self, region: &SharedRegionDescriptor) -> &'s [SharerDescriptor] {
        let behind = self.sharers.get(region.first_sharer.position()..).unwrap_or(&[]);
        behind.get(..usize::from(region.sharers)).unwrap_or(&[])
    }

    /// An interrupt object's declaration.
    pub fn interrupt(&self, index: InterruptIndex) -> Option<&'s InterruptDescriptor<'s>> {
        self.interrupts.get(index.position())
    }
}
