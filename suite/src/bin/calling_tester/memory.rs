//! Addresses and lengths of buffers: what is the caller's memory, and where it ends.

use pw_status::{Error, OK, Result};
use suite::hostile::{ARENA, ARENA_BYTES, Access, call_with, is_ours, memory_around};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::Step;
use suite::timing::patience;
use suite_codegen::calling::tester::object::{IN, OUT};
use userspace::raw::{Results, Syscall};
use userspace::syscall::Signals;

use crate::{CANARY, ROBOT, refused};

/// Buffers of a few bytes that are not the caller's: null, low, in the middle, at the top, wrapping.
const FOREIGN: [[usize; 2]; 9] = [
    [0, 1],
    [0, 16],
    [8, 16],
    [usize::MAX / 2 - 7, 16],
    [usize::MAX / 2 + 1, 16],
    [usize::MAX & !0xFFF, 16],
    [usize::MAX - 15, 16],
    [usize::MAX - 7, 16],
    [usize::MAX, 16],
];

/// Memory that may be read and not written.
static CONSTANT: [u8; 16] = *b"not to be erased";

/// A transaction with these buffers whose deadline is past, so that it ends at once: with
/// DeadlineExceeded if nothing else is wrong with it.
fn tried(send: [usize; 2], receive: [usize; 2]) -> Results {
    let words = [OUT.handle() as usize, send[0], send[1], receive[0], receive[1], 0, 0];
    call_with(Syscall::ChannelTransact, words)
}

/// A transaction with these buffers that waits for its answer.
fn transact(send: [usize; 2], receive: [usize; 2]) -> Results {
    let [never_low, never_high] = [usize::MAX; 2];
    let handle = OUT.handle() as usize;
    let words = [handle, send[0], send[1], receive[0], receive[1], never_low, never_high];
    call_with(Syscall::ChannelTransact, words)
}

/// Buffers that are not the caller's, or not to be written.
pub(crate) fn addresses(report: &mut Report) {
    let good = [ARENA.at(0), 16];
    let denied = refused(Error::PermissionDenied);
    report.case("AB-3 AB-1 a request that is not the caller's memory is refused", |case| {
        for bad in FOREIGN {
            case.equal_for(bad, tried(bad, good), denied);
        }
        Ok(())
    });
    report.case("AB-3 AB-1 room that is not the caller's memory is refused", |case| {
        for bad in FOREIGN {
            case.equal_for(bad, tried(good, bad), denied);
        }
        for length in [ARENA_BYTES << 16, usize::MAX / 4, usize::MAX / 2] {
            case.equal_for(length, tried(good, [good[0], length]), denied);
        }
        Ok(())
    });
    report.case("AB-3 AB-10 a request of huge length is OutOfRange", |case| {
        for length in [4097, 0xFFFF, 0x7FFF_FFFF, usize::MAX / 2] {
            case.equal_for(length, tried([good[0], length], good), refused(Error::OutOfRange));
        }
        Ok(())
    });
    report.case("AB-1 an empty buffer may be anywhere", |case| {
        for [anywhere, _] in FOREIGN {
            let empty = [anywhere, 0];
            case.equal_for(anywhere, tried(empty, empty), refused(Error::DeadlineExceeded));
        }
        Ok(())
    });
    report.case("AB-8 CH-3 CH-4 nothing is copied from anywhere to anywhere", nothing);
    report.case("AB-3 AB-1 memory that is only to be read is no room, but a request", |case| {
        let constant = [CONSTANT.as_ptr().expose_provenance(), CONSTANT.len()];
        case.equal(tried(good, constant), denied);
        let code = [(addresses as *const ()).expose_provenance(), 4];
        case.equal(tried(good, code), denied);
        ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        case.equal(transact(constant, good), Results { status: OK, value0: 16, value1: 0 });
        case.equal(ARENA.read::<16>(0), CONSTANT);
        ARENA.fill(CANARY);
        Ok(())
    });
    report
        .case("AB-3 AB-5 a handler's bad buffers are refused and the request waits on", answering);
    report.case("AB-3 buffers need no alignment", unaligned);
}

/// Reads no bytes of a request and answers with none, at every alignment of both sides.
fn nothing(case: &mut Case) -> Result<()> {
    let handle = IN.handle() as usize;
    let aligned_in_every_way = [0, 1, 2, 3].map(|offset| ARENA.at(offset));
    for address in aligned_in_every_way.into_iter().chain(FOREIGN.map(|[address, _]| address)) {
        ROBOT.run(&[Step::request(33, 4, 4)])?;
        IN.wait(Signals::READABLE, patience())?;
        for offset in 0..=4 {
            let read = call_with(Syscall::ChannelRead, [handle, offset, address, 0]);
            case.equal_for((address, offset), (read.status, read.value0), (OK, 0));
        }
        let respond = call_with(Syscall::ChannelRespond, [handle, address, 0]);
        case.equal_for(address, respond.status, OK);
        case.equal_for(address, ROBOT.outcomes()?.of(0), Ok(0));
    }
    Ok(())
}

fn answering(case: &mut Case) -> Result<()> {
    let denied = refused(Error::PermissionDenied);
    ROBOT.run(&[Step::request(31, 16, 16)])?;
    IN.wait(Signals::READABLE, patience())?;
    let handle = IN.handle() as usize;
    for [address, length] in FOREIGN {
        for read in [Syscall::ChannelRead, Syscall::ChannelReadExact] {
            case.equal_for(address, call_with(read, [handle, 0, address, length]), denied);
        }
        let respond = call_with(Syscall::ChannelRespond, [handle, address, length]);
        case.equal_for(address, respond, denied);
    }
    let found = IN.wait(Signals::READABLE, patience())?;
    case.equal(found.pending_signals, Signals::READABLE);
    let mut buffer = [0; 16];
    case.equal(IN.read(0, &mut buffer), Ok(16));
    case.holds(pattern::is(&buffer, 31));
    IN.respond(&[1; 3])?;
    case.equal(ROBOT.outcomes()?.of(0), Ok(3));
    Ok(())
}

fn unaligned(case: &mut Case) -> Result<()> {
    for offset in 1..8 {
        ARENA.fill(CANARY);
        ARENA.write(offset, &pattern::array::<33>(32));
        ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        let place = 128 - offset;
        let found = transact([ARENA.at(offset), 33], [ARENA.at(place), 40]);
        case.equal_for(offset, (found.status, found.value0), (OK, 33));
        case.holds(pattern::is(&ARENA.read::<33>(place), 32));
        case.holds(ARENA.is_filled(64..place, CANARY));
        case.holds(ARENA.is_filled(place + 33..ARENA_BYTES, CANARY));
    }
    Ok(())
}

/// Shows that a buffer may reach up to the end of the memory that an address lies in, and no further.
fn ends(case: &mut Case, address: usize, known_bytes: usize) {
    let (fine, denied) = (refused(Error::DeadlineExceeded), refused(Error::PermissionDenied));
    let is_ours = |address, length| is_ours(OUT, Access::Write, address, length);
    let end = memory_around(address, is_ours).end;
    let length = end - address;
    case.holds(length >= known_bytes);
    let good = [ARENA.at(0), 4];
    for (buffer, expected) in [
        ([end - 1, 1], fine),
        ([end - 8, 8], fine),
        ([end, 0], fine),
        ([end, 1], denied),
        ([end - 1, 2], denied),
        ([end - 8, 9], denied),
        ([end + 1, 8], denied),
        ([address, length + 1], denied),
    ] {
        case.equal_for(buffer, tried(good, buffer), expected);
    }
}

/// Buffers at the ends of memory.
pub(crate) fn edges(report: &mut Report) {
    report.case("AB-3 AB-8 a buffer ends with the memory of statics, and no byte later", |case| {
        ends(case, ARENA.at(0), ARENA_BYTES);
        Ok(())
    });
    report.case("AB-3 AB-8 a buffer ends with the stack, and no byte later", |case| {
        let local = [0u8; 64];
        ends(case, local.as_ptr().expose_provenance(), local.len());
        Ok(())
    });
}

/// Memory that was never written.
pub(crate) fn freshness(report: &mut Report) {
    report.case("AB-9 the part of the stack that was never used holds zeroes", |case| {
        let local = 0u8;
        let is_ours = |address, length| is_ours(OUT, Access::Write, address, length);
        // The stack is the first thing there, and nothing here has called as deep as that.
        let deep = memory_around((&raw const local).expose_provenance(), is_ours).start;
        ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        let found = transact([deep, 1024], [ARENA.at(0), 4096]);
        case.equal((found.status, found.value0), (OK, 1024));
        case.holds(ARENA.is_filled(0..1024, 0));
        ARENA.fill(CANARY);
        Ok(())
    });
}
