//! The robots and the queues, and what they say of themselves.

use pw_status::{Error, Result};
use suite::endpoint::{Found, Way};
use suite::report::Case;
use suite::robot::{self, Give, Robot, Step};
pub(crate) use suite::robot::{Peer, message};
use suite::timing::patience;
use suite_codegen::endpoint::first::handle as robots;
use suite_codegen::endpoint::tester::handle;
use suite_codegen::endpoint::tester::object::{
    FIRST_CONTROL, HIGH_CONTROL, LAST_CONTROL, SECOND_CONTROL, THIRD_CONTROL,
};
use userspace::channel::Initiator;
use userspace::syscall::{Signals, object_wait};
use userspace::time::Instant;

const fn peer(control: Initiator, badge: u8) -> Peer {
    Peer::new(control, LAST_CONTROL, badge)
}

pub(crate) const FIRST: Peer = peer(FIRST_CONTROL, 0x11);
pub(crate) const SECOND: Peer = peer(SECOND_CONTROL, 0x12);
pub(crate) const THIRD: Peer = peer(THIRD_CONTROL, 0x13);
/// It is more important than the other three.
pub(crate) const HIGH: Peer = peer(HIGH_CONTROL, 0x14);

/// An endpoint of the tester's: its handle, and that of the robots' ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queue {
    pub(crate) own: u32,
    pub(crate) theirs: u32,
    pub(crate) capacity: u8,
}

/// For messages of 16 bytes.
pub(crate) const ONE: Queue = Queue { own: handle::ONE, theirs: robots::ONE, capacity: 1 };
/// For messages of 8 bytes.
pub(crate) const TWO: Queue = Queue { own: handle::TWO, theirs: robots::TWO, capacity: 2 };
/// For messages of 16 bytes.
pub(crate) const EIGHT: Queue = Queue { own: handle::EIGHT, theirs: robots::EIGHT, capacity: 8 };
/// For messages of 99 bytes.
pub(crate) const LONG: Queue = Queue { own: handle::LONG, theirs: robots::LONG, capacity: 3 };

impl Queue {
    /// A robot's send, for as long as it takes.
    pub(crate) fn send(self, way: Way, seed: u8) -> Step {
        Step::send(self.theirs, way, message(seed))
    }

    /// A robot's send if there is room.
    pub(crate) fn try_send(self, way: Way, seed: u8) -> Step {
        Step::try_send(self.theirs, way, message(seed))
    }

    /// Checks that this is the oldest message.
    pub(crate) fn gives(self, case: &mut Case, way: Way, peer: Peer, seed: u8) {
        self.gives_all_of(case, way, peer, message(seed));
    }

    /// The same for a message of any length.
    pub(crate) fn gives_all_of(self, case: &mut Case, way: Way, peer: Peer, give: Give) {
        case.equal_for(give.seed, way.try_receive(self.own), Ok(peer.said(give)));
    }

    /// Checks that there is no message.
    pub(crate) fn is_empty(self, case: &mut Case, way: Way) {
        case.equal_for(self.own, way.try_receive(self.own), Err(Error::Unavailable));
    }
}

/// Blocks until everybody else has nothing to do.
pub(crate) fn settle() -> Result<()> {
    robot::settle(Robot::new(LAST_CONTROL))
}

/// What an end of the tester's shows now.
pub(crate) fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}

/// Receives what comes, and has patience.
pub(crate) fn receive(way: Way, queue: Queue) -> Result<Found> {
    way.receive(queue.own, patience())
}
