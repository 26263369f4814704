//! Drivers, commands and numbers that are there, and those that are not (CP-1, AB-3).

use pw_status::{Error, Result};
use suite::hostile::{ARENA, ARENA_BYTES, WORDS, call, call_message, call_with};
use suite::report::{Case, Report};
use userspace::raw::{Message, Results, Syscall};
use userspace::syscall::{CommandReturn, ErrorCode, command};

use crate::cast::{DRIVERS, Driver, refused};

/// The calls that name a driver and a number of its.
const NAMING: [Syscall; 6] = [
    Syscall::Command,
    Syscall::AllowReadOnly,
    Syscall::AllowReadWrite,
    Syscall::Subscribe,
    Syscall::YieldWaitFor,
    Syscall::CommandAndYieldWaitFor,
];
const CANARY: u8 = 0xC5;

fn command_0(case: &mut Case) -> Result<()> {
    for Driver { number, .. } in DRIVERS {
        for words in [[0, 0], [1, 2], [u32::MAX, u32::MAX]] {
            let returned = command(number, 0, words[0], words[1]);
            case.equal_for(number, returned, Ok(CommandReturn::success()));
        }
    }
    Ok(())
}

fn absent(case: &mut Case) -> Result<()> {
    // Wide words whose low halves would be drivers.
    let wide = [1 << (usize::BITS - 1), usize::MAX << 20].map(|high| high | 0x9_0000);
    let absent = [0, 1, 0x8_FFFF, 0x9_0003, 0x9_FFFF, 0xA_0001, 0x1000_0000, usize::MAX];
    let here = ARENA.at(0);
    for driver in absent.into_iter().chain(wide) {
        for syscall in NAMING {
            for number in [0, 1, usize::MAX] {
                let found = call_message(syscall as usize, [driver, number, here, 4, 0, 0, 0]);
                let what = (syscall, driver, number);
                let expected = (refused(ErrorCode::NoDevice), Message::default());
                case.equal_for(what, found, expected);
            }
        }
    }
    Ok(())
}

pub(crate) fn drivers(report: &mut Report) {
    report.case("CP-1 command 0 succeeds for every driver, whatever its arguments", command_0);
    report.case("CP-1 AB-2 a driver that is not there is NODEVICE in every call, at once", absent);
}

fn unknown(case: &mut Case) -> Result<()> {
    let here = ARENA.at(0);
    for driver in DRIVERS {
        let Driver { number, read_only, read_write, upcalls } = driver;
        let first = [
            (Syscall::Command, 9),
            (Syscall::AllowReadOnly, read_only),
            (Syscall::AllowReadWrite, read_write),
            (Syscall::Subscribe, upcalls),
            (Syscall::YieldWaitFor, upcalls),
        ];
        for (syscall, first) in first {
            let first = first as usize;
            let high = 1 << (usize::BITS - 1);
            for wrong in [first, first + 1, 31, 32, 255, 256, 0x1_0000, high, usize::MAX] {
                let words = [number as usize, wrong, here, 4, 0, 0, 0];
                let found = call(syscall as usize, words);
                case.equal_for((syscall, words), found, refused(ErrorCode::NoSupport));
            }
        }
    }
    Ok(())
}

fn wide(case: &mut Case) -> Result<()> {
    let wide = [1usize.rotate_right(1), usize::MAX, (u32::MAX as usize).wrapping_add(1)];
    for Driver { number, .. } in DRIVERS {
        for word in wide {
            for place in [2, 3] {
                let mut words = [number as usize, 1, 0, 0];
                words[place] = word;
                let found = call_with(Syscall::Command, words);
                case.equal_for((number, word), found, refused(ErrorCode::Invalid));
            }
        }
    }
    Ok(())
}

pub(crate) fn numbers(report: &mut Report) {
    report
        .case("CP-1 AB-2 a command, a buffer or an upcall that is not there is NOSUPPORT", unknown);
    let title = "CP-1 AB-3 an argument of more than 32 bits is INVAL";
    if usize::BITS > u32::BITS {
        report.case(title, wide);
    } else {
        report.leave_out(title, "words have no more here");
    }
}

/// Calls that come back at once, and change nothing that lasts.
fn harmless(driver: usize) -> [(Syscall, [usize; 7]); 7] {
    let here = ARENA.at(0);
    [
        (Syscall::Command, [driver, 0, 1, 1, 0, 0, 0]),
        (Syscall::AllowReadOnly, [driver, 0, here, 4, 0, 0, 0]),
        (Syscall::AllowReadWrite, [driver, 0, here, 4, 0, 0, 0]),
        (Syscall::Subscribe, [driver, 0, 0, 0, 0, 0, 0]),
        (Syscall::YieldWaitFor, [driver, 99, 0, 0, 0, 0, 0]),
        (Syscall::YieldNoWait, [0; 7]),
        (Syscall::CommandAndYieldWaitFor, [driver, 0, 1, 1, 0, 0, 0]),
    ]
}

/// Takes back whatever is allowed, and disables what a wild command has enabled.
fn take_back() {
    let _ = command(0x9_0002, 2, 0, 0);
    for Driver { number, read_only, read_write, .. } in DRIVERS {
        let empty = |call, buffer: u32| call_with(call, [number as usize, buffer as usize, 0, 0]);
        for buffer in 0..read_only {
            let _ = empty(Syscall::AllowReadOnly, buffer);
        }
        for buffer in 0..read_write {
            let _ = empty(Syscall::AllowReadWrite, buffer);
        }
    }
}

/// Whether a wild word in this place would have the kernel do what is right: wait, or call what is no
/// function.
fn is_meant(syscall: Syscall, place: usize) -> bool {
    match syscall {
        Syscall::YieldWaitFor => place == 1,
        Syscall::CommandAndYieldWaitFor => place == 4,
        Syscall::Subscribe => place == 2,
        _ => false,
    }
}

pub(crate) fn words(report: &mut Report) {
    report.case("AB-3 AB-5 every call survives every wild word in every place", |case| {
        ARENA.fill(CANARY);
        for Driver { number, .. } in DRIVERS {
            for (syscall, arguments) in harmless(number as usize) {
                for place in (0..7).filter(|place| !is_meant(syscall, *place)) {
                    for word in WORDS {
                        let mut arguments = arguments;
                        arguments[place] = word;
                        let Results { status, .. } = call(syscall as usize, arguments);
                        let is_known = status == 0
                            || Error::from_status(status).is_some()
                            || ErrorCode::from_status(status).is_some();
                        case.equal_for((syscall, place, word), is_known, true);
                    }
                }
                take_back();
            }
        }
        case.holds(ARENA.is_filled(0..ARENA_BYTES, CANARY));
        Ok(())
    });
    report.case("CP-2 AB-9 a yield that brings nothing gives nothing but zeros", |case| {
        let nothing = (Results { status: 0, value0: 0, value1: 0 }, Message::default());
        for words in [[0; 7], [usize::MAX; 7]] {
            case.equal(call_message(Syscall::YieldNoWait as usize, words), nothing);
        }
        Ok(())
    });
}
