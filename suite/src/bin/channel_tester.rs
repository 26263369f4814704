//! Asserts what a channel is, from both of its ends (CH-1 to CH-5a, CH-7, AB-10).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::robot::{Outcomes, Robot, Step};
use suite::{pattern, timing};
use suite_codegen::channel::tester::object::{self, IN, OUT};
use userspace::process_entry;
use userspace::syscall::Signals;
use userspace::time::Instant;

const ROBOT: Robot = Robot::new(object::ROBOT);
/// What memory that nobody should touch holds.
const CANARY: u8 = 0xC5;
/// The length of most requests here.
const SOME: usize = 16;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(37);
    round_trips(&mut report);
    answers(&mut report);
    limits(&mut report);
    reads(&mut report);
    limits_of_reads(&mut report);
    exact_reads(&mut report);
    responses(&mut report);
    ends(&mut report);
    serving(&mut report);
    report.shut_down()
}

/// Transacts while the robot carries out a script on the other end.
fn transact(script: &[Step], send: &[u8], receive: &mut [u8]) -> Result<usize> {
    ROBOT.run(script)?;
    OUT.transact(send, receive, timing::patience())
}

/// Lets the robot start a transaction, and comes back when its request waits.
fn be_asked(script: &[Step]) -> Result<()> {
    ROBOT.run(script)?;
    IN.wait(Signals::READABLE, timing::patience()).map(|_| ())
}

/// Answers with nothing, and gives what the robot made of it.
fn let_go() -> Result<Outcomes> {
    IN.respond(&[0u8; 0])?;
    ROBOT.outcomes()
}

fn round_trips(report: &mut Report) {
    let sizes = [
        (0, "CH-2 AB-8 nothing goes there and back"),
        (1, "CH-2 AB-8 1 byte goes there and back unchanged"),
        (4, "CH-2 AB-8 4 bytes go there and back unchanged"),
        (64, "CH-2 AB-8 64 bytes go there and back unchanged"),
        (255, "CH-2 AB-8 255 bytes go there and back unchanged"),
        (256, "CH-2 AB-8 256 bytes go there and back unchanged"),
        (1024, "CH-2 AB-8 1024 bytes go there and back unchanged"),
        (4096, "CH-2 AB-8 AB-10 4096 bytes go there and back unchanged"),
    ];
    for (bytes, title) in sizes {
        report.case(title, |case| echo(case, bytes));
    }
}

fn echo(case: &mut Case, bytes: usize) -> Result<()> {
    let mut buffer = [0; 4096];
    let request = &mut buffer[..bytes];
    pattern::fill(request, 11);
    let mut answer = [CANARY; 4096 + 1];
    let length = transact(&[Step::WAIT, Step::READ_ALL, Step::Echo], request, &mut answer)?;
    case.equal(length, bytes);
    case.holds(pattern::is(&answer[..bytes], 11));
    case.equal(answer[bytes], CANARY);
    case.equal(ROBOT.outcomes()?.of(1), Ok(bytes as u64));
    Ok(())
}

fn answers(report: &mut Report) {
    report.case("CH-2 the length of the answer is returned, not that of the buffer", |case| {
        let mut room = [CANARY; 64];
        let length = transact(&[Step::WAIT, Step::answer(3, 8)], &[1], &mut room)?;
        case.equal(length, 8);
        case.holds(pattern::is(&room[..8], 3));
        case.holds(room[8..].iter().all(|byte| *byte == CANARY));
        Ok(())
    });
    report.case("CH-4 an answer as long as the buffer fits", |case| {
        let mut room = [0; 8];
        case.equal(transact(&[Step::WAIT, Step::answer(4, 8)], &[1], &mut room)?, 8);
        case.holds(pattern::is(&room, 4));
        Ok(())
    });
    report.case("CH-4 an answer may be empty", |case| {
        let mut room = [CANARY; 8];
        case.equal(transact(&[Step::WAIT, Step::answer(4, 0)], &[1], &mut room)?, 0);
        case.equal(room, [CANARY; 8]);
        Ok(())
    });
    report.case("CH-4 a request may have no room for an answer", |case| {
        case.equal(
            transact(&[Step::WAIT, Step::answer(1, 1), Step::answer(1, 0)], &[1], &mut [])?,
            0,
        );
        case.equal(ROBOT.outcomes()?.of(1), Err(Error::OutOfRange));
        Ok(())
    });
    report.case("CH-7 an initiator without a transaction shows WRITEABLE, and only that", |case| {
        let found = OUT.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        case.equal(transact(&[Step::WAIT, Step::answer(1, 1)], &[1], &mut [0])?, 1);
        case.equal(OUT.wait(Signals::WRITEABLE, Instant::MIN)?.pending_signals, Signals::WRITEABLE);
        Ok(())
    });
}

fn limits(report: &mut Report) {
    report.case("AB-10 AB-5 a request of 4097 bytes is refused and not seen", |case| {
        ROBOT.run(&[Step::WAIT_IN_VAIN])?;
        let found = OUT.transact(&[0; 4097], &mut [0; 8], timing::patience());
        case.equal(found, Err(Error::OutOfRange));
        case.equal(ROBOT.outcomes()?.of(0), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("AB-10 an answer of 4097 bytes is refused and a shorter one may follow", |case| {
        let script = [Step::WAIT, Step::answer(5, 4097), Step::answer(5, 4096)];
        let mut room = [0; 4100];
        case.equal(transact(&script, &[1], &mut room)?, 4096);
        case.holds(pattern::is(&room[..4096], 5));
        let done = ROBOT.outcomes()?;
        case.equal(done.of(1), Err(Error::OutOfRange));
        case.equal(done.of(2), Ok(0));
        Ok(())
    });
    report.case("AB-4 AB-5 a deadline that is past starts nothing", |case| {
        // The robot waits for the request, and would be woken by it however short it lived (WT-6).
        ROBOT.run(&[Step::WAIT_IN_VAIN])?;
        let found = OUT.transact(&[1, 2], &mut [0; 8], Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        case.equal(ROBOT.outcomes()?.of(0), Err(Error::DeadlineExceeded));
        Ok(())
    });
}

/// Runs a case in which a request of [`SOME`] bytes of the pattern 7 waits on this side.
fn with_request(
    report: &mut Report,
    title: &'static str,
    body: impl FnOnce(&mut Case) -> Result<()>,
) {
    report.case(title, |case| {
        be_asked(&[Step::request(7, 16, 16)])?;
        let result = body(case);
        // Whatever went wrong, the next case must find the channel free.
        let done = let_go()?;
        case.equal(done.of(0), Ok(0));
        result
    });
}

fn reads(report: &mut Report) {
    with_request(report, "CH-3 a pending request shows READABLE", |case| {
        let found = IN.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::READABLE);
        Ok(())
    });
    with_request(report, "CH-1 CH-3 a request is read as often as wanted", |case| {
        for _ in 0..3 {
            let mut buffer = [0; SOME];
            case.equal(IN.read(0, &mut buffer)?, SOME);
            case.holds(pattern::is(&buffer, 7));
        }
        Ok(())
    });
    with_request(report, "CH-3 a request is read from any byte on", |case| {
        for offset in 1..SOME {
            let mut buffer = [0; SOME];
            case.equal_for(offset, IN.read(offset, &mut buffer), Ok(SOME - offset));
            case.holds(pattern::is_from(&buffer[..SOME - offset], 7, offset));
        }
        Ok(())
    });
    with_request(report, "CH-3 a read at the request's end gives nothing", |case| {
        let mut buffer = [CANARY; SOME];
        case.equal(IN.read(SOME, &mut buffer), Ok(0));
        case.equal(buffer, [CANARY; SOME]);
        Ok(())
    });
}

fn limits_of_reads(report: &mut Report) {
    with_request(report, "CH-3 a read beyond the request's end is refused", |case| {
        for offset in [SOME + 1, 4096, usize::MAX - 1, usize::MAX] {
            let found = IN.read(offset, &mut [0; SOME]);
            case.equal_for(offset, found, Err(Error::OutOfRange));
        }
        Ok(())
    });
    with_request(
        report,
        "CH-3 AB-8 a read fills no more than its buffer, nor than it got",
        |case| {
            let mut buffer = [CANARY; SOME + 8];
            case.equal(IN.read(0, &mut buffer[..4])?, 4);
            case.holds(pattern::is(&buffer[..4], 7));
            case.equal(buffer[4], CANARY);
            case.equal(IN.read(0, &mut buffer)?, SOME);
            case.holds(buffer[SOME..].iter().all(|byte| *byte == CANARY));
            case.equal(IN.read(0, &mut [0u8; 0]), Ok(0));
            Ok(())
        },
    );
    report.case("CH-3 a read with no request pending is Unavailable", |case| {
        case.equal(IN.read(0, &mut [0; SOME]), Err(Error::Unavailable));
        case.equal(IN.read(usize::MAX, &mut [0; SOME]), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-3 a request of no bytes is a request", |case| {
        be_asked(&[Step::request(1, 0, 0)])?;
        case.equal(IN.read(0, &mut [0; SOME]), Ok(0));
        case.equal(IN.read(1, &mut [0; SOME]), Err(Error::OutOfRange));
        case.equal(let_go()?.of(0), Ok(0));
        Ok(())
    });
}

fn exact_reads(report: &mut Report) {
    with_request(report, "CH-3 an exact read takes a request that fills its buffer", |case| {
        let mut buffer = [0; SOME];
        case.equal(IN.read_exact(0, &mut buffer)?, SOME);
        case.holds(pattern::is(&buffer, 7));
        case.equal(IN.read_exact(12, &mut buffer[..4])?, 4);
        case.holds(pattern::is_from(&buffer[..4], 7, 12));
        Ok(())
    });
    with_request(report, "CH-3 an exact read of a request that is too short is refused", |case| {
        let mut buffer = [CANARY; SOME + 1];
        case.equal(IN.read_exact(0, &mut buffer), Err(Error::OutOfRange));
        case.equal(IN.read_exact(1, &mut buffer[..SOME]), Err(Error::OutOfRange));
        case.equal(IN.read_exact(SOME + 1, &mut [0u8; 0]), Err(Error::OutOfRange));
        case.equal(buffer, [CANARY; SOME + 1]);
        Ok(())
    });
    with_request(report, "CH-3 AB-5 a read that is refused does not serve the request", |case| {
        case.equal(IN.read_exact(0, &mut [0; SOME + 1]), Err(Error::OutOfRange));
        case.equal(IN.read(SOME + 1, &mut [0; SOME]), Err(Error::OutOfRange));
        let found = IN.wait(Signals::READABLE, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::READABLE);
        Ok(())
    });
    report.case("CH-3 an exact read with no request pending is Unavailable", |case| {
        case.equal(IN.read_exact(0, &mut [0; SOME]), Err(Error::Unavailable));
        Ok(())
    });
}

fn responses(report: &mut Report) {
    report.case("CH-4 an answer arrives at the initiator, whose call gives its length", |case| {
        be_asked(&[Step::request(7, 4, 16), Step::Recognise { seed: 9 }])?;
        case.equal(IN.respond(&pattern::array::<12>(9)), Ok(()));
        let done = ROBOT.outcomes()?;
        case.equal(done.of(0), Ok(12));
        case.equal(done.of(1), Ok(1));
        Ok(())
    });
    report.case(
        "CH-4 an answer that is too long is refused and a shorter one may follow",
        |case| {
            be_asked(&[Step::request(7, 4, 16), Step::Recognise { seed: 9 }])?;
            case.equal(IN.respond(&[0; 17]), Err(Error::OutOfRange));
            let found = IN.wait(Signals::READABLE, Instant::MIN)?;
            case.equal(found.pending_signals, Signals::READABLE);
            case.equal(IN.respond(&pattern::array::<16>(9)), Ok(()));
            let done = ROBOT.outcomes()?;
            case.equal(done.of(0), Ok(16));
            case.equal(done.of(1), Ok(1));
            Ok(())
        },
    );
    report.case("CH-4 an answer that is too long leaves a served request served", |case| {
        be_asked(&[Step::request(7, 4, 16)])?;
        case.equal(IN.read(0, &mut [0; 4])?, 4);
        case.equal(IN.respond(&[0; 17]), Err(Error::OutOfRange));
        case.equal(IN.read(0, &mut [0; 4])?, 4);
        case.equal(let_go()?.of(0), Ok(0));
        Ok(())
    });
}

fn ends(report: &mut Report) {
    report.case("CH-4 exactly one answer ends a transaction", |case| {
        be_asked(&[Step::request(7, 4, 16)])?;
        case.equal(IN.respond(&[1; 2]), Ok(()));
        case.equal(IN.respond(&[1; 2]), Err(Error::Unavailable));
        case.equal(IN.read(0, &mut [0; 4]), Err(Error::Unavailable));
        case.equal(ROBOT.outcomes()?.of(0), Ok(2));
        Ok(())
    });
    report.case("CH-4 an answer with no request pending is Unavailable", |case| {
        case.equal(IN.respond(&[1; 2]), Err(Error::Unavailable));
        case.equal(IN.respond(&[0u8; 0]), Err(Error::Unavailable));
        Ok(())
    });
}

fn serving(report: &mut Report) {
    report.case("CH-3 CH-5a READABLE falls when the request is read", |case| {
        be_asked(&[Step::request(7, 4, 16)])?;
        case.equal(IN.read(0, &mut [0; 1])?, 1);
        let found = IN.wait(Signals::READABLE, Instant::MIN);
        case.equal(found.map(|_| ()), Err(Error::DeadlineExceeded));
        case.equal(let_go()?.of(0), Ok(0));
        Ok(())
    });
    report.case("CH-5a a read request stays the one that read and answer act on", |case| {
        be_asked(&[Step::request(7, 4, 16)])?;
        let mut buffer = [0; 4];
        case.equal(IN.read(0, &mut buffer[..1])?, 1);
        timing::sleep(timing::SHORT);
        case.equal(IN.read(0, &mut buffer)?, 4);
        case.holds(pattern::is(&buffer, 7));
        case.equal(let_go()?.of(0), Ok(0));
        Ok(())
    });
    report.case("CH-5a an answer without a read answers the request that waits", |case| {
        be_asked(&[Step::request(7, 4, 16), Step::request(8, 4, 16)])?;
        case.equal(IN.respond(&[1; 3]), Ok(()));
        IN.wait(Signals::READABLE, timing::patience())?;
        let mut second = [0; 4];
        case.equal(IN.read(0, &mut second)?, 4);
        case.holds(pattern::is(&second, 8));
        let done = let_go()?;
        case.equal(done.of(0), Ok(3));
        case.equal(done.of(1), Ok(0));
        Ok(())
    });
    report.case("CH-2 CH-3 a hundred round trips leave nothing behind", |case| {
        for number in 0..100u8 {
            be_asked(&[Step::request(number, 4, 16), Step::Recognise { seed: number }])?;
            let mut buffer = [0; 4];
            case.equal(IN.read(0, &mut buffer)?, 4);
            IN.respond(&buffer)?;
            let done = ROBOT.outcomes()?;
            case.equal_for(number, (done.of(0), done.of(1)), (Ok(4), Ok(1)));
        }
        let found = IN.wait(Signals::all(), Instant::MIN).map(|_| ());
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
}
