//! The robots, and how they play together.

use pw_status::Result;
use suite::robot::{Outcomes, Robot, Step};
use suite_codegen::inheritance::tester::object;

pub(crate) const LOW: Robot = Robot::new(object::LOW);
/// It asks the low one.
pub(crate) const RELAY: Robot = Robot::new(object::RELAY);
pub(crate) const MIDDLE: Robot = Robot::new(object::MIDDLE);
/// It asks the low one, and is more important than the middle one.
pub(crate) const OTHER: Robot = Robot::new(object::OTHER);
/// It asks the relay.
pub(crate) const HIGH: Robot = Robot::new(object::HIGH);
const LAST: Robot = Robot::new(object::LAST);

/// Receives a request.
pub(crate) const RECEIVE: Step = Step::Receive { room_bytes: 16 };
/// Asks with a byte, for as long as it takes.
pub(crate) const ASK: Step = Step::request(1, 1, 1);
/// Answers with a byte.
pub(crate) const ANSWER: Step = Step::answer(2, 1);

/// The work of the middle one: in its outcomes it began at 0 and ended at 2.
pub(crate) const WORK: [Step; 4] = [Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done];

/// Gives everybody a script, which ends with `Done`, and then lets them begin.
pub(crate) fn play(cast: &[(Robot, &[Step])]) -> Result<()> {
    for (robot, script) in cast {
        robot.run(script)?;
    }
    cast.iter().try_for_each(|(robot, _)| robot.done())
}

/// What the robots' steps came to.
pub(crate) fn outcomes<const N: usize>(robots: [Robot; N]) -> Result<[Outcomes; N]> {
    let mut found = core::array::from_fn(|_| Outcomes::default());
    for (place, robot) in found.iter_mut().zip(robots) {
        *place = robot.outcomes()?;
    }
    Ok(found)
}

/// Blocks until everybody else has nothing to do.
pub(crate) fn settle() -> Result<()> {
    LAST.run(&[Step::Done])?;
    LAST.done()
}
