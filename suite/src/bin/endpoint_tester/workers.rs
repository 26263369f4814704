//! Threads of the tester's that receive. They are less important than any robot that sends.

use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result, StatusCode};
use suite::endpoint::{Found, Way};
use suite::timing::{after, patience};
use suite_codegen::endpoint::tester::handle;
use userspace::syscall::{Signals, object_wait, task_join, task_terminate, thread_exit};
use userspace::thread::{self, Stack};
use userspace::time::{Duration, Instant};

use crate::cast::{Queue, settle};

static STACKS: [Stack<1536>; 4] = [const { Stack::new() }; 4];
static ORDERS: [Order; 4] = [const { Order::new() }; 4];

/// What a thread is to do, and what that came to.
struct Order {
    end: AtomicU32,
    way: AtomicU8,
    milliseconds: AtomicU32,
    status: AtomicU32,
    /// A value of a message, low word first.
    found: [AtomicU32; 2],
}

impl Order {
    const fn new() -> Order {
        let [end, milliseconds, status, low, high] = [const { AtomicU32::new(0) }; 5];
        Order { end, way: AtomicU8::new(0), milliseconds, status, found: [low, high] }
    }

    fn carry_out(&self) {
        let way = Way::ALL[usize::from(self.way.load(Relaxed)) % Way::ALL.len()];
        let deadline = after(Duration::from_millis(self.milliseconds.load(Relaxed).into()));
        let found = way.receive(self.end.load(Relaxed), deadline);
        let value = found.map_or(0, Found::to_value);
        for (word, value) in self.found.iter().zip([value, value >> 32]) {
            word.store((value & u64::from(u32::MAX)) as u32, Relaxed);
        }
        self.status.store(found.status_code(), Relaxed);
    }

    fn found(&self) -> Result<Found> {
        if let Some(error) = Error::from_status(self.status.load(Relaxed)) {
            return Err(error);
        }
        let [low, high] = self.found.each_ref().map(|word| u64::from(word.load(Relaxed)));
        Ok(Found::from_value(high << 32 | low))
    }
}

extern "C" fn works<const PLACE: usize>() -> ! {
    ORDERS[PLACE].carry_out();
    thread_exit(0)
}

/// A thread that receives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker {
    handle: u32,
    place: usize,
    entry: extern "C" fn() -> !,
}

pub(crate) const A: Worker = Worker { handle: handle::A, place: 0, entry: works::<0> };
pub(crate) const B: Worker = Worker { handle: handle::B, place: 1, entry: works::<1> };
pub(crate) const C: Worker = Worker { handle: handle::C, place: 2, entry: works::<2> };
/// It is more important than the other three.
pub(crate) const D: Worker = Worker { handle: handle::D, place: 3, entry: works::<3> };

impl Worker {
    /// Tells whether it is that one.
    pub(crate) fn is(self, other: Worker) -> bool {
        self.place == other.place
    }

    /// Has it receive, and comes back when it waits.
    pub(crate) fn receives(self, queue: Queue, way: Way) -> Result<()> {
        self.receives_within(queue, way, 10_000)
    }

    /// The same for so many milliseconds.
    pub(crate) fn receives_within(self, queue: Queue, way: Way, milliseconds: u32) -> Result<()> {
        let order = &ORDERS[self.place];
        order.end.store(queue.own, Relaxed);
        order.way.store(way as u8, Relaxed);
        order.milliseconds.store(milliseconds, Relaxed);
        order.status.store(Error::Internal.status_code(), Relaxed);
        thread::start(self.handle, &STACKS[self.place], self.entry)?;
        settle()
    }

    /// Tells whether it waits still.
    pub(crate) fn waits(self) -> bool {
        object_wait(self.handle, Signals::JOINABLE, Instant::MIN).is_err()
    }

    /// What it has received, when it has.
    pub(crate) fn found(self) -> Result<Found> {
        object_wait(self.handle, Signals::JOINABLE, patience())?;
        task_join(self.handle)?;
        ORDERS[self.place].found()
    }

    /// Ends it.
    pub(crate) fn end(self) -> Result<()> {
        task_terminate(self.handle)?;
        task_join(self.handle).map(|_| ())
    }
}
