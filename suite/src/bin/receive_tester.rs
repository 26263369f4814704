//! Asserts what a handler gets that receives instead of waiting and reading, and that answers and
//! receives in one call (CH-10).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::hostile::{ARENA, call_with};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::{Robot, Step};
use suite::timing::{SHORT, after, patience, sleep};
use suite_codegen::receive::tester::object::{self, IN, OUT};
use userspace::channel::Handler;
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::{Received, Signals};
use userspace::time::{Duration, Instant, SystemClock};

const ROBOT: Robot = Robot::new(object::ROBOT);
/// The badge that the system's file gives to the robot's requests.
const ROBOT_BADGE: u32 = 0xCAFE_0B07;
/// When the robot's requests with a deadline are given up, in milliseconds after they begin.
const SOON: u32 = 80;
/// When they have been given up for sure.
const LATER: Duration = Duration::from_millis(200);

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(24);
    received(&mut report);
    lengths(&mut report);
    deadlines(&mut report);
    served(&mut report);
    late(&mut report);
    refusals(&mut report);
    answers(&mut report);
    answers_that_fail(&mut report);
    answers_and_time(&mut report);
    lists(&mut report);
    report.shut_down()
}

/// A request of this length, from the robot.
fn of_length(len: usize) -> Result<Received> {
    Ok(Received { len, badge: ROBOT_BADGE })
}

/// Has the robot make requests, and comes back when the first one waits.
fn be_asked(script: &[Step]) -> Result<()> {
    ROBOT.run(script)?;
    IN.wait(Signals::READABLE, patience()).map(|_| ())
}

/// What the robot's requests came to.
fn asked(case: &mut Case, expected: &[Result<u64>]) -> Result<()> {
    let outcomes = ROBOT.outcomes()?;
    for (step, expected) in expected.iter().enumerate() {
        case.equal_for(step, outcomes.of(step), *expected);
    }
    Ok(())
}

/// Tells whether nothing waits on the handler.
fn is_quiet() -> bool {
    IN.wait(Signals::all(), Instant::MIN) == Err(Error::DeadlineExceeded)
}

fn received(report: &mut Report) {
    report.case("CH-10 AB-6 a receive takes the request that waits, and tells its badge", |case| {
        be_asked(&[Step::request(3, 16, 16)])?;
        let mut buffer = [0; 16];
        case.equal(IN.receive(&mut buffer, patience()), of_length(16));
        case.holds(pattern::is(&buffer, 3));
        IN.respond(&pattern::array::<5>(4))?;
        asked(case, &[Ok(5)])
    });
    report.case("CH-10 AB-6 a receive blocks until a request comes, and tells its badge", |case| {
        ROBOT.run(&[Step::Sleep(20), Step::request(5, 16, 16)])?;
        let mut buffer = [0; 16];
        case.equal(IN.receive(&mut buffer, Instant::MAX), of_length(16));
        case.holds(pattern::is(&buffer, 5));
        IN.respond(&[0u8; 0])?;
        asked(case, &[Ok(0), Ok(0)])
    });
    report.case("CH-10 CH-2 a request reaches a handler that blocks in a receive", |case| {
        ROBOT.run(&[Step::Receive { room_bytes: 64 }, Step::Echo])?;
        sleep(SHORT);
        let mut room = [0; 16];
        case.equal(OUT.transact(&pattern::array::<16>(6), &mut room, patience()), Ok(16));
        case.equal(room, pattern::array(6));
        asked(case, &[Ok(16), Ok(0)])
    });
}

fn lengths(report: &mut Report) {
    report.case("CH-10 CH-3 what does not fit is told, and read by its offset", |case| {
        be_asked(&[Step::request(7, 100, 16)])?;
        let mut buffer = [0; 40];
        case.equal(IN.receive(&mut buffer, patience()), of_length(100));
        case.holds(pattern::is(&buffer, 7));
        let mut rest = [0; 60];
        case.equal(IN.read(40, &mut rest), Ok(60));
        case.holds(pattern::is_from(&rest, 7, 40));
        IN.respond(&[0u8; 0])
    });
    report.case("CH-10 AB-8 a receive fills no more than it got", |case| {
        be_asked(&[Step::request(8, 10, 16)])?;
        let mut buffer = [0xC5; 16];
        case.equal(IN.receive(&mut buffer, patience()), of_length(10));
        case.holds(pattern::is(&buffer[..10], 8));
        case.equal(&buffer[10..], &[0xC5; 6]);
        IN.respond(&[0u8; 0])
    });
    report.case(
        "CH-10 a request of no bytes is received, and one into no buffer is told",
        |case| {
            be_asked(&[Step::request(0, 0, 0), Step::request(9, 16, 0)])?;
            case.equal(IN.receive(&mut [0; 16], patience()), of_length(0));
            IN.respond(&[0u8; 0])?;
            case.equal(IN.receive(&mut [0; 0], patience()), of_length(16));
            IN.respond(&[0u8; 0])?;
            asked(case, &[Ok(0), Ok(0)])
        },
    );
}

fn deadlines(report: &mut Report) {
    report.case("CH-10 AB-4 a receive whose deadline is past takes what waits", |case| {
        case.equal(IN.receive(&mut [0; 16], Instant::MIN), Err(Error::DeadlineExceeded));
        be_asked(&[Step::request(3, 16, 16)])?;
        case.equal(IN.receive(&mut [0; 16], Instant::MIN), of_length(16));
        IN.respond(&[0u8; 0])
    });
    report.case("CH-10 WT-2 a receive ends at its deadline, and not before", |case| {
        let deadline = after(SHORT);
        let mut buffer = [0xC5; 16];
        case.equal(IN.receive(&mut buffer, deadline), Err(Error::DeadlineExceeded));
        case.holds(SystemClock::now() >= deadline);
        case.equal(buffer, [0xC5; 16]);
        Ok(())
    });
    report.case("CH-10 AB-5 a receive that ended has left nothing behind", |case| {
        ROBOT.run(&[Step::Sleep(60), Step::request(4, 16, 16)])?;
        let mut buffer = [0xC5; 16];
        case.equal(IN.receive(&mut buffer, after(SHORT)), Err(Error::DeadlineExceeded));
        let found = IN.wait(Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.equal(buffer, [0xC5; 16]);
        case.equal(IN.respond(&[0; 3]), Ok(()));
        asked(case, &[Ok(0), Ok(3)])
    });
}

fn served(report: &mut Report) {
    report.case("CH-10 CH-5a a request that was received no longer shows READABLE", |case| {
        ROBOT.run(&[Step::Sleep(20), Step::request(3, 16, 16)])?;
        case.equal(IN.receive(&mut [0; 16], patience()), of_length(16));
        case.holds(is_quiet());
        IN.respond(&[0u8; 0])
    });
    report.case("CH-10 CH-5a who serves a request must answer it before the next", |case| {
        be_asked(&[Step::request(3, 16, 16)])?;
        case.equal(IN.receive(&mut [0; 16], patience()), of_length(16));
        case.equal(IN.receive(&mut [0; 16], Instant::MAX), Err(Error::FailedPrecondition));
        case.equal(IN.read(0, &mut [0; 16]), Ok(16));
        IN.respond(&[0; 2])?;
        asked(case, &[Ok(2)])
    });
}

/// Receives a request that is withdrawn then, while the robot goes on to another one.
fn overtake(case: &mut Case) -> Result<()> {
    ROBOT.run(&[Step::request_within(1, SOON), Step::request(2, 8, 16)])?;
    case.equal(IN.receive(&mut [0; 16], patience()), of_length(16));
    sleep(LATER);
    Ok(())
}

fn late(report: &mut Report) {
    report.case("CH-10 CH-5a an answer to a received request is late like any other", |case| {
        overtake(case)?;
        case.equal(IN.respond(&[1; 5]), Err(Error::Unavailable));
        case.equal(IN.respond(&[2; 6]), Ok(()));
        asked(case, &[Err(Error::DeadlineExceeded), Ok(6)])
    });
    report.case("CH-10 CH-5a a receive leaves the old request behind", |case| {
        overtake(case)?;
        let mut buffer = [0; 16];
        case.equal(IN.receive(&mut buffer, patience()), of_length(8));
        case.holds(pattern::is(&buffer[..8], 2));
        case.equal(IN.respond(&[2; 6]), Ok(()));
        asked(case, &[Err(Error::DeadlineExceeded), Ok(6)])
    });
    report.case("CH-10 CH-5a a late answer that would receive receives nothing", |case| {
        overtake(case)?;
        let mut buffer = [0xC5; 16];
        let found = IN.respond_and_receive(&[1; 5], &mut buffer, patience());
        case.equal(found, Err(Error::Unavailable));
        case.equal(buffer, [0xC5; 16]);
        case.equal(IN.receive(&mut buffer, patience()), of_length(8));
        IN.respond(&[2; 6])?;
        asked(case, &[Err(Error::DeadlineExceeded), Ok(6)])
    });
}

fn refusals(report: &mut Report) {
    let code = (refusals as *const ()).expose_provenance();
    report.case("CH-10 AB-1 an initiator cannot receive, nor can what is not there", |case| {
        let initiator = Handler::new(OUT.handle());
        case.equal(initiator.receive(&mut [0; 4], Instant::MIN), Err(Error::InvalidArgument));
        let nobody = Handler::new(77);
        case.equal(nobody.receive(&mut [0; 4], Instant::MIN), Err(Error::OutOfRange));
        Ok(())
    });
    report.case(
        "CH-10 AB-3 AB-5 a receive into a bad buffer is refused, and the request waits",
        |case| {
            be_asked(&[Step::request(3, 16, 16)])?;
            for bad in [0, code, usize::MAX - 7] {
                let words = [IN.handle() as usize, bad, 8, usize::MAX, usize::MAX];
                let found = call_with(Syscall::ChannelReceive, words).status;
                case.equal_for(bad, found, Error::PermissionDenied as u32);
            }
            case.equal(IN.receive(&mut [0; 16], patience()), of_length(16));
            IN.respond(&[0u8; 0])
        },
    );
    report.case("CH-10 AB-3 AB-5 both buffers are checked before the answer goes", |case| {
        be_asked(&[Step::request(3, 16, 16)])?;
        let [handle, good] = [IN.handle() as usize, ARENA.at(0)];
        for [answer, room] in [[0, good], [usize::MAX - 3, good], [good, 0], [good, code]] {
            let words = [handle, answer, 4, room, 4, usize::MAX, usize::MAX];
            let found = call_with(Syscall::ChannelRespondAndReceive, words).status;
            case.equal_for((answer, room), found, Error::PermissionDenied as u32);
        }
        IN.respond(&[0; 9])?;
        asked(case, &[Ok(9)])
    });
}

fn answers(report: &mut Report) {
    report.case("CH-10 CH-4 one call answers and takes the next request", |case| {
        ROBOT.run(&[
            Step::request(1, 16, 16),
            Step::Recognise { seed: 11 },
            Step::request(2, 8, 16),
        ])?;
        let mut buffer = [0; 16];
        case.equal(IN.receive(&mut buffer, patience()), of_length(16));
        let found = IN.respond_and_receive(&pattern::array::<7>(11), &mut buffer, patience());
        case.equal(found, of_length(8));
        case.holds(pattern::is(&buffer[..8], 2));
        IN.respond(&[0; 3])?;
        asked(case, &[Ok(7), Ok(1), Ok(3)])
    });
    report.case("CH-10 CH-4 without a receive before it answers the request that waits", |case| {
        be_asked(&[Step::request(1, 16, 16), Step::request(2, 8, 16)])?;
        let mut buffer = [0; 16];
        case.equal(IN.respond_and_receive(&[0; 4], &mut buffer, patience()), of_length(8));
        IN.respond(&[0; 3])?;
        asked(case, &[Ok(4), Ok(3)])
    });
    report.case("CH-10 a hundred requests are answered and received in turn", |case| {
        let mut buffer = [0; 16];
        for round in 0..10u8 {
            ROBOT.run(&[Step::request(round, 16, 16); 10])?;
            let mut found = IN.receive(&mut buffer, patience());
            for _ in 1..10 {
                case.equal(found, of_length(16));
                case.holds(pattern::is(&buffer, round));
                found = IN.respond_and_receive(&[round; 6], &mut buffer, patience());
            }
            IN.respond(&[round; 6])?;
            asked(case, &[Ok(6); 10])?;
        }
        Ok(())
    });
}

fn answers_that_fail(report: &mut Report) {
    report.case(
        "CH-10 CH-4 an answer that is too long is refused, and nothing is received",
        |case| {
            be_asked(&[Step::request(1, 16, 16)])?;
            let mut buffer = [0xC5; 16];
            case.equal(IN.receive(&mut [0; 16], patience()), of_length(16));
            for too_long in [&[0u8; 17][..], &[0; 200]] {
                let found = IN.respond_and_receive(too_long, &mut buffer, Instant::MAX);
                case.equal(found, Err(Error::OutOfRange));
            }
            case.equal(buffer, [0xC5; 16]);
            IN.respond(&[0; 16])?;
            asked(case, &[Ok(16)])
        },
    );
    report.case(
        "CH-10 CH-4 with no request to answer it is Unavailable and receives nothing",
        |case| {
            let mut buffer = [0xC5; 16];
            let found = IN.respond_and_receive(&[0; 4], &mut buffer, Instant::MAX);
            case.equal(found, Err(Error::Unavailable));
            case.equal(buffer, [0xC5; 16]);
            Ok(())
        },
    );
}

fn answers_and_time(report: &mut Report) {
    report.case("CH-10 AB-5 an answer is delivered though no request follows in time", |case| {
        for wait in [Duration::ZERO, SHORT] {
            be_asked(&[Step::request(1, 16, 16)])?;
            let deadline = after(wait);
            let found = IN.respond_and_receive(&[0; 4], &mut [0; 16], deadline);
            case.equal(found, Err(Error::DeadlineExceeded));
            case.holds(SystemClock::now() >= deadline);
            asked(case, &[Ok(4)])?;
        }
        case.holds(is_quiet());
        Ok(())
    });
}

fn lists(report: &mut Report) {
    report.case("CH-10 AB-7 lists of slices are answered from and received into", |case| {
        ROBOT.run(&[
            Step::request(1, 16, 16),
            Step::Recognise { seed: 12 },
            Step::request(2, 8, 16),
        ])?;
        ARENA.fill(0);
        ARENA.write(512, &pattern::array::<10>(12));
        let room = ARENA.write_table(256, &[(ARENA.at(0), 5), (ARENA.at(5), 11)]);
        let answer = ARENA.write_table(320, &[(ARENA.at(512), 4), (ARENA.at(516), 6)]);
        let (handle, badge) = (IN.handle() as usize, ROBOT_BADGE as usize);
        let forever = [usize::MAX; 2];
        let words = [handle, room[0], room[1], forever[0], forever[1]];
        let found = call_with(Syscall::ChannelReceive, words);
        case.equal((found.status, found.value0, found.value1), (0, 16, badge));
        case.holds(pattern::is(&ARENA.read::<16>(0), 1));
        let words = [handle, answer[0], answer[1], room[0], room[1], forever[0], forever[1]];
        let found = call_with(Syscall::ChannelRespondAndReceive, words);
        case.equal((found.status, found.value0, found.value1), (0, 8, badge));
        case.holds(pattern::is(&ARENA.read::<8>(0), 2));
        IN.respond(&[0u8; 0])?;
        asked(case, &[Ok(10), Ok(1), Ok(0)])
    });
}
