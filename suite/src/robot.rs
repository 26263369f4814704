//! Processes that do as they are told, so that one process can assert about both sides of a wall.
//!
//! A tester hands a robot a script over a channel of its own, [`Robot::run`]; the robot takes it,
//! lets the tester go on, and carries it out. Afterwards, [`Robot::outcomes`] asks what each step
//! came to. Between the two, robot and tester meet on the channels that the case is about, on which
//! the robot is the handler in one direction and the initiator in the other.
//!
//! There are four programs for robots: one with buffers as long as transfers may be, one with small
//! ones, one that has endpoints too, and one that has to do with capsules. A robot counts on the order in which they declare their
//! channels, as far as they have them: `CONTROL`, the handler of the channel for scripts; `IN`, the
//! handler that scripts act on; `OUT`, the initiator that they transact on. Endpoints come behind them,
//! and scripts name them by their handles. A robot for capsules has its object for upcalls there.

mod capsule;
mod endpoint;
mod outcomes;
mod peer;
mod script;
mod server;
mod wire;

use pw_status::{Error, Result};
use userspace::channel::Initiator;
use userspace::syscall::Signals;

pub use capsule::Mate;
pub use endpoint::{EndpointStep, Endpoints, Right};
pub use outcomes::Outcomes;
pub use peer::{Peer, message, settle};
pub use script::{Give, MAX_STEPS, Step, Until};
pub use server::{serve, serve_capsules, serve_with};

use wire::STEP_BYTES;

use crate::timing;

/// A robot, seen from the tester.
#[derive(Clone, Copy, Debug)]
pub struct Robot(Initiator);

impl Robot {
    /// The robot at the other end of its control channel.
    pub const fn new(control: Initiator) -> Robot {
        Robot(control)
    }

    /// Hands over a script of at most [`MAX_STEPS`] steps. Blocks until the robot has taken it, which
    /// is after it has finished the one before.
    ///
    /// # Errors
    /// Those of a transaction; `OutOfRange` for a script that is empty or too long.
    pub fn run(self, script: &[Step]) -> Result<()> {
        if script.is_empty() || script.len() > MAX_STEPS {
            return Err(Error::OutOfRange);
        }
        let mut bytes = [0; MAX_STEPS * STEP_BYTES];
        for (place, step) in bytes.chunks_exact_mut(STEP_BYTES).zip(script) {
            place.copy_from_slice(&step.to_bytes());
        }
        let length = script.len() * STEP_BYTES;
        self.0.transact(&bytes[..length], &mut [0u8; 0], timing::patience()).map(|_| ())
    }

    /// What the steps of the last script came to. Blocks until the script has been carried out.
    ///
    /// # Errors
    /// Those of a transaction; `Unavailable` if the robot has ended.
    pub fn outcomes(self) -> Result<Outcomes> {
        let mut outcomes = Outcomes::new();
        let length = self.0.transact(&[0u8; 0], outcomes.room(), timing::patience())?;
        outcomes.set_length(length);
        Ok(outcomes)
    }

    /// Waits until the last script has come to its [`Step::Done`]. Unlike a question it lends the robot
    /// no priority (CH-13), so whoever is more important than the robot runs first.
    ///
    /// # Errors
    /// `DeadlineExceeded` if it does not come to it.
    pub fn done(self) -> Result<()> {
        self.0.wait(Signals::USER, timing::patience()).map(|_| ())
    }

    /// Hands over a script and waits until it has been carried out.
    ///
    /// # Errors
    /// As [`Robot::run`] and [`Robot::outcomes`].
    pub fn run_to_end(self, script: &[Step]) -> Result<Outcomes> {
        self.run(script)?;
        self.outcomes()
    }
}
