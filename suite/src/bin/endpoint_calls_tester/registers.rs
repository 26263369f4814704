//! What registers hold after a call is made or answered: an answer, or nothing (AB-9).

use pw_status::{OK, Result};
use suite::endpoint::Way;
use suite::hostile::{ARENA, call_message};
use suite::pattern;
use suite::report::Report;
use suite::robot::{Give, Right, Step};
use suite::timing::patience;
use suite_codegen::endpoint_calls::tester::handle::OUT;
use userspace::raw::{Message, Results, Syscall};

use crate::cast::{FIRST, IN, LOW, REQUESTS, message, settle};

/// Has the low robot answer with so many bytes, by this way, to what comes.
fn answers(way: Way, bytes: u16) -> Result<()> {
    let reply = Step::reply(Right::LATEST, way, Give { seed: 5, bytes });
    LOW.robot().run(&[Step::take(REQUESTS, way), reply])?;
    settle()
}

/// A deadline that is far away, in two words.
fn deadline() -> [usize; 2] {
    let ticks = patience().ticks();
    [ticks & 0xFFFF_FFFF, ticks >> 32].map(|word| word as usize)
}

pub(crate) fn stale(report: &mut Report) {
    report.case("AB-9 EP-8 behind the words of an answer there is nothing", |case| {
        for way in Way::ALL {
            for bytes in [0, 4, 8, 12, 16] {
                answers(way, bytes)?;
                let [low, high] = deadline();
                // An empty question, so that what stands in the registers is nobody's.
                let words = [OUT as usize, low, high, 1, 2, 3, 4];
                let (results, message) = call_message(Syscall::EndpointCallWords as usize, words);
                let length = usize::from(bytes);
                case.equal(results, Results { status: OK, value0: length, value1: 0 });
                let mut expected = [0; 16];
                expected[..length].copy_from_slice(&pattern::array::<16>(5)[..length]);
                let word = |place: usize| {
                    let [a, b, c, d] = [0, 1, 2, 3].map(|index| expected[place * 4 + index]);
                    u32::from_le_bytes([a, b, c, d])
                };
                let words = [word(0), word(1), word(2), word(3)];
                let expected = Message { badge: 0, incarnation: 0, words };
                case.equal_for((way, bytes), message, expected);
                LOW.outcomes()?;
            }
        }
        Ok(())
    });
}

pub(crate) fn given(report: &mut Report) {
    report.case("AB-9 EP-8 an answer in a buffer leaves nothing in registers", |case| {
        for way in Way::ALL {
            answers(way, 16)?;
            let [low, high] = deadline();
            ARENA.write(0, &pattern::array::<16>(4));
            let words = [OUT as usize, ARENA.at(0), 16, ARENA.at(32), 16, low, high];
            let found = call_message(Syscall::EndpointCall as usize, words);
            let results = Results { status: OK, value0: 16, value1: 0 };
            case.equal_for(way, found, (results, Message::default()));
            case.equal(ARENA.read::<16>(32), pattern::array(5));
            LOW.outcomes()?;
        }
        Ok(())
    });
    report.case("AB-9 EP-8 who answers finds nothing in registers", |case| {
        for (syscall, is_words) in
            [(Syscall::EndpointReplyWords, true), (Syscall::EndpointReply, false)]
        {
            let right = FIRST.is_served(case, Way::Words)? as usize;
            let mut wild = [usize::MAX; 7];
            ARENA.write(0, &pattern::array::<8>(9));
            let word = |at: usize| {
                let bytes = [0, 1, 2, 3].map(|index| pattern::byte(9, at + index));
                u32::from_le_bytes(bytes) as usize
            };
            if is_words {
                wild[..5].copy_from_slice(&[2 << 16, right, 7, word(0), word(4)]);
            } else {
                wild[..3].copy_from_slice(&[right, ARENA.at(0), 8]);
            }
            let found = call_message(syscall as usize, wild);
            case.equal_for(syscall, found, (Results::default(), Message::default()));
            FIRST.came_to(case, Ok(message(9)))?;
        }
        case.holds(Way::Words.try_receive(IN).is_err());
        Ok(())
    });
}
