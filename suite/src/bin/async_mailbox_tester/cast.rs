//! The robots, and steps about messages.

use pw_status::Result;
use suite::capsule::{INBOX, Message, Notice, Party, Said, Step, Way, What, must};
use suite::report::Case;
use suite::robot::{Mate, Peer};
use suite_codegen::async_mailbox::tester::handle::{FIRST_PROCESS, SECOND_PROCESS};
use suite_codegen::async_mailbox::tester::object::{FIRST_CONTROL, LAST_CONTROL, SECOND_CONTROL};
use userspace::syscall::CapsuleError;

pub(crate) const FIRST: Mate = Mate::new(Peer::new(FIRST_CONTROL, LAST_CONTROL, 11), FIRST_PROCESS);
pub(crate) const SECOND: Mate =
    Mate::new(Peer::new(SECOND_CONTROL, LAST_CONTROL, 12), SECOND_PROCESS);

/// The number of the tester's own name.
pub(crate) const TESTER: u8 = 10;

pub(crate) const CLOSE: Step = Step::new(What::Close);
pub(crate) const SWAP: Step = Step::new(What::Swap);

pub(crate) fn open(way: Way) -> Step {
    Step::new(What::Open).by(way)
}

pub(crate) fn allow(id: u32) -> Step {
    Step::new(What::Allow).with(id)
}

pub(crate) fn forbid(id: u32) -> Step {
    Step::new(What::Forbid).with(id)
}

/// Sends a message of 8 bytes.
pub(crate) fn send(way: Way, id: u32, seed: u8) -> Step {
    Step::new(What::Send).by(way).with(id).giving(seed, 8)
}

/// Waits for what the inbox has to tell.
pub(crate) fn notice(way: Way) -> Step {
    Step::new(What::Notice).by(way)
}

/// Whether an upcall of the mailbox is due.
pub(crate) fn look(number: u8) -> Step {
    Step::new(What::Look).at(INBOX).of(number)
}

pub(crate) fn message(place: u8) -> Step {
    Step::new(What::Message).of(place)
}

pub(crate) fn told(said: Said) -> core::result::Result<Notice, CapsuleError> {
    said.map(Notice::from_value)
}

/// A message of 8 bytes.
pub(crate) fn from(id: u32, seed: u8) -> core::result::Result<Message, CapsuleError> {
    Ok(Message { from: id, len: 8, seed })
}

pub(crate) fn read(said: Said) -> core::result::Result<Message, CapsuleError> {
    said.map(Message::from_value)
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

/// Has a robot receive of the tester: its id, and the tester's.
pub(crate) fn opens(case: &mut Case, own: &mut Party, mate: Mate, way: Way) -> Result<(u32, u32)> {
    let tester = meets(case, own, mate)?;
    let id = meet(case, own, mate)?;
    mate.must(case, allow(tester))?;
    mate.must(case, open(way))?;
    Ok((id, tester))
}

/// Has it receive no more, and checks that nothing of the tester's is in its list any more.
pub(crate) fn closes(case: &mut Case, mate: Mate, tester: u32) -> Result<()> {
    mate.must(case, CLOSE)?;
    mate.must(case, forbid(tester)).map(|_| ())
}
