//! Threads: what is declared of them, what they are doing, and lists of them.

use guichet_abi::{ExitStatus, Results, Signals};

use crate::id::{
    EndpointIndex, ExchangeIndex, InitiatorIndex, MappingIndex, ProcessIndex, Table, TableIndex,
    ThreadIndex, WaitGroupIndex, WaitListIndex,
};
use crate::memory::Buffer;
use crate::process::{ProcessDescriptor, RestartPolicy};
use crate::region::Span;
use crate::time::Instant;
use crate::wall::WALL_WORDS;

/// How important a thread is (WT-8): 0 to 31, the greater the more important.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(u8);

impl Priority {
    /// How many priorities there are.
    pub const COUNT: usize = 32;
    /// The least.
    pub const LOWEST: Priority = Priority(0);
    /// The priority of a thread that declares none.
    pub const DEFAULT: Priority = Priority(15);

    /// The priority with this number; a number above 31 means 31.
    pub const fn new(number: u8) -> Priority {
        if number < Self::COUNT as u8 { Priority(number) } else { Priority(31) }
    }

    /// The number.
    #[inline(always)]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// What a thread is doing. The kind takes a word, so that what follows it is copied by words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadState {
    /// It never started, or it has ended and that is known.
    Dormant,
    /// It has ended like this, and nobody has collected it yet (PR-5).
    Ended(ExitStatus),
    /// It is the main thread of a process that is restarted at its deadline (PR-3).
    Restarting,
    /// It could run on as it was, and stands in the ready queue of its priority.
    Ready,
    /// As [`ThreadState::Ready`], but its call has ended: these are for its registers when it runs.
    Returning(Results),
    /// As [`ThreadState::Returning`], and a message that it keeps is for its registers too (EP-8).
    ReturningMessage(Results),
    /// It runs, and stands in no queue.
    Running,
    /// It waits for signals of an object, and stands in that object's list (WT-2).
    Waiting {
        /// The object's list.
        list: WaitListIndex,
        /// The signals that end the wait.
        mask: Signals,
    },
    /// It waits to serve a transaction of a handler (CH-10), or for a message of an endpoint (EP-4),
    /// and stands in that object's list.
    Receiving {
        /// The object's list.
        list: WaitListIndex,
        /// Where the request or the message goes.
        room: Buffer,
    },
    /// It waits for room in an endpoint's queue, and stands in the list for that (EP-3).
    Sending {
        /// The list.
        list: WaitListIndex,
        /// The handle of the end by which it sends.
        handle: u16,
        /// What it sends.
        message: Buffer,
    },
    /// It waits for the answer to its call, whose message an endpoint has taken (EP-7).
    Calling(EndpointIndex),
    /// It waits for the answer to its transaction (CH-2).
    Transacting(InitiatorIndex),
    /// It waits for an upcall (CP-2).
    Yielding(Awaited),
    /// It waits for its deadline only (WT-7).
    Sleeping,
    /// It is no thread, but stands in an object's list for a member of a wait group (WT-4).
    Member(Member),
}

/// Which upcall a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Awaited {
    /// Any that is subscribed.
    Any,
    /// One of these of the process's, a bit for each, subscribed or not.
    These(u32),
}

/// A member of a wait group, as it stands in its object's list.
/// Whole words first, so that it is copied by words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Member {
    /// What a wait gives for it.
    pub user_data: usize,
    /// The signals that make it ready.
    pub mask: Signals,
    /// The group.
    pub group: WaitGroupIndex,
    /// The object's list.
    pub list: WaitListIndex,
}

impl ThreadState {
    /// The list of the object that a thread in this state waits on, or NONE.
    #[inline(always)]
    pub(crate) fn list(&self) -> WaitListIndex {
        match *self {
            ThreadState::Waiting { list, .. }
            | ThreadState::Receiving { list, .. }
            | ThreadState::Sending { list, .. } => list,
            ThreadState::Member(member) => member.list,
            ThreadState::Dormant
            | ThreadState::Ended(_)
            | ThreadState::Restarting
            | ThreadState::Ready
            | ThreadState::Returning(_)
            | ThreadState::ReturningMessage(_)
            | ThreadState::Running
            | ThreadState::Transacting(_)
            | ThreadState::Calling(_)
            | ThreadState::Yielding(_)
            | ThreadState::Sleeping => WaitListIndex::NONE,
        }
    }

    /// Tells whether a thread in this state has started and not ended.
    pub fn is_alive(&self) -> bool {
        match self {
            ThreadState::Dormant
            | ThreadState::Ended(_)
            | ThreadState::Restarting
            | ThreadState::Member(_) => false,
            ThreadState::Ready
            | ThreadState::Returning(_)
            | ThreadState::ReturningMessage(_)
            | ThreadState::Running
            | ThreadState::Waiting { .. }
            | ThreadState::Receiving { .. }
            | ThreadState::Sending { .. }
            | ThreadState::Transacting(_)
            | ThreadState::Calling(_)
            | ThreadState::Yielding(_)
            | ThreadState::Sleeping => true,
        }
    }

    /// Tells whether a thread in this state is to be restarted. Asked by its kind alone: to compare
    /// all that a state may hold takes more than the answer is worth.
    #[inline(always)]
    pub(crate) fn is_restarting(&self) -> bool {
        matches!(self, ThreadState::Restarting)
    }

    /// Tells whether a thread in this state could run and stands in a ready queue.
    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        matches!(
            self,
            ThreadState::Ready | ThreadState::Returning(_) | ThreadState::ReturningMessage(_)
        )
    }
}

/// What changes about a thread. The kind of its state does not stand first: there, compilers work out where the
/// thread is once more for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Thread {
    /// Its neighbours in the one list that it stands in.
    pub(crate) next: ThreadIndex,
    pub(crate) previous: ThreadIndex,
    pub(crate) state: ThreadState,
    /// How important it is now: as declared, or more, while others wait for it (CH-13).
    pub(crate) priority: Priority,
    /// When what it blocks in ends in DeadlineExceeded; NEVER while it does not block.
    pub(crate) deadline: Instant,
}

impl Thread {
    /// A thread that never started.
    pub const DORMANT: Thread = Thread {
        state: ThreadState::Dormant,
        priority: Priority::DEFAULT,
        next: ThreadIndex::NONE,
        previous: ThreadIndex::NONE,
        deadline: Instant::NEVER,
    };

    /// It runs, from whatever it blocked in. The caller takes it out of the list that it stood in.
    #[inline(always)]
    pub(crate) fn take_over(&mut self) {
        self.state = ThreadState::Running;
        self.deadline = Instant::NEVER;
    }

    /// How important it is now (CH-13).
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// What it is doing.
    pub fn state(&self) -> ThreadState {
        self.state
    }
}

/// What is declared of a thread and never changes.
#[derive(Clone, Copy, Debug)]
pub struct ThreadDescriptor<'s> {
    /// The process it belongs to.
    pub process: &'s ProcessDescriptor<'s>,
    /// Its position among the threads of its process, less than [`ThreadSet::CAPACITY`].
    pub ordinal: u8,
    /// Its declared priority.
    pub priority: Priority,
    /// The threads that wait for its end (PR-5); NONE if no object names it.
    pub wait_list: WaitListIndex,
}

impl ThreadDescriptor<'_> {
    /// What it keeps for endpoints; NONE if its process has no end of one.
    pub fn exchange(&self) -> ExchangeIndex {
        let first = self.process.first_exchange;
        if first.is_none() {
            return ExchangeIndex::NONE;
        }
        ExchangeIndex::new(first.position().saturating_add(usize::from(self.ordinal)))
    }

    /// Stands for the running thread when there is none: it owns nothing and may do nothing.
    pub(crate) const NOBODY: &'static ThreadDescriptor<'static> = &ThreadDescriptor {
        process: &ProcessDescriptor {
            index: ProcessIndex::NONE,
            name: "",
            own: Span { start: 0, end: 0 },
            memory: &[],
            objects: &[],
            threads: &[],
            wall: [0; WALL_WORDS],
            wait_list: WaitListIndex::NONE,
            upcalls_list: WaitListIndex::NONE,
            first_member: ThreadIndex::NONE,
            first_exchange: ExchangeIndex::NONE,
            first_mapping: MappingIndex::NONE,
            starts_at_boot: false,
            restart: RestartPolicy::NEVER,
            may_shutdown: false,
        },
        ordinal: 0,
        priority: Priority::DEFAULT,
        wait_list: WaitListIndex::NONE,
    };
}

/// A set of threads of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ThreadSet(u32);

impl ThreadSet {
    /// The most threads that a process may have.
    pub const CAPACITY: usize = 32;
    /// The set of no thread.
    pub const EMPTY: ThreadSet = ThreadSet(0);

    /// Puts a thread in, by its ordinal.
    pub(crate) fn insert(&mut self, ordinal: u8) {
        self.0 |= 1u32.wrapping_shl(u32::from(ordinal));
    }

    /// Takes a thread out, by its ordinal, and tells whether it was in.
    #[inline(always)]
    pub(crate) fn remove(&mut self, ordinal: u8) -> bool {
        let bit = 1u32.wrapping_shl(u32::from(ordinal));
        let was_in = self.0 & bit != 0;
        self.0 &= !bit;
        was_in
    }

    /// Tells whether no thread is in.
    #[inline(always)]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Tells whether no thread is in and `or` is not so either: with one test, where two would be two.
    #[inline(always)]
    pub(crate) fn is_empty_and_not(self, or: bool) -> bool {
        self.0 | u32::from(or) == 0
    }
}

pub(crate) type Threads<'s> = Table<'s, ThreadIndex, Thread>;

/// A first-in-first-out list of threads, linked through the threads themselves. A thread stands
/// in one list at most: a ready queue while it could run, an object's list while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(align(4))]
pub struct ThreadList {
    head: ThreadIndex,
    tail: ThreadIndex,
}

impl ThreadList {
    /// The list of no thread.
    pub const EMPTY: ThreadList = ThreadList { head: ThreadIndex::NONE, tail: ThreadIndex::NONE };

    /// The list of one thread.
    #[inline(always)]
    pub(crate) const fn of(index: ThreadIndex) -> ThreadList {
        ThreadList { head: index, tail: index }
    }

    /// The first thread, or NONE.
    #[inline(always)]
    pub(crate) fn head(&self) -> ThreadIndex {
        self.head
    }

    /// Tells whether no thread stands here.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// Puts a thread at the end.
    #[inline(always)]
    pub(crate) fn push_back(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let last = self.tail;
        if let Some(thread) = threads.get_mut(index) {
            thread.next = ThreadIndex::NONE;
            thread.previous = last;
        }
        match threads.get_mut(last) {
            Some(last) => last.next = index,
            None => self.head = index,
        }
        self.tail = index;
    }

    /// Puts a thread at the front.
    pub(crate) fn push_front(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let first = self.head;
        if let Some(thread) = threads.get_mut(index) {
            thread.next = first;
            thread.previous = ThreadIndex::NONE;
        }
        match threads.get_mut(first) {
            Some(first) => first.previous = index,
            None => self.tail = index,
        }
        self.head = index;
    }

    /// Takes the first thread out, after which stood `next`, or NONE.
    #[inline(always)]
    pub(crate) fn remove_head(&mut self, threads: &mut Threads<'_>, next: ThreadIndex) {
        match threads.get_mut(next) {
            Some(thread) => {
                thread.previous = ThreadIndex::NONE;
                self.head = next;
            }
            None => *self = ThreadList::EMPTY,
        }
    }

    /// Takes a thread out, wherever it stands in this list.
    pub(crate) fn remove(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let Some(thread) = threads.get_mut(index) else {
            return;
        };
        let (next, previous) = (thread.next, thread.previous);
        thread.next = ThreadIndex::NONE;
        thread.previous = ThreadIndex::NONE;
        match threads.get_mut(previous) {
            Some(thread) => thread.next = next,
            None => self.head = next,
        }
        match threads.get_mut(next) {
            Some(thread) => thread.previous = previous,
            None => self.tail = previous,
        }
    }
}
