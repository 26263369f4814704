//! What processes have with capsules: the buffers that they allow, the upcalls that are due, and which
//! ids they were given (CP).
//!
//! An upcall is a level (CP-2): one bit says that something is due, and what it is is asked of its
//! capsule when the process takes it. So there is no queue that could overflow, a driver's upcall
//! cannot push out another's, and a process that subscribes late has missed nothing.
//!
//! An id is no secret, so knowing one must not be a right. The right is a bit for each pair of
//! processes, set when the kernel gives the one's id to the other and cleared when either ends
//! (CP-5): nothing to fill up, and nothing to forge.

use guichet_abi::Message;

use crate::capsule::Allowed;
use crate::capsule::table::{CapsuleDescriptor, WORD_BYTES};
use crate::id::{ProcessIndex, Table, TableIndex};
use crate::memory::Buffer;
use crate::system::System;
use crate::thread::Awaited;

/// What a process has with all capsules.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CapsuleUser {
    /// The upcalls that are due, a bit for each.
    pending: u32,
    /// The upcalls that are subscribed.
    subscribed: u32,
    /// The one that was taken last: the others come first.
    last: u8,
    /// It stands in the list of those whose upcalls have changed in this step, before this one.
    is_woken: bool,
    next_woken: ProcessIndex,
    /// What its main thread is given when it goes on, if it keeps nothing for endpoints.
    pub(crate) message: Message,
}

impl CapsuleUser {
    /// A process that has used none.
    pub const FRESH: CapsuleUser = CapsuleUser {
        pending: 0,
        subscribed: 0,
        last: 0,
        is_woken: false,
        next_woken: ProcessIndex::NONE,
        message: Message { badge: 0, incarnation: 0, words: [0; guichet_abi::MAX_MESSAGE_WORDS] },
    };

    /// The upcalls that are due of those that are waited for.
    #[inline(always)]
    fn due(&self, awaited: Awaited) -> u32 {
        match awaited {
            Awaited::Any => self.pending & self.subscribed,
            Awaited::These(slots) => self.pending & slots,
        }
    }

    /// The same without the message, which means nothing once its thread has it: for tools that compare.
    pub fn without_message(&self) -> CapsuleUser {
        CapsuleUser { message: Self::FRESH.message, ..self.clone() }
    }
}

/// A function of a program's, and what it wants to be told with it; both mean nothing to the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subscription {
    /// The function; 0 is none.
    pub(crate) function: usize,
    /// What comes with it.
    pub(crate) user_data: usize,
}

impl Subscription {
    /// Nothing is subscribed.
    pub const NONE: Subscription = Subscription { function: 0, user_data: 0 };
}

/// The tables.
#[derive(Debug)]
pub(crate) struct Upcalls<'s> {
    pub(crate) users: Table<'s, ProcessIndex, CapsuleUser>,
    pub(crate) subscriptions: &'s mut [Subscription],
    pub(crate) allows: &'s mut [Buffer],
    pub(crate) acquaintances: &'s mut [u32],
    /// How many upcalls and buffers each process has, and how many processes there are.
    each: Counts,
    /// The first of those whose upcalls have changed in this step; none between steps, unless patience ran out.
    first_woken: ProcessIndex,
    /// How many upcalls may still come to nothing before the others are put off.
    patience: u16,
}

/// How much of the kernel's tables capsules need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapsuleSizes {
    /// One for each process, if there are capsules.
    pub users: usize,
    /// One for each upcall of each process.
    pub subscriptions: usize,
    /// One for each buffer of each process.
    pub allows: usize,
    /// Words, with a bit for each pair of processes.
    pub acquaintances: usize,
    /// Words for what the capsules keep.
    pub words: usize,
}

impl CapsuleSizes {
    /// Those of capsules that were [laid out](CapsuleDescriptor::lay_out), in a system of so many processes.
    pub const fn of(capsules: &[CapsuleDescriptor<'_>], processes: usize) -> CapsuleSizes {
        let counts = Counts::new(capsules, processes);
        CapsuleSizes {
            users: counts.processes,
            subscriptions: counts.upcalls.saturating_mul(counts.processes),
            allows: counts.allows.saturating_mul(counts.processes),
            acquaintances: counts.acquaintances(),
            words: counts.words,
        }
    }
}

/// How much each process has of what capsules add, all capsules together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) upcalls: usize,
    pub(crate) allows: usize,
    pub(crate) words: usize,
    pub(crate) processes: usize,
}

impl Counts {
    /// Those of a system.
    pub(crate) fn of(system: &System<'_>) -> Counts {
        Counts::new(system.capsules, system.processes.len())
    }

    const fn new(capsules: &[CapsuleDescriptor<'_>], processes: usize) -> Counts {
        match capsules.last() {
            Some(last) => {
                let end = last.after();
                Counts {
                    upcalls: end.upcall as usize,
                    allows: end.allow as usize,
                    words: end.byte.div_ceil(WORD_BYTES),
                    processes,
                }
            }
            None => Counts { upcalls: 0, allows: 0, words: 0, processes: 0 },
        }
    }

    /// How many words of acquaintances there are.
    pub(crate) const fn acquaintances(&self) -> usize {
        self.processes.saturating_mul(self.processes).div_ceil(WORD_BITS)
    }
}

/// The first of those who are to be told of a change: nobody stands before it.
fn first_woken(users: &[CapsuleUser]) -> ProcessIndex {
    let woken = || (0..).map(ProcessIndex::new).zip(users).filter(|(_, user)| user.is_woken);
    let is_first = |process: ProcessIndex| woken().all(|(_, other)| other.next_woken != process);
    let mut firsts = woken().filter(|(process, _)| is_first(*process));
    firsts.next().map_or(ProcessIndex::NONE, |(process, _)| process)
}

/// How many acquaintances a word holds.
const WORD_BITS: usize = 32;

/// The bit of an upcall, of which there are 32 at most.
#[inline(always)]
pub(crate) fn bit(number: u8) -> u32 {
    1u32.wrapping_shl(u32::from(number))
}

impl<'s> Upcalls<'s> {
    /// The tables of a system over their storage.
    pub(crate) fn new(
        system: &System<'_>,
        users: &'s mut [CapsuleUser],
        subscriptions: &'s mut [Subscription],
        allows: &'s mut [Buffer],
        acquaintances: &'s mut [u32],
    ) -> Self {
        Upcalls {
            first_woken: first_woken(users),
            users: Table::new(users),
            subscriptions,
            allows,
            acquaintances,
            each: Counts::of(system),
            patience: 0,
        }
    }

    /// Puts everything into its state before boot.
    pub(crate) fn clear(&mut self) {
        self.users.fill(&CapsuleUser::FRESH);
        self.subscriptions.fill(Subscription::NONE);
        self.allows.fill(Buffer::EMPTY);
        self.acquaintances.fill(0);
        self.first_woken = ProcessIndex::NONE;
    }

    /// A life of a process has ended: it has nothing with any capsule, and nobody's id; nor has
    /// anybody its.
    pub(crate) fn forget(&mut self, process: ProcessIndex) {
        if let Some(user) = self.users.get_mut(process) {
            let (is_woken, next_woken) = (user.is_woken, user.next_woken);
            *user = CapsuleUser { is_woken, next_woken, ..CapsuleUser::FRESH };
        }
        self.take_back(process);
        for other in (0..self.each.processes).map(ProcessIndex::new) {
            self.set_acquainted(process, other, false);
            self.set_acquainted(other, process, false);
        }
    }

    /// The main thread of a process has ended, which alone may use capsules: what it allowed may lie on its
    /// stack, and its functions are nobody's.
    pub(crate) fn take_back(&mut self, process: ProcessIndex) {
        if let Some(user) = self.users.get_mut(process) {
            user.subscribed = 0;
        }
        let own = |count: usize| {
            let start = process.position().saturating_mul(count);
            start..start.saturating_add(count)
        };
        if let Some(subscriptions) = self.subscriptions.get_mut(own(self.each.upcalls)) {
            subscriptions.fill(Subscription::NONE);
        }
        if let Some(allows) = self.allows.get_mut(own(self.each.allows)) {
            allows.fill(Buffer::EMPTY);
        }
    }

    /// Says that upcalls of a process are due.
    pub(crate) fn schedule(&mut self, process: ProcessIndex, slots: u32) {
        let first_woken = self.first_woken;
        let Some(user) = self.users.get_mut(process) else {
            return;
        };
        user.pending |= slots;
        if !user.is_woken {
            user.is_woken = true;
            user.next_woken = first_woken;
            self.first_woken = process;
        }
    }

    /// Says that they are not.
    pub(crate) fn withdraw(&mut self, process: ProcessIndex, slots: u32) {
        if let Some(user) = self.users.get_mut(process) {
            user.pending &= !slots;
        }
    }

    /// Begins to ask what comes with upcalls: as many may come to nothing as all processes have.
    pub(crate) fn gather_patience(&mut self) {
        let upcalls = self.each.upcalls.saturating_mul(self.each.processes);
        self.patience = u16::try_from(upcalls).unwrap_or(u16::MAX).max(1);
    }

    /// Tells whether so many upcalls have come to nothing that the others are to wait for the next event.
    pub(crate) fn is_patience_gone(&self) -> bool {
        self.patience == 0
    }

    /// An upcall of a process came to nothing, and is not due any more. The last one that may leaves the process
    /// among those whose upcalls have changed.
    pub(crate) fn came_to_nothing(&mut self, process: ProcessIndex, slot: u8, awaited: Awaited) {
        self.taken(process, slot, false, awaited);
        self.patience = self.patience.saturating_sub(1);
        if self.is_patience_gone() {
            self.schedule(process, 0);
        }
    }

    /// Takes one of the processes whose upcalls have changed in this step, or gives NONE.
    pub(crate) fn next_woken(&mut self) -> ProcessIndex {
        let process = self.first_woken;
        if let Some(user) = self.users.get_mut(process) {
            user.is_woken = false;
            self.first_woken = core::mem::replace(&mut user.next_woken, ProcessIndex::NONE);
        }
        process
    }

    /// Tells whether an upcall of a process is due of those that it waits for.
    #[inline(always)]
    pub(crate) fn is_due(&self, process: ProcessIndex, awaited: Awaited) -> bool {
        self.users.get(process).is_some_and(|user| user.due(awaited) != 0)
    }

    /// Tells whether an upcall is one of those that a process waits for.
    #[inline(always)]
    pub(crate) fn is_one_of(&self, process: ProcessIndex, slot: u8, awaited: Awaited) -> bool {
        let slots = match awaited {
            Awaited::Any => self.users.get(process).map_or(0, |user| user.subscribed),
            Awaited::These(slots) => slots,
        };
        slots & bit(slot) != 0
    }

    /// Which upcall of a process comes next of those that it waits for: the first behind the one that was
    /// taken last, so that none starves.
    #[inline(always)]
    pub(crate) fn next_due(&self, process: ProcessIndex, awaited: Awaited) -> Option<u8> {
        let user = self.users.get(process)?;
        let due = user.due(awaited);
        if due == 0 {
            return None;
        }
        let behind = due & u32::MAX.checked_shl(u32::from(user.last) + 1).unwrap_or(0);
        let next = if behind == 0 { due } else { behind };
        u8::try_from(next.trailing_zeros()).ok()
    }

    /// An upcall has been taken, and is due still or not. Whose turn comes next is a matter of those who wait for
    /// any: one that is waited for by itself does not change it, or it could keep others from ever having theirs.
    pub(crate) fn taken(
        &mut self,
        process: ProcessIndex,
        slot: u8,
        is_more: bool,
        awaited: Awaited,
    ) {
        if let Some(user) = self.users.get_mut(process) {
            if awaited == Awaited::Any {
                user.last = slot;
            }
            if !is_more {
                user.pending &= !bit(slot);
            }
        }
    }

    /// Tells whether an upcall of anybody has changed in this step.
    #[inline(always)]
    pub(crate) fn is_anybody_woken(&self) -> bool {
        !self.first_woken.is_none()
    }

    /// Tells whether an upcall of the process is due that is subscribed (CP-6).
    pub(crate) fn is_any_due(&self, process: ProcessIndex) -> bool {
        self.is_due(process, Awaited::Any)
    }

    /// What is subscribed to an upcall.
    pub(crate) fn subscription(&self, process: ProcessIndex, slot: u8) -> Subscription {
        let place = self.subscription_place(process, slot);
        self.subscriptions.get(place).copied().unwrap_or_default()
    }

    /// Subscribes to an upcall, and gives what was subscribed before. What is due stays so.
    pub(crate) fn subscribe(
        &mut self,
        process: ProcessIndex,
        slot: u8,
        subscription: Subscription,
    ) -> Subscription {
        let place = self.subscription_place(process, slot);
        let Some(entry) = self.subscriptions.get_mut(place) else {
            return Subscription::NONE;
        };
        let before = core::mem::replace(entry, subscription);
        if let Some(user) = self.users.get_mut(process) {
            match subscription.function {
                0 => user.subscribed &= !bit(slot),
                _ => user.subscribed |= bit(slot),
            }
        }
        before
    }

    fn subscription_place(&self, process: ProcessIndex, slot: u8) -> usize {
        let first = process.position().saturating_mul(self.each.upcalls);
        first.saturating_add(usize::from(slot))
    }

    /// What a process allows under this number of a capsule's; nothing, if the capsule has no such number.
    pub(crate) fn allowed_mut(
        &mut self,
        capsule: &CapsuleDescriptor<'_>,
        process: ProcessIndex,
        allowed: Allowed,
    ) -> Option<&mut Buffer> {
        self.allows.get_mut(self.allow_place(capsule, process, allowed)?)
    }

    /// What a process allows under this number of a capsule's.
    #[inline(always)]
    pub(crate) fn allowed(
        &self,
        capsule: &CapsuleDescriptor<'_>,
        process: ProcessIndex,
        allowed: Allowed,
    ) -> Buffer {
        let place = self.allow_place(capsule, process, allowed);
        place.and_then(|place| self.allows.get(place)).map_or(Buffer::EMPTY, |buffer| *buffer)
    }

    #[inline(always)]
    fn allow_place(
        &self,
        capsule: &CapsuleDescriptor<'_>,
        process: ProcessIndex,
        allowed: Allowed,
    ) -> Option<usize> {
        let number = match allowed {
            Allowed::ReadOnly(number) if number < capsule.read_only => number,
            Allowed::ReadWrite(number) if number < capsule.read_write => {
                number.wrapping_add(capsule.read_only)
            }
            Allowed::ReadOnly(_) | Allowed::ReadWrite(_) => return None,
        };
        let first = process.position().wrapping_mul(self.each.allows);
        let number = usize::from(capsule.first_allow).wrapping_add(usize::from(number));
        Some(first.wrapping_add(number))
    }

    /// Tells whether the kernel has given one process the id of another.
    pub(crate) fn is_acquainted(&self, holder: ProcessIndex, other: ProcessIndex) -> bool {
        let Some((word, mask)) = self.acquaintance(holder, other) else {
            return false;
        };
        self.acquaintances.get(word).is_some_and(|bits| bits & mask != 0)
    }

    /// Notes that the kernel has given one process the id of another, or that this is over.
    pub(crate) fn set_acquainted(&mut self, holder: ProcessIndex, other: ProcessIndex, is: bool) {
        let Some((word, mask)) = self.acquaintance(holder, other) else {
            return;
        };
        if let Some(bits) = self.acquaintances.get_mut(word) {
            *bits = if is { *bits | mask } else { *bits & !mask };
        }
    }

    fn acquaintance(&self, holder: ProcessIndex, other: ProcessIndex) -> Option<(usize, u32)> {
        let (row, column) = (holder.position(), other.position());
        if row >= self.each.processes || column >= self.each.processes {
            return None;
        }
        let place = row.wrapping_mul(self.each.processes).wrapping_add(column);
        let within = u8::try_from(place % WORD_BITS).ok()?;
        Some((place / WORD_BITS, bit(within)))
    }

    /// Tells whether a process is to be told of a change at the next event, because patience ran out.
    pub(crate) fn is_put_off(&self, process: ProcessIndex) -> bool {
        self.users.get(process).is_some_and(|user| user.is_woken)
    }

    /// Checks that whoever is to be told of a change can be found, and that what is subscribed is known.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let mut left = self.users.iter().filter(|user| user.is_woken).count();
        let mut next = self.first_woken;
        while let Some(user) = self.users.get(next) {
            left = left.checked_sub(1).ok_or("upcall: a line without end")?;
            next = user.next_woken;
        }
        if left != 0 {
            return Err("upcall: somebody was not told of a change");
        }
        for (number, user) in self.users.iter().enumerate() {
            let process = ProcessIndex::new(number);
            for slot in (0..self.each.upcalls).filter_map(|slot| u8::try_from(slot).ok()) {
                let is_subscribed = self.subscription(process, slot).function != 0;
                if is_subscribed != (user.subscribed & bit(slot) != 0) {
                    return Err("upcall: subscribed and not, at once");
                }
            }
        }
        Ok(())
    }
}
