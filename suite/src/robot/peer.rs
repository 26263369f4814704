//! A robot at the other side of an endpoint.

use pw_status::Result;
use userspace::channel::Initiator;
use userspace::syscall::{SenderId, Signals};
use userspace::time::Instant;

use super::{Give, Outcomes, Robot, Step};
use crate::endpoint::Found;
use crate::report::Case;

/// How long most messages are.
const BYTES: u16 = 8;

/// A message of 8 bytes, which fits every queue of the suite.
pub const fn message(seed: u8) -> Give {
    Give { seed, bytes: BYTES }
}

/// A robot at the other side of an endpoint, the badge that the system's file gives to its end, and the
/// robot that runs when nobody else does.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    control: Initiator,
    last: Robot,
    badge: u8,
}

impl Peer {
    /// The robot at the other end of its control channel; `last` is the control channel of the least
    /// important robot of all, which is not told anything else meanwhile.
    pub const fn new(control: Initiator, last: Initiator, badge: u8) -> Peer {
        Peer { control, last: Robot::new(last), badge }
    }

    /// The robot.
    pub fn robot(self) -> Robot {
        Robot::new(self.control)
    }

    /// The seed of what it sends, where there are several.
    pub fn seed(self) -> u8 {
        self.badge
    }

    /// Hands over a script, and comes back when nobody has anything to do.
    ///
    /// # Errors
    /// Those of [`Robot`], here and below.
    pub fn begins(self, script: &[Step]) -> Result<()> {
        self.robot().run(script)?;
        settle(self.last)
    }

    /// Comes back when nobody has anything to do.
    pub fn settle(self) -> Result<()> {
        settle(self.last)
    }

    /// Has it do these steps, each of which comes to something.
    pub fn does(self, case: &mut Case, script: &[Step]) -> Result<()> {
        let outcomes = self.robot().run_to_end(script)?;
        for step in 0..script.len() {
            case.equal_for((self.badge, step), outcomes.of(step).map(|_| ()), Ok(()));
        }
        Ok(())
    }

    /// What a single step comes to.
    pub fn tries(self, step: Step) -> Result<u64> {
        self.robot().run_to_end(&[step])?.of(0)
    }

    /// What its script has come to; blocks until that is done.
    pub fn outcomes(self) -> Result<Outcomes> {
        self.robot().outcomes()
    }

    /// Tells whether its script has come to `Done`.
    pub fn is_done(self) -> bool {
        self.control.wait(Signals::USER, Instant::MIN).is_ok()
    }

    /// Whom the kernel takes it for, in its first life.
    pub fn id(self) -> SenderId {
        SenderId { badge: self.badge.into(), incarnation: 1 }
    }

    /// What is received of its message.
    pub fn said(self, give: Give) -> Found {
        let seed = if give.bytes == 0 { 0 } else { give.seed };
        Found { len: give.bytes.into(), seed, sender: self.id(), reply: None }
    }
}

/// Blocks until everybody has nothing to do who is more important than this robot.
pub fn settle(last: Robot) -> Result<()> {
    last.run(&[Step::Done])?;
    last.done()
}
