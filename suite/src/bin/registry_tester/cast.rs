//! The robots, and steps about names.

use suite::capsule::{REGISTRY, Step, Way, What};
use suite::robot::{Mate, Peer};
use suite_codegen::registry::tester::handle::{FIRST_PROCESS, KEEPER_PROCESS, SECOND_PROCESS};
use suite_codegen::registry::tester::object::{
    FIRST_CONTROL, KEEPER_CONTROL, LAST_CONTROL, SECOND_CONTROL,
};

pub(crate) const FIRST: Mate = Mate::new(Peer::new(FIRST_CONTROL, LAST_CONTROL, 11), FIRST_PROCESS);
pub(crate) const SECOND: Mate =
    Mate::new(Peer::new(SECOND_CONTROL, LAST_CONTROL, 12), SECOND_PROCESS);
/// It may register the declared names only, and nobody else may.
pub(crate) const KEEPER: Mate =
    Mate::new(Peer::new(KEEPER_CONTROL, LAST_CONTROL, 13), KEEPER_PROCESS);

/// Names that nobody has unless a case gives them to somebody.
pub(crate) const NAME: u8 = 21;
pub(crate) const OTHER: u8 = 22;
/// A name that nobody ever has.
pub(crate) const NOBODYS: u8 = 23;

pub(crate) fn register(way: Way, name: u8) -> Step {
    Step::new(What::Register).by(way).of(name)
}

pub(crate) fn find(way: Way, name: u8) -> Step {
    Step::new(What::Find).by(way).of(name)
}

pub(crate) fn wait(way: Way, name: u8) -> Step {
    Step::new(What::Await).by(way).of(name)
}

pub(crate) fn cancel(way: Way) -> Step {
    Step::new(What::CancelFind).by(way)
}

/// Whether an upcall of the registry is due, and with what.
pub(crate) const LOOK: Step = Step::new(What::Look).at(REGISTRY).of(1);
