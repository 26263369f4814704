//! A program that misbehaves in one of many ways, for the tests of the wall.
//!
//! It speaks the port's protocol by itself, without the `userspace` crate, so that it can also break
//! it. Which way it misbehaves is told by the one number that a system hands to a program: the size
//! of its stack, in pages. The numbers stand in `tests/common/mod.rs` too.
#![no_std]
#![no_main]

use core::arch::asm;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

const FRAMES: usize = 0x10_0000_0000;
const STATE: usize = FRAMES;
const WORDS: usize = FRAMES + 4096 + 8;
const MEMORY_FD: usize = 200;
const ATTENTION: u32 = 1 << 31;
const TRAPPED: u32 = 1;
const PREEMPTED: u32 = 2;
const SLEEP_UNTIL: usize = 16;
const CLOCK_NOW: usize = 17;
const DEBUG_LOG: usize = 49;
const DEBUG_SHUTDOWN: usize = 51;

#[repr(C)]
struct Record(u32, u32);

#[used]
#[unsafe(link_section = ".guichet_abi")]
static RECORD: Record = Record(u32::from_le_bytes(*b"GUIC"), 4);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(99)
}

fn linux(number: usize, a: [usize; 6]) -> isize {
    let result: isize;
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => result, in("rdi") a[0], in("rsi") a[1],
            in("rdx") a[2], in("r10") a[3], in("r8") a[4], in("r9") a[5],
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}

fn exit(code: usize) -> ! {
    loop {
        linux(231, [code, 0, 0, 0, 0, 0]);
    }
}

fn map(address: usize, length: usize, offset: usize) -> isize {
    linux(9, [address, length, 3, 0x10_0001, MEMORY_FD, offset])
}

fn state() -> &'static AtomicU32 {
    unsafe { &*(STATE as *const AtomicU32) }
}

fn word(index: usize) -> &'static AtomicUsize {
    unsafe { &*((WORDS + 8 * index) as *const AtomicUsize) }
}

fn trap(number: usize, arguments: [usize; 2]) -> (usize, usize, usize) {
    word(1).store(number, Ordering::Relaxed);
    word(2).store(arguments[0], Ordering::Relaxed);
    word(3).store(arguments[1], Ordering::Relaxed);
    for index in 4..9 {
        word(index).store(0, Ordering::Relaxed);
    }
    stop_in(TRAPPED);
    let value = |index| word(index).load(Ordering::Relaxed);
    (value(9), value(10), value(11))
}

fn stop_in(new: u32) {
    state().store(new, Ordering::Release);
    linux(202, [STATE, 1, 1, 0, 0, 0]);
    loop {
        let value = state().load(Ordering::Acquire);
        if value & !ATTENTION == 0 {
            return;
        }
        linux(202, [STATE, 0, value as usize, 0, 0, 0]);
    }
}

fn log(text: &[u8]) {
    trap(DEBUG_LOG, [text.as_ptr() as usize, text.len()]);
}

fn sleep(nanoseconds: usize) {
    let (_, low, high) = trap(CLOCK_NOW, [0, 0]);
    let until = (high << 32 | low) + nanoseconds;
    trap(SLEEP_UNTIL, [until & 0xffff_ffff, until >> 32]);
}

extern "C" fn preempted(_: i32) {
    if state().load(Ordering::Relaxed) & !ATTENTION == 0 {
        stop_in(PREEMPTED);
    }
}

/// Gives a signal to a handler: 0 default, 1 ignored, else a function.
fn handle(signal: usize, handler: usize) {
    let action = [handler, 0x400_0000, restorer as *const () as usize, 0];
    linux(13, [signal, action.as_ptr() as usize, 0, 8, 0, 0]);
}

#[unsafe(naked)]
extern "C" fn restorer() {
    core::arch::naked_asm!("mov eax, 15", "syscall")
}

#[unsafe(no_mangle)]
#[unsafe(naked)]
extern "C" fn guichet_start() -> ! {
    core::arch::naked_asm!("and rsp, -16", "call {main}", "ud2", main = sym start)
}

extern "C" fn start() -> ! {
    if map(FRAMES, 4096, 0) < 0 || map(FRAMES + 4096, 4096, 4096) < 0 {
        exit(65);
    }
    let pages = unsafe { *((FRAMES + 24) as *const usize) } / 4096;
    handle(10, preempted as *const () as usize);
    before_ready(pages);
    trap(usize::MAX, [0, 0]);
    misbehave(pages);
    // Whoever gets here was not stopped by what it did.
    log(b"done\n");
    loop {
        sleep(1_000_000_000);
    }
}

fn before_ready(case: usize) {
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

fn misbehave(case: usize) {
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
