//! Asserts that a list of slices is the flat buffer of the same bytes, wherever a buffer can be
//! given, and that no table makes the kernel leave the caller's memory (AB-7, AB-8).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, LIST_FLAG, RawSlice, Result, StatusCode};
use suite::hostile::{ARENA, ARENA_BYTES, call_with};
use suite::report::{Case, Report};
use suite::robot::{Robot, Step};
use suite::{pattern, timing};
use suite_codegen::slices::tester::object::{self, IN, OUT};
use userspace::process_entry;
use userspace::raw::{Results, Syscall};
use userspace::syscall::Signals;

const ROBOT: Robot = Robot::new(object::ROBOT);
const CANARY: u8 = 0xC5;
/// Where tables lie in the arena; the bytes that they name lie before.
const TABLE: usize = 4096;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(29);
    requests(&mut report);
    answers(&mut report);
    reads(&mut report);
    responses(&mut report);
    too_many(&mut report);
    bad_tables(&mut report);
    bad_counts(&mut report);
    tables_in_the_way(&mut report);
    overlaps(&mut report);
    report.shut_down()
}

/// Transacts while the robot carries out a script on the other end.
fn with_robot(script: &[Step], transact: impl FnOnce() -> Result<usize>) -> Result<usize> {
    ROBOT.run(script)?;
    transact()
}

/// Lets the robot start a transaction, and comes back when its request waits.
fn be_asked(script: &[Step]) -> Result<()> {
    ROBOT.run(script)?;
    IN.wait(Signals::READABLE, timing::patience()).map(|_| ())
}

/// Cuts the bytes into slices of 0, 1, 2, ... bytes; the last one takes the rest.
fn cut<const N: usize>(mut bytes: &[u8]) -> [&[u8]; N] {
    core::array::from_fn(|index| {
        let length = if index + 1 == N { bytes.len() } else { index.min(bytes.len()) };
        let (slice, rest) = bytes.split_at(length);
        bytes = rest;
        slice
    })
}

/// As [`cut`], for bytes to write.
fn cut_mut<const N: usize>(bytes: &mut [u8]) -> [&mut [u8]; N] {
    let mut bytes = bytes;
    core::array::from_fn(|index| {
        let length = if index + 1 == N { bytes.len() } else { index.min(bytes.len()) };
        let (slice, rest) = core::mem::take(&mut bytes).split_at_mut(length);
        bytes = rest;
        slice
    })
}

const ECHO: [Step; 3] = [Step::WAIT, Step::READ_ALL, Step::Echo];

/// A request in `N` slices comes back as the flat one does.
fn request_in<const N: usize>(case: &mut Case) -> Result<()> {
    let request = pattern::array::<100>(21);
    let sent: [&[u8]; N] = cut(&request);
    let mut answer = [0; 100];
    let length = with_robot(&ECHO, || OUT.transact(&sent, &mut answer, timing::patience()))?;
    case.equal(length, 100);
    case.equal(answer, request);
    Ok(())
}

fn requests(report: &mut Report) {
    report.case("AB-7 a request of no slices is an empty one", |case| {
        let none: [&[u8]; 0] = [];
        let mut answer = [CANARY; 4];
        let length = with_robot(&ECHO, || OUT.transact(&none, &mut answer, timing::patience()))?;
        case.equal(length, 0);
        case.equal(answer, [CANARY; 4]);
        Ok(())
    });
    report.case("AB-7 a request of 1 slice equals the flat one", request_in::<1>);
    report.case("AB-7 a request of 2 slices equals the flat one", request_in::<2>);
    report.case("AB-7 a request of 3 slices equals the flat one", request_in::<3>);
    report.case("AB-7 a request of 5 slices equals the flat one", request_in::<5>);
    report.case("AB-7 a request of 8 slices equals the flat one", request_in::<8>);
    report.case("AB-7 AB-10 a list may be as long as a transfer, and no longer", |case| {
        let half = pattern::array::<2048>(1);
        let most: [&[u8]; 2] = [&half, &half];
        let mut answer = [0; 4096];
        let length = with_robot(&ECHO, || OUT.transact(&most, &mut answer, timing::patience()))?;
        case.equal(length, 4096);
        case.holds(pattern::is(&answer[..2048], 1) && pattern::is(&answer[2048..], 1));
        let more: [&[u8]; 3] = [&half, &half, &[1]];
        let found = OUT.transact(&more, &mut answer, timing::patience());
        case.equal(found, Err(Error::OutOfRange));
        Ok(())
    });
}

/// An answer of 90 bytes goes into `N` slices of 100 bytes as into the flat buffer.
fn answer_in<const N: usize>(case: &mut Case) -> Result<()> {
    let mut room = [CANARY; 100];
    let mut slices: [&mut [u8]; N] = cut_mut(&mut room);
    let script = [Step::WAIT, Step::answer(22, 90)];
    let length = with_robot(&script, || OUT.transact(&[1], &mut slices, timing::patience()))?;
    case.equal(length, 90);
    case.holds(pattern::is(&room[..90], 22));
    case.holds(room[90..] == [CANARY; 10]);
    Ok(())
}

fn answers(report: &mut Report) {
    report.case("AB-7 AB-8 an answer into 1 slice equals the flat one", answer_in::<1>);
    report.case("AB-7 AB-8 an answer into 2 slices equals the flat one", answer_in::<2>);
    report.case("AB-7 AB-8 an answer into 5 slices equals the flat one", answer_in::<5>);
    report.case("AB-7 AB-8 an answer into 8 slices equals the flat one", answer_in::<8>);
    report.case("AB-7 CH-4 an answer longer than all slices together is refused", |case| {
        let mut room = [CANARY; 10];
        let mut slices: [&mut [u8]; 3] = cut_mut(&mut room);
        let script = [Step::WAIT, Step::answer(1, 11), Step::answer(1, 10)];
        let length = with_robot(&script, || OUT.transact(&[1], &mut slices, timing::patience()))?;
        case.equal(length, 10);
        case.equal(ROBOT.outcomes()?.of(1), Err(Error::OutOfRange));
        Ok(())
    });
}

fn reads(report: &mut Report) {
    report.case("AB-7 CH-3 a read into slices equals the flat one, from any byte on", |case| {
        be_asked(&[Step::request(23, 60, 0)])?;
        for offset in [0, 1, 7, 59, 60] {
            let mut room = [CANARY; 64];
            let mut slices: [&mut [u8]; 6] = cut_mut(&mut room);
            case.equal_for(offset, IN.read(offset, &mut slices), Ok(60 - offset));
            case.holds(pattern::is_from(&room[..60 - offset], 23, offset));
            case.holds(room[60 - offset..].iter().all(|byte| *byte == CANARY));
        }
        IN.respond(&[0u8; 0])
    });
    report.case("AB-7 CH-3 an exact read wants all slices filled", |case| {
        be_asked(&[Step::request(23, 60, 0)])?;
        let mut room = [0; 61];
        let mut slices: [&mut [u8]; 4] = cut_mut(&mut room);
        case.equal(IN.read_exact(0, &mut slices), Err(Error::OutOfRange));
        let mut slices: [&mut [u8]; 4] = cut_mut(&mut room[..60]);
        case.equal(IN.read_exact(0, &mut slices), Ok(60));
        case.holds(pattern::is(&room[..60], 23));
        IN.respond(&[0u8; 0])
    });
}

fn responses(report: &mut Report) {
    report.case("AB-7 CH-4 an answer of slices equals the flat one", |case| {
        be_asked(&[Step::request(1, 1, 64), Step::Recognise { seed: 24 }])?;
        let answer = pattern::array::<64>(24);
        let slices: [&[u8]; 8] = cut(&answer);
        IN.respond(&slices)?;
        let done = ROBOT.outcomes()?;
        case.equal(done.of(0), Ok(64));
        case.equal(done.of(1), Ok(1));
        Ok(())
    });
}

fn too_many(report: &mut Report) {
    report.case("AB-7 a request of 9 slices is refused, however short they are", |case| {
        let nine: [&[u8]; 9] = [&[]; 9];
        let found = OUT.transact(&nine, &mut [0; 4], timing::patience());
        case.equal(found, Err(Error::OutOfRange));
        Ok(())
    });
    report.case("AB-7 room of 9 slices is refused", |case| {
        let mut room = [0; 9];
        let mut nine: [&mut [u8]; 9] = cut_mut(&mut room);
        let found = OUT.transact(&[1], &mut nine, timing::patience());
        case.equal(found, Err(Error::OutOfRange));
        Ok(())
    });
    report.case("AB-7 AB-5 a handler's 9 slices are refused and the request still waits", |case| {
        be_asked(&[Step::request(1, 1, 4)])?;
        let mut room = [0; 9];
        let mut nine: [&mut [u8]; 9] = cut_mut(&mut room);
        case.equal(IN.read(0, &mut nine), Err(Error::OutOfRange));
        let nine: [&[u8]; 9] = [&[]; 9];
        case.equal(IN.respond(&nine), Err(Error::OutOfRange));
        let found = IN.wait(Signals::READABLE, timing::patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        IN.respond(&[0u8; 0])
    });
}

/// A transaction with these words for the request and for the room, which ends at once.
fn transact([send, send_length]: [usize; 2], [receive, receive_length]: [usize; 2]) -> Results {
    let handle = OUT.handle() as usize;
    call_with(Syscall::ChannelTransact, [handle, send, send_length, receive, receive_length, 0, 0])
}

/// Tries a table as a request and as room for an answer: both must end with `expected`, and neither
/// may have written anything but the table.
fn refused(case: &mut Case, slices: &[(usize, usize)], expected: Error) {
    ARENA.fill(CANARY);
    let table = ARENA.write_table(TABLE, slices);
    let flat = [ARENA.at(0), 4];
    case.equal_for(slices, transact(table, flat).status, expected.status_code());
    case.equal_for(slices, transact(flat, table).status, expected.status_code());
    let end = TABLE + size_of_val(slices);
    case.holds(ARENA.is_filled(0..TABLE, CANARY) && ARENA.is_filled(end..ARENA_BYTES, CANARY));
}

fn bad_tables(report: &mut Report) {
    let good = ARENA.at(0);
    report.case("AB-7 a list whose total wraps is refused", |case| {
        let half = usize::MAX / 2;
        refused(case, &[(good, half), (good, half), (good, 2)], Error::OutOfRange);
        refused(case, &[(good, 1), (good, half), (good, half + 1)], Error::OutOfRange);
        Ok(())
    });
    report.case("AB-7 AB-3 a list with a slice that is not the caller's is refused", |case| {
        for bad in [0, 1, usize::MAX - 3, usize::MAX / 2] {
            refused(case, &[(good, 4), (bad, 4)], Error::PermissionDenied);
            refused(case, &[(bad, 4), (good, 4)], Error::PermissionDenied);
        }
        Ok(())
    });
    report.case("AB-7 AB-3 a slice that is only to be read is no room", |case| {
        static CONSTANT: [u8; 4] = *b"kept";
        let constant = (CONSTANT.as_ptr().expose_provenance(), CONSTANT.len());
        let table = ARENA.write_table(TABLE, &[(good, 4), constant]);
        let flat = [good, 4];
        case.equal(transact(flat, table).status, Error::PermissionDenied.status_code());
        case.equal(transact(table, flat).status, Error::DeadlineExceeded.status_code());
        Ok(())
    });
    report.case("AB-7 AB-1 an empty slice may be anywhere", |case| {
        for anywhere in [0, 1, usize::MAX, usize::MAX / 2] {
            let table = ARENA.write_table(TABLE, &[(anywhere, 0), (good, 4), (anywhere, 0)]);
            let expected = Error::DeadlineExceeded.status_code();
            case.equal_for(anywhere, transact(table, table).status, expected);
        }
        Ok(())
    });
}

fn bad_counts(report: &mut Report) {
    let good = ARENA.at(0);
    report.case("AB-7 AB-3 a table that is not the caller's is refused", |case| {
        let flat = [good, 4];
        for address in [0, 8, usize::MAX / 2, usize::MAX - 15, usize::MAX & !15] {
            for slices in [1, 8] {
                let table = [address, LIST_FLAG | slices];
                let expected = Error::PermissionDenied.status_code();
                case.equal_for((address, slices), transact(table, flat).status, expected);
                case.equal_for((address, slices), transact(flat, table).status, expected);
            }
        }
        Ok(())
    });
    report.case("AB-7 AB-3 a count of slices is never believed", |case| {
        for slices in [9, 16, 255, 256, 257, 264, 0x1_0000, 0x1_0008, LIST_FLAG >> 1, LIST_FLAG - 1]
        {
            let table = [ARENA.at(TABLE), LIST_FLAG | slices];
            let expected = Error::OutOfRange.status_code();
            case.equal_for(slices, transact(table, [good, 4]).status, expected);
            case.equal_for(slices, transact([good, 4], table).status, expected);
        }
        Ok(())
    });
    report.case("AB-7 AB-3 a list within a list is refused", |case| {
        ARENA.fill(CANARY);
        let inner = ARENA.write_table(TABLE, &[(good, 4)]);
        let outer = ARENA.write_table(TABLE + 64, &[(inner[0], inner[1])]);
        for result in [transact(outer, [good, 4]), transact([good, 4], outer)] {
            case.holds(result.status != 0 && result.status != Error::DeadlineExceeded as u32);
        }
        Ok(())
    });
}

/// Lets the robot answer with 64 bytes of the pattern 25 into the room that these words name.
fn answered_into(case: &mut Case, [receive, receive_length]: [usize; 2]) -> Result<()> {
    ROBOT.run(&[Step::WAIT, Step::answer(25, 64)])?;
    let words = [OUT.handle() as usize, ARENA.at(0), 0, receive, receive_length];
    let never = [usize::MAX; 2];
    let [w0, w1, w2, w3, w4] = words;
    let results = call_with(Syscall::ChannelTransact, [w0, w1, w2, w3, w4, never[0], never[1]]);
    case.equal((results.status, results.value0), (0, 64));
    case.equal(ROBOT.outcomes()?.of(1), Ok(0));
    Ok(())
}

fn tables_in_the_way(report: &mut Report) {
    report.case(
        "AB-8 AB-7 an answer that overwrites its own table still lands where it said",
        |case| {
            ARENA.fill(CANARY);
            // The first slice is the table itself, so that it is gone when the second one is due.
            let bytes = 2 * size_of::<RawSlice>();
            let table =
                ARENA.write_table(TABLE, &[(ARENA.at(TABLE), bytes), (ARENA.at(0), 64 - bytes)]);
            answered_into(case, table)?;
            let (first, second) = (ARENA.read::<64>(TABLE), ARENA.read::<64>(0));
            case.holds(pattern::is(&first[..bytes], 25));
            case.holds(pattern::is_from(&second[..64 - bytes], 25, bytes));
            case.holds(ARENA.is_filled(64 - bytes..TABLE, CANARY));
            case.holds(ARENA.is_filled(TABLE + bytes..ARENA_BYTES, CANARY));
            Ok(())
        },
    );
    report.case(
        "AB-8 AB-7 a read that overwrites its own table still lands where it said",
        |case| {
            be_asked(&[Step::request(26, 64, 0)])?;
            ARENA.fill(CANARY);
            let bytes = 2 * size_of::<RawSlice>();
            let table =
                ARENA.write_table(TABLE, &[(ARENA.at(TABLE), bytes), (ARENA.at(0), 64 - bytes)]);
            let words = [IN.handle() as usize, 0, table[0], table[1]];
            let results = call_with(Syscall::ChannelRead, words);
            case.equal((results.status, results.value0), (0, 64));
            let (first, second) = (ARENA.read::<64>(TABLE), ARENA.read::<64>(0));
            case.holds(pattern::is(&first[..bytes], 26));
            case.holds(pattern::is_from(&second[..64 - bytes], 26, bytes));
            case.holds(ARENA.is_filled(TABLE + bytes..ARENA_BYTES, CANARY));
            IN.respond(&[0u8; 0])
        },
    );
}

fn overlaps(report: &mut Report) {
    report.case("AB-8 slices that overlap are filled in one forward pass", |case| {
        ARENA.fill(CANARY);
        let slices = [(ARENA.at(0), 32), (ARENA.at(16), 32)];
        answered_into(case, ARENA.write_table(TABLE, &slices))?;
        let found = ARENA.read::<48>(0);
        case.holds(pattern::is(&found[..16], 25));
        case.holds(pattern::is_from(&found[16..], 25, 32));
        case.holds(ARENA.is_filled(48..TABLE, CANARY));
        Ok(())
    });
    report.case("AB-8 an answer may overwrite the request that it answers", |case| {
        ARENA.fill(CANARY);
        ARENA.write(100, &pattern::array::<32>(27));
        ROBOT.run(&[
            Step::WAIT,
            Step::READ_ALL,
            Step::answer(28, 32),
            Step::Recognise { seed: 27 },
        ])?;
        let (request, room) = (ARENA.at(100), ARENA.at(108));
        let handle = OUT.handle() as usize;
        let words = [handle, request, 32, room, 32, usize::MAX, usize::MAX];
        let results = call_with(Syscall::ChannelTransact, words);
        case.equal((results.status, results.value0), (0, 32));
        case.equal(ROBOT.outcomes()?.of(3), Ok(1));
        case.holds(pattern::is(&ARENA.read::<8>(100), 27));
        case.holds(pattern::is(&ARENA.read::<32>(108), 28));
        case.holds(ARENA.is_filled(140..ARENA_BYTES, CANARY));
        Ok(())
    });
}
