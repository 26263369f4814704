//! What stands behind the means of a capsule: the kernel's own tables and the port, of which each service shows
//! what it must and no more.

use guichet_abi::{ErrorCode, awaited_message, upcall_message};

use crate::capsule::table::CapsuleDescriptor;
use crate::capsule::{Allowed, Host, Lengths, NoTransfer, ReadOnly, ReadWrite, Service, Standing};
use crate::id::{ProcessId, ProcessIndex, ThreadIndex};
use crate::memory::Grant;
use crate::port::{Port, Side};
use crate::process::{Process, ProcessDescriptor};
use crate::region::Access;
use crate::services::Services;
use crate::thread::Awaited;

/// What stands behind a capsule's means, for the length of one call.
pub(crate) struct KernelHost<'k, 's, P> {
    pub(crate) services: &'k mut Services<'s>,
    pub(crate) port: &'k mut P,
    pub(crate) capsule: &'s CapsuleDescriptor<'s>,
}

impl<P: Port> KernelHost<'_, '_, P> {
    /// Where the bytes are that a process allows; nothing, if they are not so many.
    fn granted(
        &self,
        process: ProcessIndex,
        allowed: Allowed,
        (offset, bytes): (usize, usize),
    ) -> Option<Grant> {
        let grant = self.grant(process, allowed)?.part(offset, bytes);
        (grant.length() == bytes).then_some(grant)
    }

    /// Where the bytes are that a process allows; none if it may not use them itself any more (SH-3).
    #[inline(always)]
    fn grant(&self, process: ProcessIndex, allowed: Allowed) -> Option<Grant> {
        let buffer = self.services.upcalls.allowed(self.capsule, process, allowed);
        let access = match allowed {
            Allowed::ReadOnly(_) => Access::Read,
            Allowed::ReadWrite(_) => Access::Write,
        };
        self.services.memories.settle(process, &buffer, access)
    }

    /// The bits of the process's upcalls that are these of the capsule's, without those that it does not have.
    #[inline(always)]
    fn slots(&self, upcalls: u32) -> u32 {
        (upcalls & known(self.capsule)).wrapping_shl(u32::from(self.capsule.first_upcall))
    }
}

impl<P: Port> Host for KernelHost<'_, '_, P> {
    fn schedule(&mut self, process: ProcessIndex, upcalls: u32) {
        if self.is_running(process) {
            self.services.upcalls.schedule(process, self.slots(upcalls));
        }
    }

    fn is_awaited(&self, process: ProcessIndex, upcall: u8) -> bool {
        let slot = self.capsule.first_upcall.wrapping_add(upcall);
        let yields = self.services.yielding(process);
        yields.is_some_and(|(_, awaited)| {
            upcall < self.capsule.upcalls && self.services.upcalls.is_one_of(process, slot, awaited)
        })
    }

    fn give(&mut self, process: ProcessIndex, upcall: u8, words: [usize; 3]) -> bool {
        let slot = self.capsule.first_upcall.wrapping_add(upcall);
        let Some((thread, awaited)) = self.services.yielding(process) else {
            return false;
        };
        if upcall >= self.capsule.upcalls
            || !self.services.upcalls.is_one_of(process, slot, awaited)
        {
            return false;
        }
        self.services.upcalls.taken(process, slot, false, awaited);
        let who = Who { process, thread, awaited };
        let (values, has_message) = told(self.services, &who, self.capsule, upcall, words);
        self.services.waits.complete_yield(thread, values, has_message);
        true
    }

    fn withdraw(&mut self, process: ProcessIndex, upcalls: u32) {
        self.services.upcalls.withdraw(process, self.slots(upcalls));
    }

    fn allowed_bytes(&self, process: ProcessIndex, buffer: Allowed) -> usize {
        self.services.upcalls.allowed(self.capsule, process, buffer).length()
    }

    fn max_transfer_bytes(&self) -> usize {
        self.services.max_transfer_bytes
    }

    fn is_running(&self, process: ProcessIndex) -> bool {
        self.services.processes.get(process).is_some_and(Process::is_running)
    }

    fn is_owner(&self, process: ProcessIndex) -> bool {
        self.capsule.is_owner(process)
    }

    fn services(&self) -> &[Service] {
        self.services.system.services
    }

    fn transfer(
        &mut self,
        (source, ReadOnly(from)): (ProcessIndex, ReadOnly),
        (destination, ReadWrite(to)): (ProcessIndex, ReadWrite),
        is_whole: bool,
    ) -> Result<Lengths, NoTransfer> {
        let gone = NoTransfer::Gone;
        let from = self.grant(source, Allowed::ReadOnly(from)).ok_or(gone(Side::Source))?;
        let limit = self.services.max_transfer_bytes;
        if is_whole && from.length() > limit {
            return Err(NoTransfer::TooLong);
        }
        let to = self.grant(destination, Allowed::ReadWrite(to)).ok_or(gone(Side::Destination))?;
        let bytes = from.length().min(to.length()).min(limit);
        if bytes != 0 {
            self.port.copy(from.part(0, bytes), to.part(0, bytes)).map_err(NoTransfer::Gone)?;
        }
        Ok(Lengths { source: from.length(), room: to.length() })
    }

    fn copy(
        &mut self,
        (source, ReadOnly(from)): (ProcessIndex, ReadOnly),
        (destination, ReadWrite(to), offset): (ProcessIndex, ReadWrite, usize),
        bytes: usize,
    ) -> Result<(), Side> {
        if bytes == 0 {
            return Ok(());
        }
        let from = self.granted(source, Allowed::ReadOnly(from), (0, bytes));
        let to = self.granted(destination, Allowed::ReadWrite(to), (offset, bytes));
        self.port.copy(from.ok_or(Side::Source)?, to.ok_or(Side::Destination)?)
    }

    fn read(
        &mut self,
        process: ProcessIndex,
        buffer: Allowed,
        offset: usize,
        bytes: &mut [u8],
    ) -> Result<(), ErrorCode> {
        let from = self.granted(process, buffer, (offset, bytes.len()));
        let from = from.ok_or(ErrorCode::Invalid)?;
        self.port.load(from, bytes).map_err(|_| ErrorCode::Invalid)
    }

    fn write(
        &mut self,
        process: ProcessIndex,
        ReadWrite(buffer): ReadWrite,
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), ErrorCode> {
        let to = self.granted(process, Allowed::ReadWrite(buffer), (offset, bytes.len()));
        let to = to.ok_or(ErrorCode::Invalid)?;
        self.port.store(bytes, to).map_err(|_| ErrorCode::Invalid)
    }

    fn introduce(&mut self, process: ProcessIndex, to: ProcessIndex) -> u32 {
        let Some(introduced) = self.services.processes.get(process) else {
            return 0;
        };
        if !introduced.is_running() {
            return 0;
        }
        let id = introduced.id(process);
        self.services.upcalls.set_acquainted(to, process, true);
        id.word()
    }

    fn standing(&self, holder: ProcessIndex, id: u32) -> Standing {
        let (index, incarnation) = (ProcessId::index_of(id), ProcessId::incarnation_of(id));
        let Some(process) = self.services.processes.get(index) else {
            return Standing::Unknown;
        };
        if incarnation == 0 || incarnation > process.incarnation {
            return Standing::Unknown;
        }
        if incarnation <= process.last_ended() {
            return Standing::Ended(index);
        }
        let is_known = self.services.system.are_ids_global
            || self.services.upcalls.is_acquainted(holder, index);
        if is_known { Standing::Known(index) } else { Standing::Unknown }
    }

    fn find_process(&self, name: &[u8]) -> Option<ProcessIndex> {
        let mut processes = self.services.system.processes.iter();
        let is_it = |declared: &&ProcessDescriptor<'_>| {
            declared.name.as_bytes() == name && self.is_running(declared.index)
        };
        processes.find(is_it).map(|declared| declared.index)
    }

    fn share(
        &mut self,
        owner: ProcessIndex,
        ReadWrite(buffer): ReadWrite,
        with: ProcessIndex,
    ) -> Result<(usize, usize), ErrorCode> {
        let buffer = self.services.upcalls.allowed(self.capsule, owner, Allowed::ReadWrite(buffer));
        // What it has mapped itself is not its own to share.
        let grant = buffer.flat_grant(owner).ok_or(ErrorCode::Invalid)?;
        self.services.memories.share(self.port, grant, with)?;
        Ok((grant.address(), grant.length()))
    }

    fn unshare(&mut self, owner: ProcessIndex, with: ProcessIndex) {
        self.services.memories.unshare(self.port, owner, with);
    }

    fn shared(&self, owner: ProcessIndex, with: ProcessIndex) -> Option<(usize, usize)> {
        self.services.memories.shared(owner, with)
    }

    fn now(&mut self) -> u64 {
        self.port.now().ticks()
    }
}

/// Who is told of an upcall, and what it waits for.
pub(crate) struct Who {
    pub(crate) process: ProcessIndex,
    pub(crate) thread: ThreadIndex,
    pub(crate) awaited: Awaited,
}

/// What a yield gives for an upcall, and whether a message comes with it, which is kept for the thread. To whom
/// waits for any, it says which function is to be called; to others, which upcall it was if it could be several.
#[inline(always)]
pub(crate) fn told(
    services: &mut Services<'_>,
    who: &Who,
    capsule: &CapsuleDescriptor<'_>,
    upcall: u8,
    words: [usize; 3],
) -> ((usize, usize), bool) {
    let [first, second, third] = words;
    let Awaited::These(slots) = who.awaited else {
        return told_to_call(services, who, capsule.first_upcall.wrapping_add(upcall), words);
    };
    let is_one = slots & slots.wrapping_sub(1) == 0;
    let number = if is_one { 0 } else { upcall };
    let has_message = third | usize::from(number) != 0;
    if has_message {
        services.keep_message(who.thread, awaited_message(third, u32::from(number)));
    }
    ((first, second), has_message)
}

#[inline(never)]
fn told_to_call(
    services: &mut Services<'_>,
    who: &Who,
    slot: u8,
    words: [usize; 3],
) -> ((usize, usize), bool) {
    let to = services.upcalls.subscription(who.process, slot);
    let has_message = words.into_iter().fold(0, |bits, word| bits | word) != 0;
    if has_message {
        services.keep_message(who.thread, upcall_message(words));
    }
    ((to.function, to.user_data), has_message)
}

/// The bits of the upcalls that a capsule has: of 32, all.
#[inline(always)]
pub(crate) fn known(capsule: &CapsuleDescriptor<'_>) -> u32 {
    1u32.checked_shl(u32::from(capsule.upcalls)).unwrap_or(0).wrapping_sub(1)
}
