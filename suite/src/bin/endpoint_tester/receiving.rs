//! What is received, where it goes, and whose it is (EP-4, AB-6).

use pw_status::{Error, OK, Result};
use suite::endpoint::{Found, Way, each_way};
use suite::hostile::{ARENA, call_with};
use suite::pattern;
use suite::report::Report;
use suite::robot::{Give, Step};
use suite::timing::{LONG as A_WHILE, after};
use suite_codegen::endpoint::first::handle::{IN, PLAIN, WIDE};
use suite_codegen::endpoint::tester::handle;
use userspace::raw::Syscall;
use userspace::syscall::{SenderId, endpoint_receive, endpoint_try_receive};
use userspace::time::{Instant, SystemClock};

use crate::cast::{FIRST, HIGH, LONG, ONE, SECOND, THIRD, message, receive};

pub(crate) fn empty(report: &mut Report) {
    each_way(report, "EP-4 where nothing is queued there is nothing to receive", |case, way| {
        ONE.is_empty(case, way);
        let found = way.receive(ONE.own, Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    each_way(report, "EP-4 EP-6 a receive waits until its deadline, and no less", |case, way| {
        let deadline = after(A_WHILE);
        case.equal(way.receive(ONE.own, deadline), Err(Error::DeadlineExceeded));
        case.holds(SystemClock::now() >= deadline);
        Ok(())
    });
}

pub(crate) fn later(report: &mut Report) {
    each_way(report, "EP-4 a receive waits for what is sent later", |case, way| {
        FIRST.robot().run(&[Step::Sleep(30), ONE.send(way, 1)])?;
        case.equal(receive(way, ONE), Ok(FIRST.said(message(1))));
        FIRST.robot().run(&[Step::Sleep(30), ONE.try_send(way, 2)])?;
        case.equal(receive(way, ONE), Ok(FIRST.said(message(2))));
        case.equal(FIRST.outcomes()?.of(1), Ok(0));
        Ok(())
    });
    each_way(
        report,
        "EP-4 AB-4 what is sent between a look and a wait is not lost",
        |case, way| {
            ONE.is_empty(case, way);
            FIRST.does(case, &[ONE.send(way, 3)])?;
            let found = way.receive(ONE.own, Instant::MIN);
            case.equal(found, Ok(FIRST.said(message(3))));
            ONE.is_empty(case, way);
            Ok(())
        },
    );
}

/// Receives into a buffer and into a list of so many bytes.
fn into_rooms<const N: usize>(handle: u32) -> [Result<usize>; 4] {
    let mut bytes = [0; N];
    let flat = endpoint_try_receive(handle, &mut bytes);
    let waits = endpoint_receive(handle, &mut bytes, Instant::MIN);
    let (first, second) = bytes.split_at_mut(N / 2);
    let mut list: [&mut [u8]; 2] = [first, second];
    let listed = endpoint_try_receive(handle, &mut list);
    let waits_listed = endpoint_receive(handle, &mut list, Instant::MIN);
    [flat, waits, listed, waits_listed].map(|received| received.map(|received| received.len))
}

pub(crate) fn rooms(report: &mut Report) {
    report.case("EP-4 AB-5 a room that is too short for some message is for all", |case| {
        let refused = [Err(Error::OutOfRange); 4];
        case.equal(into_rooms::<98>(LONG.own), refused);
        case.equal(into_rooms::<0>(ONE.own), refused);
        FIRST.does(case, &[LONG.send(Way::Flat, 1), ONE.send(Way::Flat, 2)])?;
        case.equal(into_rooms::<98>(LONG.own), refused);
        case.equal(into_rooms::<15>(ONE.own), refused);
        LONG.gives(case, Way::Flat, FIRST, 1);
        ONE.gives(case, Way::Flat, FIRST, 2);
        Ok(())
    });
}

pub(crate) fn exact(report: &mut Report) {
    report.case("EP-4 EP-8 four words are too short a room for longer messages", |case| {
        let refused = Err(Error::OutOfRange);
        for _ in 0..2 {
            case.equal(Way::Words.try_receive(LONG.own), refused);
            case.equal(Way::Words.receive(LONG.own, Instant::MIN), refused);
            FIRST.does(case, &[LONG.send(Way::Words, 4)])?;
        }
        LONG.gives(case, Way::Flat, FIRST, 4);
        LONG.gives(case, Way::List, FIRST, 4);
        Ok(())
    });
    report.case("EP-4 AB-8 a room of just the length, of which a message takes its own", |case| {
        FIRST.does(case, &[Step::send(LONG.theirs, Way::Flat, Give { seed: 5, bytes: 99 })])?;
        case.equal(into_rooms::<99>(LONG.own)[0], Ok(99));
        let give = Give { seed: 6, bytes: 5 };
        FIRST.does(case, &[Step::send(LONG.theirs, Way::List, give)])?;
        let mut room = [0xAA; 99];
        case.equal(endpoint_try_receive(LONG.own, &mut room)?.len, 5);
        case.holds(pattern::is(&room[..5], 6));
        case.holds(room[5..] == [0xAA; 94]);
        Ok(())
    });
}

pub(crate) fn identity(report: &mut Report) {
    each_way(report, "EP-4 AB-6 a message comes with the badge of its sender", |case, way| {
        for peer in [FIRST, SECOND, THIRD, HIGH] {
            peer.does(case, &[ONE.send(way, 1)])?;
            ONE.gives(case, way, peer, 1);
            peer.robot().run(&[Step::Sleep(20), ONE.send(way, 2)])?;
            case.equal(receive(way, ONE), Ok(peer.said(message(2))));
        }
        Ok(())
    });
    each_way(
        report,
        "EP-4 AB-6 each end of a sender's has its own, 0 if it declares none",
        |case, way| {
            for (end, badge) in [(WIDE, 0xCAFE_0B07), (PLAIN, 0)] {
                FIRST.does(case, &[Step::send(end, way, message(3))])?;
                let sender = way.try_receive(ONE.own)?.sender;
                case.equal(sender, SenderId { badge, incarnation: 1 });
            }
            Ok(())
        },
    );
}

pub(crate) fn lies(report: &mut Report) {
    report.case("AB-6 nothing that a sender says makes it somebody else", |case| {
        let out = handle::OUT as usize;
        let (lie, other) = (0x5555_5555, 0x6666_6666);
        // The first word of the pattern 3, in memory and in a register.
        let (here, word) = (ARENA.at(0), 0x1811_0A03);
        ARENA.write(0, &pattern::array::<4>(3));
        let sends = [
            (Syscall::EndpointSend, [out, here, 4, 0, 0, lie, other]),
            (Syscall::EndpointTrySend, [out, here, 4, lie, other, lie, other]),
            (Syscall::EndpointSendWords, [out | 1 << 16, 0, 0, word, lie, other, lie]),
            (Syscall::EndpointTrySendWords, [out | 1 << 16, lie, other, word, lie, other, lie]),
        ];
        let sender = SenderId { badge: 0x21, incarnation: 1 };
        let said = Found { len: 4, seed: 3, sender, reply: None };
        for (syscall, words) in sends {
            for way in Way::ALL {
                case.equal_for(syscall, call_with(syscall, words).status, OK);
                let found = FIRST.tries(Step::try_take(IN, way)).map(Found::from_value);
                case.equal_for((syscall, way), found, Ok(said));
            }
        }
        Ok(())
    });
}
