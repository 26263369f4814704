//! Asserts that no call reaches beyond the caller's memory: buffers that straddle its edges, or lie in
//! another's memory or in the kernel's, are refused, and nothing is copied (AB-3, AB-7).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, LIST_FLAG, Result};
use suite::hostile::{ARENA, ARENA_BYTES, Access, call_with, is_ours, memory_around};
use suite::machine::MEMORY_ALIGNMENT_BYTES;
use suite::report::Case;
use suite::robot::{Robot, Step};
use suite::timing::patience;
use suite::wall::{Memory, Wall};
use suite_codegen::wall_calls::tester::object::{self, IN, OUT};
use userspace::process_entry;
use userspace::raw::{Results, Syscall};
use userspace::syscall::Signals;

const ROBOT: Robot = Robot::new(object::ROBOT);
const CANARY: u8 = 0xC5;
/// Where the arena holds slice tables.
const TABLE: usize = 256;

/// An address and a length.
type Words = [usize; 2];

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(13, object::NEIGHBOUR);
    ARENA.fill(CANARY);
    edges(&mut wall);
    requests(&mut wall);
    lists(&mut wall);
    tables(&mut wall);
    answers(&mut wall);
    reads(&mut wall);
    texts(&mut wall);
    others(&mut wall);
    unseen(&mut wall);
    wall.report.shut_down()
}

/// A call's results when it fails with `error`.
fn refused(error: Error) -> Results {
    Results { status: error as u32, value0: 0, value1: 0 }
}

/// A transaction that ends at once, if nothing else is wrong with it.
fn tried(send: Words, receive: Words) -> Results {
    let words = [OUT.handle() as usize, send[0], send[1], receive[0], receive[1], 0, 0];
    call_with(Syscall::ChannelTransact, words)
}

/// A buffer that is in order.
fn good() -> Words {
    [ARENA.at(0), 16]
}

/// The caller's memory that may be used so.
fn own(access: Access) -> core::ops::Range<usize> {
    let inside = match access {
        Access::Read => (own as *const ()).expose_provenance(),
        Access::Write => ARENA.at(0),
    };
    memory_around(inside, |address, length| is_ours(OUT, access, address, length))
}

/// Buffers that are not wholly the caller's to use so: beside its memory, and across each edge.
fn across(access: Access) -> [Words; 8] {
    let own = own(access);
    [
        [own.end, 1],
        [own.end - 1, 2],
        [own.end - 8, 9],
        [own.end + 1, 8],
        [own.start - 1, 1],
        [own.start - 1, 2],
        [own.start - 8, 16],
        [own.start - 1, own.len() + 1],
    ]
    // What is too long for a transfer would be refused for that.
    .map(|[address, length]| [address, length.min(4096)])
}

/// Runs `check` with every buffer that may not be read, or not be written.
fn with_bad(access: Access, mut check: impl FnMut(Words)) {
    across(access).into_iter().for_each(&mut check);
    if access == Access::Write {
        let code = own(Access::Read);
        [[code.start, 1], [code.end - 1, 1], [code.start, 64]].into_iter().for_each(check);
    } else {
        across(Access::Write).into_iter().filter(|bad| !is_code(*bad)).for_each(check);
    }
}

/// Whether a buffer beside the caller's variables is code of its own, which it may read.
fn is_code([address, length]: Words) -> bool {
    is_ours(OUT, Access::Read, address, length)
}

fn edges(wall: &mut Wall) {
    wall.report.case("AB-3 what is the caller's is so up to its edges", |case| {
        for access in [Access::Read, Access::Write] {
            let own = own(access);
            for [address, length] in [
                [own.start, 1],
                [own.start, 16],
                [own.end - 1, 1],
                [own.end - 16, 16],
                [own.end, 0],
            ] {
                let found = is_ours(OUT, access, address, length);
                case.equal_for((access, address, length), found, true);
            }
        }
        Ok(())
    });
}

fn requests(wall: &mut Wall) {
    let denied = refused(Error::PermissionDenied);
    wall.report.case("AB-3 a request across an edge is refused", |case| {
        with_bad(Access::Read, |bad| case.equal_for(bad, tried(bad, good()), denied));
        Ok(())
    });
    wall.report.case("AB-3 room across an edge is refused", |case| {
        with_bad(Access::Write, |bad| case.equal_for(bad, tried(good(), bad), denied));
        Ok(())
    });
}

/// The words of a list whose middle slice is this one.
fn list_around([address, length]: Words) -> Words {
    let slices = [(ARENA.at(0), 8), (address, length), (ARENA.at(16), 8)];
    ARENA.write_table(TABLE, &slices)
}

fn lists(wall: &mut Wall) {
    let denied = refused(Error::PermissionDenied);
    wall.report.case("AB-7 AB-3 a slice of a request across an edge is refused", |case| {
        with_bad(Access::Read, |bad| {
            // A slice more must not make it too long.
            let bad = [bad[0], bad[1].min(64)];
            if !is_code(bad) {
                case.equal_for(bad, tried(list_around(bad), good()), denied);
            }
        });
        Ok(())
    });
    wall.report.case("AB-7 AB-3 a slice of room across an edge is refused", |case| {
        with_bad(Access::Write, |bad| {
            case.equal_for(bad, tried(good(), list_around(bad)), denied);
        });
        Ok(())
    });
}

fn tables(wall: &mut Wall) {
    let denied = refused(Error::PermissionDenied);
    wall.report.case("AB-7 AB-3 a slice table across an edge is refused", |case| {
        with_bad(Access::Read, |[address, _]| {
            let table = [address, LIST_FLAG | 8];
            if !is_code([address, 8 * 2 * size_of::<usize>()]) {
                case.equal_for(table, tried(table, good()), denied);
                case.equal_for(table, tried(good(), table), denied);
            }
        });
        Ok(())
    });
}

fn answers(wall: &mut Wall) {
    let denied = refused(Error::PermissionDenied);
    wall.report.case(
        "AB-3 AB-5 an answer across an edge is refused, and the request waits on",
        |case| {
            be_asked()?;
            let handle = IN.handle() as usize;
            with_bad(Access::Read, |bad| {
                let [address, length] = bad;
                let found = call_with(Syscall::ChannelRespond, [handle, address, length]);
                case.equal_for(bad, found, denied);
            });
            answered(case)
        },
    );
}

fn reads(wall: &mut Wall) {
    let denied = refused(Error::PermissionDenied);
    wall.report.case("AB-3 AB-5 a read across an edge is refused, and no byte is copied", |case| {
        be_asked()?;
        let handle = IN.handle() as usize;
        with_bad(Access::Write, |bad| {
            let [list, count] = list_around(bad);
            let found = call_with(Syscall::ChannelRead, [handle, 0, bad[0], bad[1]]);
            case.equal_for(bad, found, denied);
            let found = call_with(Syscall::ChannelRead, [handle, 0, list, count]);
            case.equal_for(bad, found, denied);
        });
        case.holds(ARENA.is_filled(0..TABLE, CANARY));
        answered(case)
    });
}

/// Has the robot ask with 16 bytes and room for as many.
fn be_asked() -> Result<()> {
    ROBOT.run(&[Step::request(7, 16, 16)])?;
    IN.wait(Signals::READABLE, patience()).map(|_| ())
}

/// Answers the robot's question at last.
fn answered(case: &mut Case) -> Result<()> {
    IN.respond(&[1; 5])?;
    case.equal(ROBOT.outcomes()?.of(0), Ok(5));
    Ok(())
}

fn texts(wall: &mut Wall) {
    let denied = refused(Error::PermissionDenied);
    wall.report.case(
        "PR-7 AB-3 a text across an edge is refused, and nothing is seen of it",
        |case| {
            with_bad(Access::Read, |[address, length]| {
                let text = [address, length.min(128)];
                if !is_code(text) {
                    case.equal_for(text, call_with(Syscall::DebugLog, text), denied);
                    case.equal_for(text, call_with(Syscall::ProcessPanic, text), denied);
                }
            });
            Ok(())
        },
    );
}

fn others(wall: &mut Wall) {
    let title = "AB-3 buffers in another's memory or the kernel's are refused";
    let denied = refused(Error::PermissionDenied);
    wall.on_one_address_space(title, |wall| {
        let Memory { flash, ram, variable, stack } = wall.memory.clone();
        let base = |address| address - address % MEMORY_ALIGNMENT_BYTES;
        let foreign = [
            flash.start,
            flash.end - 16,
            ram.start,
            ram.end - 16,
            variable & !15,
            stack & !15,
            base(flash.start),
            base(flash.start) + 0x400,
            base(ram.start),
            base(ram.start) + 0x400,
        ];
        wall.report.case(title, |case| {
            for address in foreign {
                let bad = [address, 16];
                case.equal_for(address, tried(bad, good()), denied);
                case.equal_for(address, tried(good(), bad), denied);
                case.equal_for(address, tried(list_around(bad), good()), denied);
                case.equal_for(address, tried(good(), list_around(bad)), denied);
                case.equal_for(address, tried([address, LIST_FLAG | 1], good()), denied);
                case.equal_for(address, call_with(Syscall::DebugLog, bad), denied);
            }
            Ok(())
        });
    });
}

fn unseen(wall: &mut Wall) {
    wall.unharmed("AB-5 AB-3 the neighbour is as it was after all this");
    wall.report.case("AB-5 AB-3 nothing of all this was seen at the other end", |case| {
        let done = ROBOT.run_to_end(&[Step::LOOK, Step::READ_ALL])?;
        case.equal(done.of(0), Err(Error::DeadlineExceeded));
        case.equal(done.of(1), Err(Error::Unavailable));
        case.holds(ARENA.is_filled(0..TABLE, CANARY));
        case.holds(ARENA.is_filled(1024..ARENA_BYTES, CANARY));
        Ok(())
    });
    wall.report.equal(
        "AB-3 the process is well after all this",
        userspace::syscall::debug_nop(),
        Ok(()),
    );
}
