//! The robots, their ends, and how their processes end and begin again.

use pw_status::{Error, Result};
use suite::endpoint::{Found, Way};
use suite::report::Case;
use suite::robot::{self, Give, Robot, Step};
pub(crate) use suite::robot::{Peer, message};
use suite_codegen::endpoint_ends::first::handle as robots;
use suite_codegen::endpoint_ends::server;
use suite_codegen::endpoint_ends::tester::handle;
use suite_codegen::endpoint_ends::tester::object::{
    FIRST_CONTROL, LAST_CONTROL, MANUAL_CONTROL, SECOND_CONTROL, SERVER_CONTROL,
};
use userspace::syscall::{
    ExitStatus, Signals, object_wait, process_start, task_join, task_terminate,
};
use userspace::time::Instant;

pub(crate) const FIRST: Peer = Peer::new(FIRST_CONTROL, LAST_CONTROL, 0x11);
pub(crate) const SECOND: Peer = Peer::new(SECOND_CONTROL, LAST_CONTROL, 0x12);
/// It receives, and starts again after it has crashed.
pub(crate) const SERVER: Peer = Peer::new(SERVER_CONTROL, LAST_CONTROL, 0x13);
/// It receives, and starts when it is told to.
pub(crate) const MANUAL: Peer = Peer::new(MANUAL_CONTROL, LAST_CONTROL, 0x14);

/// Where the server receives, and so the manual one.
pub(crate) const SERVER_IN: u32 = server::handle::IN;
/// Where this process receives, and the robots' ends there.
pub(crate) const IN: u32 = handle::IN;
pub(crate) const TO_TESTER: u32 = robots::TESTER;
pub(crate) const TO_OTHER: u32 = robots::OTHER;
/// The robots' ends at the server's and at the manual one's.
pub(crate) const TO_SERVER: u32 = robots::SERVER;
pub(crate) const TO_MANUAL: u32 = robots::MANUAL;

/// Receives at the server's.
pub(crate) fn take(way: Way) -> Step {
    Step::take(SERVER_IN, way)
}

/// The same if there is a message.
pub(crate) fn try_take(way: Way) -> Step {
    Step::try_take(SERVER_IN, way)
}

/// A robot's send to the server.
pub(crate) fn send(way: Way, seed: u8) -> Step {
    Step::send(TO_SERVER, way, message(seed))
}

/// A robot's call of the server.
pub(crate) fn call(way: Way, seed: u8) -> Step {
    Step::call(TO_SERVER, way, message(seed))
}

/// Ends a process that does not start again by itself.
pub(crate) fn end(case: &mut Case, process: u32) -> Result<()> {
    task_terminate(process)?;
    case.equal(task_join(process), Ok(ExitStatus::TerminatedBySyscall));
    Ok(())
}

/// Starts it.
pub(crate) fn start(process: u32) -> Result<()> {
    process_start(process)?;
    settle()
}

/// Ends it and starts it again.
pub(crate) fn restart(case: &mut Case, process: u32) -> Result<()> {
    end(case, process)?;
    start(process)
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

/// Checks that a robot has come to the end of its script, and what the step was.
pub(crate) fn came_to(
    case: &mut Case,
    peer: Peer,
    step: usize,
    expected: Result<u64>,
) -> Result<()> {
    settle()?;
    case.equal_for(peer.seed(), peer.is_done(), true);
    case.equal_for((peer.seed(), step), peer.outcomes()?.of(step), expected);
    Ok(())
}

/// Checks that the next message is this robot's, in whichever life, and gives that.
pub(crate) fn is_next(case: &mut Case, way: Way, peer: Peer, give: Give) -> Result<Found> {
    let found = way.try_receive(IN)?;
    let mut said = peer.said(give);
    said.sender.incarnation = found.sender.incarnation;
    said.reply = found.reply;
    case.equal(found, said);
    Ok(found)
}

/// What a step of the server's has received: the badge of the sender, and the seed.
pub(crate) fn received(value: Result<u64>) -> Result<(u32, u8)> {
    value.map(Found::from_value).map(|found| (found.sender.badge, found.seed))
}
