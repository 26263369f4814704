//! Buffers that are allowed, swapped, taken back and refused (CP-1, CP-3).

use pw_status::{LIST_FLAG, Result};
use suite::hostile::{ARENA, ARENA_BYTES, call_with, memory_around};
use suite::report::{Case, Report};
use userspace::raw::{Results, Syscall};
use userspace::syscall::{CapsuleError, ErrorCode};

use crate::cast::{DRIVERS, Driver, refused as refusal};

/// Buffers of a few bytes that are not the caller's.
const FOREIGN: [[usize; 2]; 10] = [
    [0, 1],
    [0, 16],
    [8, 16],
    [usize::MAX / 2 - 7, 16],
    [usize::MAX / 2 + 1, 16],
    [usize::MAX & !0xFFF, 16],
    [usize::MAX - 15, 16],
    [usize::MAX - 7, 16],
    [usize::MAX, 16],
    [1, usize::MAX],
];

/// Memory that may be read and not written.
static CONSTANT: [u8; 16] = *b"not to be erased";

/// Every place for a buffer: the call, the driver and the number.
fn places() -> impl Iterator<Item = (Syscall, usize, usize)> {
    DRIVERS.into_iter().flat_map(|driver| {
        let Driver { number, read_only, read_write, .. } = driver;
        let number = number as usize;
        let of =
            move |call, count: u32| (0..count).map(move |buffer| (call, number, buffer as usize));
        of(Syscall::AllowReadOnly, read_only).chain(of(Syscall::AllowReadWrite, read_write))
    })
}

fn allow((call, driver, number): (Syscall, usize, usize), buffer: [usize; 2]) -> Results {
    call_with(call, [driver, number, buffer[0], buffer[1]])
}

fn gives([address, length]: [usize; 2]) -> Results {
    Results { status: 0, value0: address, value1: length }
}

pub(crate) fn swapped(report: &mut Report) {
    report.case(
        "CP-1 CP-3 allowing a buffer gives the one that it replaces, in every place",
        |case| {
            let buffers = [[ARENA.at(0), 4], [ARENA.at(1), 7], [ARENA.at(64), ARENA_BYTES - 64]];
            for place in places() {
                let mut before = [0, 0];
                for buffer in buffers {
                    case.equal_for((place, buffer), allow(place, buffer), gives(before));
                    before = buffer;
                }
            }
            // Each has kept its own, and an empty buffer takes it back.
            for place in places() {
                case.equal_for(place, allow(place, [0, 0]), gives(buffers[2]));
                case.equal_for(place, allow(place, [0, 0]), gives([0, 0]));
            }
            Ok(())
        },
    );
    report.case("CP-1 AB-1 an empty buffer may be anywhere", |case| {
        for place in places() {
            for [anywhere, _] in FOREIGN {
                let found = allow(place, [anywhere, 0]);
                case.equal_for((place, anywhere), (found.status, found.value1), (0, 0));
            }
            allow(place, [0, 0]);
        }
        Ok(())
    });
}

fn not_ones_own(case: &mut Case) -> Result<()> {
    let mine = [ARENA.at(8), 24];
    for place in places() {
        allow(place, mine);
        let end = ARENA.at(0) & !0xFFF;
        let long = [[end, usize::MAX / 4], [ARENA.at(0), ARENA_BYTES << 16]];
        for bad in FOREIGN.into_iter().chain(long) {
            let found = allow(place, bad);
            case.equal_for((place, bad), found, refusal(ErrorCode::Invalid));
        }
        case.equal_for(place, allow(place, [0, 0]), gives(mine));
    }
    Ok(())
}

fn lists(case: &mut Case) -> Result<()> {
    for place in places() {
        let list = ARENA.write_table(256, &[(ARENA.at(0), 4), (ARENA.at(8), 4)]);
        for list in [list, [list[0], LIST_FLAG], [0, LIST_FLAG], [list[0], LIST_FLAG | 9]] {
            let found = allow(place, list);
            case.equal_for((place, list), found, refusal(ErrorCode::Invalid));
        }
        case.equal_for(place, allow(place, [0, 0]), gives([0, 0]));
    }
    Ok(())
}

fn constants(case: &mut Case) -> Result<()> {
    let constant = [CONSTANT.as_ptr().expose_provenance(), CONSTANT.len()];
    for place in places() {
        let found = allow(place, constant);
        if place.0 == Syscall::AllowReadOnly {
            case.equal_for(place, found, gives([0, 0]));
            case.equal_for(place, allow(place, [0, 0]), gives(constant));
        } else {
            case.equal_for(place, found, refusal(ErrorCode::Invalid));
        }
    }
    Ok(())
}

fn anothers(case: &mut Case) -> Result<()> {
    for place in places() {
        let mine = [ARENA.at(8), 24];
        allow(place, mine);
        let (call, driver, number) = place;
        let (driver, number) = (driver as u32, number as u32);
        let lent = match call {
            Syscall::AllowReadOnly => {
                userspace::allow::with_read_only(driver, number, &[1; 4], || ())
            }
            _ => userspace::allow::with_read_write(driver, number, &mut [1; 4], || ()),
        };
        case.equal_for(place, lent, Err(CapsuleError::InUse));
        case.equal_for(place, allow(place, [0, 0]), gives(mine));
    }
    Ok(())
}

/// Checks buffers at both ends of the memory around an address, for each place that is read.
fn at_edges(case: &mut Case, inside: usize) {
    let reads = |place: &(Syscall, usize, usize)| place.0 == Syscall::AllowReadOnly;
    for place in places().filter(reads) {
        let is_ours = |address, length| allow(place, [address, length]).status == 0;
        let ours = memory_around(inside, is_ours);
        allow(place, [0, 0]);
        for good in [[ours.start, 1], [ours.start, ours.len()], [ours.end - 1, 1]] {
            case.equal_for((place, good), allow(place, good).status, 0);
            allow(place, [0, 0]);
        }
        let (start, end, all) = (ours.start, ours.end, ours.len());
        for bad in [[end, 1], [end - 1, 2], [start - 1, 1], [start - 1, 2], [start - 1, all + 1]] {
            let found = allow(place, bad);
            case.equal_for((place, bad), found, refusal(ErrorCode::Invalid));
        }
    }
}

pub(crate) fn refused(report: &mut Report) {
    report.case(
        "CP-1 AB-3 AB-5 a buffer that is not the caller's is INVAL, and replaces none",
        not_ones_own,
    );
    report.case("CP-1 AB-7 a list of buffers is INVAL, for capsules take flat ones", lists);
    report.case("CP-1 AB-3 memory that is only to be read is no buffer to be written", constants);
    report.case(
        "CP-1 AB-3 a buffer may lie anywhere in the caller's memory, and not beyond",
        |case| {
            at_edges(case, ARENA.at(0));
            at_edges(case, (at_edges as *const ()).expose_provenance());
            Ok(())
        },
    );
    report.case("CP-3 the library gives one buffer a place, and leaves another's alone", anothers);
}
