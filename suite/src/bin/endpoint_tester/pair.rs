//! Two endpoints, one each way (EP-11).

use pw_status::{Error, Result};
use suite::endpoint::{Found, Way, each_way};
use suite::report::{Case, Report};
use suite::robot::Step;
use suite::timing::patience;
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle::OUT;
use userspace::syscall::SenderId;

use crate::cast::{FIRST, ONE, message, receive};

/// What the first robot receives of this thread's message.
fn ours(seed: u8) -> Found {
    let sender = SenderId { badge: 0x21, incarnation: 1 };
    Found { len: 8, seed, sender, reply: None }
}

/// Checks what the robot has received by one of its steps.
fn heard(case: &mut Case, step: usize, seed: u8) -> Result<()> {
    let found = FIRST.outcomes()?.of(step).map(Found::from_value);
    case.equal_for(seed, found, Ok(ours(seed)));
    Ok(())
}

pub(crate) fn both_ways(report: &mut Report) {
    each_way(report, "EP-11 messages go both ways at once", |case, way| {
        way.send(OUT, message(1), patience())?;
        way.send(OUT, message(2), patience())?;
        FIRST.begins(&[
            ONE.send(way, 3),
            ONE.send(way, 4),
            Step::take(IN, way),
            Step::take(IN, way),
        ])?;
        // Each direction is full, and neither hinders the other.
        ONE.gives(case, way, FIRST, 3);
        ONE.gives(case, way, FIRST, 4);
        heard(case, 2, 1)?;
        heard(case, 3, 2)
    });
    each_way(report, "EP-11 nobody receives what it has sent itself", |case, way| {
        way.send(OUT, message(5), patience())?;
        ONE.is_empty(case, way);
        FIRST.begins(&[Step::take(IN, way), ONE.send(way, 6), Step::try_take(IN, way)])?;
        heard(case, 0, 5)?;
        case.equal(FIRST.outcomes()?.of(2), Err(Error::Unavailable));
        ONE.gives(case, way, FIRST, 6);
        ONE.is_empty(case, way);
        Ok(())
    });
}

pub(crate) fn in_turn(report: &mut Report) {
    each_way(
        report,
        "EP-11 question and answer, each side waiting for the other in turn",
        |case, way| {
            let turns: [Step; 16] = core::array::from_fn(|turn| match turn % 2 {
                0 => Step::take(IN, way),
                _ => ONE.send(way, 100 + turn as u8),
            });
            FIRST.robot().run(&turns)?;
            for turn in (0..16).step_by(2) {
                way.send(OUT, message(turn), patience())?;
                let answer = message(101 + turn);
                case.equal_for(turn, receive(way, ONE), Ok(FIRST.said(answer)));
            }
            for turn in (2..16).step_by(2) {
                heard(case, turn.into(), turn)?;
            }
            Ok(())
        },
    );
    report.case("EP-11 EP-8 each direction may go a way of its own", |case| {
        for (there, back) in [(Way::Flat, Way::Words), (Way::Words, Way::Flat)] {
            FIRST.robot().run(&[Step::take(IN, there), ONE.send(back, 8)])?;
            there.send(OUT, message(7), patience())?;
            case.equal(receive(back, ONE), Ok(FIRST.said(message(8))));
            heard(case, 0, 7)?;
        }
        Ok(())
    });
}
