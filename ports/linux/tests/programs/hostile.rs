//! A program that misbehaves in one of many ways, for the tests of the wall.
//!
//! It speaks the port's protocol by itself, without the `userspace` crate, so that it can also break
//! it. Which way it misbehaves is told by the one number that a system hands to a program: the size
//! of its stack, in pages. The numbers stand in `tests/common/mod.rs` too.
#![no_std]
#![no_main]

mod protocol;

use core::arch::asm;
use core::sync::atomic::Ordering;

use protocol::{
    ATTENTION, DEBUG_SHUTDOWN, FRAMES, MEMORY_FD, SLEEP_UNTIL, STATE, exit, handle, linux, log, map,
    sleep, state, stop_in, trap, word,
};

pub(crate) fn before_ready(case: usize) {
    match case {
        70 => exit(65),
        71 => stop_in(3),
        72 => stop_in(77),
        73 => drop(trap(0, [0, 0])),
        74 => drop(linux(39, [0; 6])),
        _ => {}
    }
}

/// Sleeps a little, says that all is well, and ends the run.
fn be_polite() {
    sleep(60_000_000);
    log(b"all is well\n");
    trap(DEBUG_SHUTDOWN, [0, 0]);
}

pub(crate) fn act(case: usize) {
    let own = linux as *const () as usize;
    let bad_path = c"/bin/true".as_ptr() as usize;
    match case {
        1 => be_polite(),
        10 => drop(linux(101, [0, 0, 0, 0, 0, 0])),
        11 => drop(linux(62, [1, 9, 0, 0, 0, 0])),
        12 => drop(linux(257, [usize::MAX - 99, bad_path, 0, 0, 0, 0])),
        13 => drop(linux(310, [1, own, 1, own, 1, 0])),
        14 => drop(linux(41, [1, 1, 0, 0, 0, 0])),
        15 => drop(linux(57, [0; 6])),
        16 => drop(linux(10, [own & !4095, 4096, 7, 0, 0, 0])),
        17 => drop(linux(11, [FRAMES, 4096, 0, 0, 0, 0])),
        18 => drop(linux(1, [1, bad_path, 9, 0, 0, 0])),
        19 => drop(linux(59, [bad_path, 0, 0, 0, 0, 0])),
        20 => drop(linux(322, [201, bad_path, 0, 0, 0x1000, 0])),
        21 => drop(linux(9, [FRAMES + 0x10_0000, 4096, 3, 0x22, usize::MAX, 0])),
        22 => drop(map(0x8_0000_0000, 4096, 0)),
        23 => drop(linux(157, [4, 0, 0, 0, 0, 0])),
        24 => drop(linux(0x4000_0000 | 39, [0; 6])),
        25 => unsafe { asm!("int 0x80", inout("eax") 20 => _) },
        26 => drop(linux(203, [0, 8, FRAMES, 0, 0, 0])),
        27 => drop(linux(202, [STATE, 128, 0, 0, 0, 0])),
        28 => drop(linux(56, [0x11, 0, 0, 0, 0, 0])),
        29 => drop(linux(9, [FRAMES + 0x10_0000, 4096, 7, 0x10_0001, MEMORY_FD, 0])),
        30 => {
            // The very call that started this program finds nothing to execute any more.
            if linux(322, [201, 0x8_0000_0000, 0, 0, 0x1000, 0]) == -14 {
                log(b"refused\n");
            }
        }
        40 => unsafe { *(8 as *mut u8) = 1 },
        41 => unsafe { asm!("ud2") },
        42 => exit(3),
        43 => stop_in(9),
        44 => {
            word(12).store(usize::MAX, Ordering::Relaxed);
            word(13).store(0x1234, Ordering::Relaxed);
            stop_in(3);
        }
        50 => loop {
            core::hint::spin_loop();
        },
        51 => loop {
            state().fetch_and(!ATTENTION, Ordering::SeqCst);
        },
        52 => {
            handle(10, 1);
            loop {
                core::hint::spin_loop();
            }
        }
        60 => hostile_calls(),
        _ => {}
    }
}

/// Calls with numbers, addresses and lengths that mean nothing.
fn hostile_calls() {
    let odd = [0, 1, 7, 0x8_0000_0000, FRAMES, usize::MAX / 2, usize::MAX - 7, usize::MAX];
    for number in (0..80).filter(|number| !(32..=34).contains(number)) {
        for first in odd {
            for second in odd {
                if number == SLEEP_UNTIL || (number == DEBUG_SHUTDOWN && first <= 16) {
                    continue;
                }
                word(7).store(1, Ordering::Relaxed);
                trap(number, [first, second]);
            }
        }
    }
    log(b"survived\n");
}
