//! The robots, and what they call.

use pw_status::{Error, Result};
use suite::endpoint::{Answer, Found, Way};
use suite::report::Case;
use suite::robot::{self, Give, Outcomes, Robot, Step};
pub(crate) use suite::robot::{Peer, message};
use suite::timing::patience;
use suite_codegen::endpoint_calls::first;
use suite_codegen::endpoint_calls::high;
use suite_codegen::endpoint_calls::low;
use suite_codegen::endpoint_calls::relay;
use suite_codegen::endpoint_calls::tester::handle;
use suite_codegen::endpoint_calls::tester::object::{
    FIRST_CONTROL, HIGH_CONTROL, LAST_CONTROL, LOW_CONTROL, RELAY_CONTROL, SECOND_CONTROL,
};

/// A robot, and its ends at the tester's endpoint and at the low one's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) peer: Peer,
    tester: u32,
    low: u32,
}

pub(crate) const FIRST: Asker = Asker {
    peer: Peer::new(FIRST_CONTROL, LAST_CONTROL, 0x11),
    tester: first::handle::TESTER,
    low: first::handle::LOW,
};
pub(crate) const SECOND: Asker =
    Asker { peer: Peer::new(SECOND_CONTROL, LAST_CONTROL, 0x12), ..FIRST };
/// It is more important than the other two.
pub(crate) const HIGH: Asker = Asker {
    peer: Peer::new(HIGH_CONTROL, LAST_CONTROL, 0x14),
    tester: high::handle::TESTER,
    low: high::handle::LOW,
};
/// It calls the low one only, and is less important than the first one.
pub(crate) const RELAY: Asker = Asker {
    peer: Peer::new(RELAY_CONTROL, LAST_CONTROL, 0x16),
    tester: u32::MAX,
    low: relay::handle::LOW,
};
/// The least important of those who do anything.
pub(crate) const LOW: Peer = Peer::new(LOW_CONTROL, LAST_CONTROL, 0x15);
/// Where the low one receives.
pub(crate) const REQUESTS: u32 = low::handle::REQUESTS;
/// Where the tester receives.
pub(crate) const IN: u32 = handle::IN;

impl Asker {
    /// Calls the tester with its own pattern.
    pub(crate) fn asks(self, way: Way) -> Step {
        Step::call(self.tester, way, message(self.peer.seed()))
    }

    /// The same for so many milliseconds.
    pub(crate) fn asks_within(self, way: Way, milliseconds: u32) -> Step {
        Step::call_within(self.tester, way, message(self.peer.seed()), milliseconds)
    }

    /// Calls the tester.
    pub(crate) fn call(self, way: Way, give: Give) -> Step {
        Step::call(self.tester, way, give)
    }

    /// Sends to the tester.
    pub(crate) fn send(self, way: Way, seed: u8) -> Step {
        Step::send(self.tester, way, message(seed))
    }

    /// The handle of its end at the tester's.
    pub(crate) fn end(self) -> u8 {
        self.tester as u8
    }

    /// Calls the low one.
    pub(crate) fn asks_low(self, way: Way) -> Step {
        Step::call(self.low, way, message(self.peer.seed()))
    }

    /// The same for so many milliseconds.
    pub(crate) fn asks_low_within(self, way: Way, milliseconds: u32) -> Step {
        Step::call_within(self.low, way, message(self.peer.seed()), milliseconds)
    }

    /// Sends to the low one.
    pub(crate) fn tells_low(self, way: Way) -> Step {
        Step::send(self.low, way, message(self.peer.seed()))
    }

    /// Has it call the tester, and comes back when it waits.
    pub(crate) fn begins(self, case: &mut Case, way: Way) -> Result<()> {
        self.peer.begins(&[self.asks(way), Step::Done])?;
        case.holds(!self.peer.is_done());
        Ok(())
    }

    /// Receives its call, which must be the next message, and gives the right to answer it.
    pub(crate) fn is_next(self, case: &mut Case, way: Way) -> Result<u32> {
        let found = way.try_receive(IN)?;
        self.has_said(case, found)
    }

    /// Checks that this is its call, and gives the right to answer it.
    pub(crate) fn has_said(self, case: &mut Case, found: Found) -> Result<u32> {
        let expected = Found { reply: found.reply, ..self.peer.said(message(self.peer.seed())) };
        case.equal_for(self.peer.seed(), found, expected);
        found.reply.ok_or(Error::NotFound)
    }

    /// Has it call the tester and receives that; gives the right to answer.
    pub(crate) fn is_served(self, case: &mut Case, way: Way) -> Result<u32> {
        self.begins(case, way)?;
        self.is_next(case, way)
    }

    /// Checks that its first step was a call that came to this.
    pub(crate) fn came_to(self, case: &mut Case, expected: Result<Give>) -> Result<()> {
        settle()?;
        case.equal_for(self.peer.seed(), self.peer.is_done(), true);
        let found = self.peer.outcomes()?.of(0).map(Answer::from_value);
        case.equal_for(self.peer.seed(), found, expected.map(answer));
        Ok(())
    }
}

/// What a caller finds of an answer.
pub(crate) fn answer(give: Give) -> Answer {
    let seed = if give.bytes == 0 { 0 } else { give.seed };
    Answer { len: give.bytes.into(), seed }
}

/// Checks that there is nothing to receive.
pub(crate) fn is_empty(case: &mut Case, way: Way) {
    case.equal(way.try_receive(IN), Err(Error::Unavailable));
}

/// Receives what comes, and has patience.
pub(crate) fn receive(way: Way) -> Result<Found> {
    way.receive(IN, patience())
}

/// Blocks until everybody else has nothing to do.
pub(crate) fn settle() -> Result<()> {
    robot::settle(Robot::new(LAST_CONTROL))
}

/// Gives everybody a script, which ends with `Done`, and then lets them begin.
pub(crate) fn play(cast: &[(Peer, &[Step])]) -> Result<()> {
    for (peer, script) in cast {
        peer.robot().run(script)?;
    }
    cast.iter().try_for_each(|(peer, _)| peer.robot().done())
}

/// What the steps of these came to.
pub(crate) fn outcomes<const N: usize>(peers: [Peer; N]) -> Result<[Outcomes; N]> {
    let mut found = core::array::from_fn(|_| Outcomes::default());
    for (place, peer) in found.iter_mut().zip(peers) {
        *place = peer.outcomes()?;
    }
    Ok(found)
}
