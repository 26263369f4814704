//! The robots that ask the tester.

use pw_status::{Error, Result};
use suite::pattern;
use suite::report::Case;
use suite::robot::{Robot, Step};
use suite::timing::patience;
use suite_codegen::fan_in::tester::object::{FIRST_CONTROL, HIGH_CONTROL, IN, SECOND_CONTROL};
use userspace::syscall::Received;
use userspace::time::Instant;

use crate::settle;

/// How long requests and answers are.
const BYTES: usize = 16;
/// Long enough that all the others have asked when the time of a request is up.
const SOON: u32 = 150;

/// A robot that asks, and the badge that the system's file gives it: its requests are the pattern with that
/// seed, its answers the one with the complement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) robot: Robot,
    badge: u8,
}

pub(crate) const FIRST: Asker = Asker { robot: Robot::new(FIRST_CONTROL), badge: 0x11 };
pub(crate) const SECOND: Asker = Asker { robot: Robot::new(SECOND_CONTROL), badge: 0x12 };
/// It is more important than the other two.
pub(crate) const HIGH: Asker = Asker { robot: Robot::new(HIGH_CONTROL), badge: 0x13 };

impl Asker {
    pub(crate) fn badge(self) -> u32 {
        self.badge.into()
    }

    /// The bytes of its request.
    pub(crate) fn request(self) -> [u8; BYTES] {
        pattern::array(self.badge)
    }

    /// Has it ask, and comes back when its request waits.
    pub(crate) fn asks(self) -> Result<()> {
        let recognise = Step::Recognise { seed: !self.badge };
        self.robot.run(&[Step::request(self.badge, 16, 16), recognise, Step::Done])?;
        settle()
    }

    /// As [`Asker::asks`], and it will give up soon.
    pub(crate) fn asks_for_a_while(self) -> Result<()> {
        self.robot.run(&[Step::request_within(self.badge, SOON), Step::Done])?;
        settle()
    }

    /// Blocks until it has given up.
    pub(crate) fn gives_up(self, case: &mut Case) -> Result<()> {
        self.robot.done()?;
        case.equal_for(self.badge, self.robot.outcomes()?.of(0), Err(Error::DeadlineExceeded));
        Ok(())
    }

    /// What a receive of its request gives.
    pub(crate) fn received(self) -> Result<Received> {
        Ok(Received { len: BYTES, badge: self.badge() })
    }

    /// Checks that its request is the next to be received, at once.
    pub(crate) fn is_next(self, case: &mut Case) {
        let mut buffer = [0; BYTES];
        case.equal_for(self.badge, IN.receive(&mut buffer, Instant::MIN), self.received());
        case.equal_for(self.badge, buffer, self.request());
    }

    /// Answers it, whose request is served, and checks that the answer reaches it.
    pub(crate) fn is_answered(self, case: &mut Case) -> Result<()> {
        IN.respond(&pattern::array::<BYTES>(!self.badge))?;
        self.has_its_answer(case)
    }

    /// Checks that it has been given an answer, and its own.
    pub(crate) fn has_its_answer(self, case: &mut Case) -> Result<()> {
        self.robot.done()?;
        let outcomes = self.robot.outcomes()?;
        case.equal_for(self.badge, (outcomes.of(0), outcomes.of(1)), (Ok(16), Ok(1)));
        Ok(())
    }

    /// Answers it, whose request is served, and receives the next one, which must be there.
    pub(crate) fn is_answered_before(self, case: &mut Case, next: Asker) -> Result<()> {
        let mut buffer = [0; BYTES];
        let answer = pattern::array::<BYTES>(!self.badge);
        let found = IN.respond_and_receive(&answer, &mut buffer, patience());
        case.equal_for(next.badge, found, next.received());
        case.equal_for(next.badge, buffer, next.request());
        self.has_its_answer(case)
    }
}

/// Checks that these, and no others, are served in this order.
pub(crate) fn served(case: &mut Case, askers: &[Asker]) -> Result<()> {
    for asker in askers {
        asker.is_next(case);
        asker.is_answered(case)?;
    }
    case.equal(IN.receive(&mut [0; 4], Instant::MIN), Err(Error::DeadlineExceeded));
    Ok(())
}
