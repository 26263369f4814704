//! Words and buffers are the same messages (EP-8), and registers hold nothing else (AB-9).

use pw_status::{Error, OK, Result, StatusCode};
use suite::endpoint::{Found, Way};
use suite::hostile::{ARENA, call_message, call_with};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::{Give, Step};
use suite::timing::patience;
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle::{OUT, SENDS};
use userspace::raw::{Message, Results, Syscall};
use userspace::syscall::{endpoint_receive, endpoint_receive_words};
use userspace::time::Instant;

use crate::cast::{EIGHT, FIRST, ONE, Peer};

/// Every length that words have.
const LENGTHS: [u16; 5] = [0, 4, 8, 12, 16];

/// Sends every length by each way to every way; `between` says what the sender and the receiver do.
fn every(case: &mut Case, between: impl Fn(&mut Case, Way, Way, Give) -> Result<()>) -> Result<()> {
    for to in Way::ALL {
        for from in Way::ALL {
            for bytes in LENGTHS {
                between(case, from, to, Give { seed: 31, bytes })?;
            }
        }
    }
    Ok(())
}

/// What the first robot receives of this thread's message.
fn is_heard(case: &mut Case, what: (Way, Way), give: Give, found: Result<u64>) {
    let found =
        found.map(Found::from_value).map(|found| (found.len, found.seed, found.sender.badge));
    let seed = if give.bytes == 0 { 0 } else { give.seed };
    case.equal_for((what, give.bytes), found, Ok((give.bytes.into(), seed, 0x21)));
}

pub(crate) fn ways(report: &mut Report) {
    report.case("EP-8 AB-7 what is queued one way can be received any way", |case| {
        every(case, |case, from, to, give| {
            FIRST.does(case, &[Step::send(ONE.theirs, from, give)])?;
            ONE.gives_all_of(case, to, FIRST, give);
            Ok(())
        })
    });
    report.case("EP-8 AB-7 what is sent one way goes to who waits in any way", |case| {
        every(case, |case, from, to, give| {
            FIRST.begins(&[Step::take(IN, to)])?;
            from.send(OUT, give, Instant::MIN)?;
            is_heard(case, (from, to), give, FIRST.outcomes()?.of(0));
            Ok(())
        })
    });
}

pub(crate) fn in_one_queue(report: &mut Report) {
    report.case("EP-8 EP-3 a sender that waited for room has sent the same", |case| {
        every(case, |case, from, to, give| {
            way_is_blocked(case, FIRST, from, give)?;
            ONE.gives_all_of(case, to, FIRST, Give { seed: 1, bytes: 4 });
            ONE.gives_all_of(case, to, FIRST, give);
            Ok(())
        })
    });
    report.case("EP-8 EP-5 words and buffers stand in the same queue", |case| {
        for turn in 0..3 {
            for (seed, way) in (1..).zip(Way::ALL.into_iter().cycle().skip(turn).take(8)) {
                FIRST.does(case, &[EIGHT.try_send(way, seed)])?;
            }
            for way in Way::ALL {
                case.equal(FIRST.tries(EIGHT.try_send(way, 9)), Err(Error::ResourceExhausted));
            }
            for (seed, way) in (1..).zip(Way::ALL.into_iter().cycle().take(8)) {
                EIGHT.gives(case, way, FIRST, seed);
            }
        }
        Ok(())
    });
}

/// Has a robot wait with its message, while another one is queued.
fn way_is_blocked(case: &mut Case, peer: Peer, way: Way, give: Give) -> Result<()> {
    let first = Step::send(ONE.theirs, way, Give { seed: 1, bytes: 4 });
    peer.begins(&[first, Step::send(ONE.theirs, way, give), Step::Done])?;
    case.holds(!peer.is_done());
    Ok(())
}

pub(crate) fn registers(report: &mut Report) {
    report.case("EP-8 AB-1 more than four words are OutOfRange, and nothing is sent", |case| {
        for count in [5, 8, 0xFF, 0x100, 0xFFFF] {
            let first = OUT as usize | count << 16;
            let calls = [
                Syscall::EndpointSendWords,
                Syscall::EndpointTrySendWords,
                Syscall::EndpointCallWords,
            ];
            for syscall in calls {
                let found = call_with(syscall, [first, 0, 0, 1, 2, 3, 4]).status;
                case.equal_for((syscall, count), found, Error::OutOfRange.status_code());
            }
        }
        let found = FIRST.tries(Step::try_take(IN, Way::Words));
        case.equal(found, Err(Error::Unavailable));
        Ok(())
    });
}

pub(crate) fn byte_order(report: &mut Report) {
    report.case("EP-8 a word is 32 bits of a register, whatever else is in it", |case| {
        let high = (u64::from(u32::MAX) << 32) as usize;
        let word = |place: usize| pattern::array::<16>(9)[place * 4..][..4].try_into();
        let word = |place| word(place).map_or(0, u32::from_le_bytes) as usize | high;
        let first = OUT as usize | 4 << 16;
        let words = [first, 0, 0, word(0), word(1), word(2), word(3)];
        case.equal(call_with(Syscall::EndpointTrySendWords, words).status, OK);
        let found = FIRST.tries(Step::try_take(IN, Way::Flat));
        is_heard(case, (Way::Words, Way::Flat), Give { seed: 9, bytes: 16 }, found);
        Ok(())
    });
    report.case("EP-8 words are the little-endian bytes of a message", |case| {
        FIRST.does(case, &[Step::send(ONE.theirs, Way::Words, Give { seed: 2, bytes: 16 })])?;
        let mut bytes = [0; 16];
        case.equal(endpoint_receive(ONE.own, &mut bytes, patience())?.len, 16);
        case.equal(bytes, pattern::array::<16>(2));
        FIRST.does(case, &[Step::send(ONE.theirs, Way::Flat, Give { seed: 2, bytes: 16 })])?;
        let expected = [0x1710_0902, 0x332C_251E, 0x4F48_413A, 0x6B64_5D56];
        case.equal(endpoint_receive_words(ONE.own, patience())?.words, expected);
        Ok(())
    });
}

/// Receives into a buffer with wild words in every register that the call does not use.
fn receive_raw(kind: Syscall, deadline: Instant) -> (Results, Message) {
    let ticks = deadline.ticks();
    let [low, high] = [ticks & 0xFFFF_FFFF, ticks >> 32].map(|word| word as usize);
    let wild = 0xA5A5_A5A5;
    call_message(kind as usize, [ONE.own as usize, ARENA.at(0), 16, low, high, wild, wild])
}

/// Checks that it received 16 bytes, and that nothing of them is in a register.
fn has_no_words(case: &mut Case, (results, message): (Results, Message), badge: u32) {
    case.equal((results.status, results.value0, results.value1), (OK, 16, 0));
    case.equal(message, Message { badge, incarnation: 1, words: [0; 4] });
}

pub(crate) fn stale(report: &mut Report) {
    let send = |way| Step::send(ONE.theirs, way, Give { seed: 3, bytes: 16 });
    report.case("AB-9 EP-8 a message in a buffer leaves nothing in registers", |case| {
        for way in Way::ALL {
            for kind in [Syscall::EndpointReceive, Syscall::EndpointTryReceive] {
                FIRST.does(case, &[send(way)])?;
                has_no_words(case, receive_raw(kind, Instant::MIN), 0x11);
            }
            FIRST.robot().run(&[Step::Sleep(20), send(way)])?;
            has_no_words(case, receive_raw(Syscall::EndpointReceive, patience()), 0x11);
        }
        Ok(())
    });
    report.case("AB-9 EP-8 there is nothing behind the words of a message", |case| {
        for way in Way::ALL {
            FIRST.does(case, &[send(way)])?;
            ONE.gives_all_of(case, Way::Words, FIRST, Give { seed: 3, bytes: 16 });
            FIRST.does(case, &[Step::send(ONE.theirs, way, Give { seed: 4, bytes: 4 })])?;
            let received = endpoint_receive_words(ONE.own, patience())?;
            case.equal((received.len, received.words), (4, [0x1912_0B04, 0, 0, 0]));
        }
        Ok(())
    });
    report.case("AB-9 EP-8 a call that gives no message leaves nothing in registers", |case| {
        for syscall in [Syscall::EndpointReceiveWords, Syscall::EndpointReceive] {
            FIRST.does(case, &[send(Way::Words)])?;
            ONE.gives_all_of(case, Way::Words, FIRST, Give { seed: 3, bytes: 16 });
            let words = [ONE.own as usize, 0, 0, 7, 8, 9, 10];
            let buffer = [ONE.own as usize, ARENA.at(0), 16, 0, 0, 9, 10];
            let is_words = syscall == Syscall::EndpointReceiveWords;
            let found = call_message(syscall as usize, if is_words { words } else { buffer });
            let status = Error::DeadlineExceeded.status_code();
            let expected = Results { status, value0: 0, value1: 0 };
            case.equal_for(syscall, found, (expected, Message::default()));
        }
        let sends = [
            (Syscall::EndpointTrySendWords, [SENDS as usize | 4 << 16, 1, 2, 3, 4, 5, 6]),
            (Syscall::EndpointTrySend, [SENDS as usize, ARENA.at(0), 16, 3, 4, 5, 6]),
        ];
        for (syscall, words) in sends {
            let found = call_message(syscall as usize, words);
            case.equal_for(syscall, found, (Results::default(), Message::default()));
        }
        FIRST.robot().run_to_end(&[Step::try_take(IN, Way::Flat); 2]).map(|_| ())
    });
}
