//! The robots, and steps about requests.

use pw_status::Result;
use suite::capsule::{Answer, MAILBOX, Party, Said, Step, Taken, Way, What, must};
use suite::report::Case;
use suite::robot::{Mate, Peer};
use suite_codegen::sync_mailbox::tester::handle::{FIRST_PROCESS, SECOND_PROCESS, SERVER_PROCESS};
use suite_codegen::sync_mailbox::tester::object::{
    FIRST_CONTROL, LAST_CONTROL, SECOND_CONTROL, SERVER_CONTROL,
};

pub(crate) const FIRST: Mate = Mate::new(Peer::new(FIRST_CONTROL, LAST_CONTROL, 11), FIRST_PROCESS);
pub(crate) const SECOND: Mate =
    Mate::new(Peer::new(SECOND_CONTROL, LAST_CONTROL, 12), SECOND_PROCESS);
/// It starts again by itself when it has crashed.
pub(crate) const SERVER: Mate =
    Mate::new(Peer::new(SERVER_CONTROL, LAST_CONTROL, 13), SERVER_PROCESS);

/// The number of the tester's own name.
pub(crate) const TESTER: u8 = 10;

/// Room for more than most messages need.
const ROOM: u8 = 100;

/// Asks, and waits for the answer.
pub(crate) fn call(way: Way, id: u32, seed: u8) -> Step {
    Step::new(What::Ask).by(way).with(id).of(ROOM).giving(seed, 8)
}

/// Asks, and goes on.
pub(crate) fn begin(way: Way, id: u32, seed: u8) -> Step {
    Step::new(What::Begin).by(way).with(id).giving(seed, 8)
}

pub(crate) const COLLECT: Step = Step::new(What::Collect);
pub(crate) const WITHDRAW: Step = Step::new(What::Withdraw);

/// Waits for a request and takes it.
pub(crate) fn take(way: Way) -> Step {
    Step::new(What::Take).by(way).of(ROOM)
}

pub(crate) fn try_take(way: Way) -> Step {
    Step::new(What::TryTake).by(way).of(ROOM)
}

pub(crate) fn take_from(way: Way, id: u32) -> Step {
    Step::new(What::TakeFrom).by(way).with(id).of(ROOM)
}

/// Responds to what was taken latest.
pub(crate) fn respond(seed: u8) -> Step {
    respond_before(0, seed)
}

/// Responds to what was taken so many before.
pub(crate) fn respond_before(place: u8, seed: u8) -> Step {
    Step::new(What::Respond).of(place).giving(seed, 8)
}

/// Responds to this request of this client.
pub(crate) fn respond_to(id: u32, serial: u32) -> Step {
    Step::new(What::RespondTo).with(id).of(serial as u8).giving(99, 8)
}

/// Whether an upcall of the mailbox is due.
pub(crate) fn look(number: u8) -> Step {
    Step::new(What::Look).at(MAILBOX).of(number)
}

pub(crate) fn answer(said: Said) -> core::result::Result<Answer, userspace::syscall::CapsuleError> {
    said.map(Answer::from_value)
}

/// The answers of these cases: 8 bytes.
pub(crate) fn answered(seed: u8) -> core::result::Result<Answer, userspace::syscall::CapsuleError> {
    Ok(Answer::whole(seed, 8))
}

/// Checks that a request of 8 bytes was taken, and gives its serial number.
#[track_caller]
pub(crate) fn is_taken(case: &mut Case, said: Said, from: u32, seed: u8) -> Result<u32> {
    let taken = Taken::from_value(must(case, said)?);
    case.equal(taken, Taken { from, len: 8, full: 8, seed, serial: taken.serial });
    Ok(taken.serial)
}

/// Makes a robot known to the tester, and gives its id.
pub(crate) fn meet(case: &mut Case, own: &mut Party, mate: Mate) -> Result<u32> {
    mate.registers(case)?;
    let id = must(case, own.does(Step::new(What::Find).of(mate.name())))?;
    Ok(id as u32)
}

/// Makes the tester known to a robot, and gives the tester's id.
pub(crate) fn meets(case: &mut Case, own: &mut Party, mate: Mate) -> Result<u32> {
    must(case, own.does(Step::new(What::Register).of(TESTER)))?;
    Ok(mate.must(case, Step::new(What::Find).of(TESTER))? as u32)
}

/// Makes a robot known to another, and gives its id.
pub(crate) fn introduce(case: &mut Case, mate: Mate, to: Mate) -> Result<u32> {
    mate.registers(case)?;
    Ok(to.must(case, Step::new(What::Find).of(mate.name()))? as u32)
}

/// A robot's id, as it knows it itself.
pub(crate) fn id_of(case: &mut Case, mate: Mate) -> Result<u32> {
    introduce(case, mate, mate)
}
