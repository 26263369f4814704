//! A program that shares memory, in one of many parts of small plays, for `tests/sharing.rs`, which
//! says who plays which part. Some play fair and some do not.
//!
//! There are five regions of one page each, by handles 0 to 4. In the second one the players tell one
//! another how far they are. Every part ends by itself, or by a fault.
#![no_std]
#![no_main]

mod protocol;

use core::arch::asm;
use core::sync::atomic::{AtomicUsize, Ordering};

use protocol::{
    DEBUG_SHUTDOWN, FRAMES, MEMORY_FD, SLEEP_UNTIL, STATE, TRAPPED, handle_with, linux, log, map, now, put_call, sleep,
    state, stop_in, trap, word,
};

const SHARED: usize = 0x40_0000_0000;
const SHARED_FD: usize = 202;
/// The thread's stack, which is only memory here.
const STACK: usize = 0x20_0000_0000;
const OBJECT_WAIT: usize = 3;
const MAP: usize = 24;
const UNMAP: usize = 25;
const LEND: usize = 26;
const RETURN: usize = 27;
const READ: usize = 28;
const WRITE: usize = 29;
const PROCESS_EXIT: usize = 32;
const ERROR: usize = 1 << 2;
const READ_ONLY: usize = 1;
const READ_WRITE: usize = 3;
const OWN_PROCESS: usize = 0;
const EXHAUSTED: usize = 8;
const MILLISECOND: usize = 1_000_000;

pub(crate) fn before_ready(part: usize) {
    map(STACK, 4096, 8192);
    if part != 40 && part != 43 {
        // With the address of what was touched.
        handle_with(11, crashed as *const () as usize, 4);
    }
}

/// Writes down what was touched, and by which instruction.
extern "C" fn crashed(signal: usize, info: *const usize, context: *const usize) {
    word(12).store(signal, Ordering::Relaxed);
    unsafe {
        word(13).store(*context.add(5 + 16), Ordering::Relaxed);
        word(14).store(*info.add(2), Ordering::Relaxed);
    }
    loop {
        stop_in(3);
    }
}

fn get(place: usize) -> usize {
    unsafe { ((SHARED + place) as *const usize).read_volatile() }
}

fn put(place: usize, value: usize) {
    unsafe { ((SHARED + place) as *mut usize).write_volatile(value) }
}

fn on_stack() -> usize {
    unsafe { (STACK as *const usize).read_volatile() }
}

fn step() -> &'static AtomicUsize {
    unsafe { &*((SHARED + 4096) as *const AtomicUsize) }
}

fn reach(number: usize) {
    step().store(number, Ordering::SeqCst);
}

fn follow(number: usize) {
    while step().load(Ordering::SeqCst) < number {
        sleep(MILLISECOND);
    }
}

/// Makes a call that must succeed.
fn must<const N: usize>(number: usize, arguments: [usize; N]) -> usize {
    let (status, value, _) = trap(number, arguments);
    if status != 0 {
        log(b"a call failed\n");
        trap(PROCESS_EXIT, [1]);
    }
    value
}

fn expect(is_so: bool, text: &[u8]) {
    log(if is_so { text } else { b"not as expected\n" });
}

/// Waits until another process that had the first region has ended.
fn wait_for_an_end() {
    must(OBJECT_WAIT, [0, ERROR, 0xffff_ffff, 0xffff_ffff]);
}

pub(crate) fn act(part: usize) {
    if part != 17 {
        must(MAP, [1, READ_WRITE]);
    }
    match part {
        10..=19 => play_fair(part),
        20..=29 => hand_on(part),
        30..=39 => be_hostile(part),
        _ => pretend(part),
    }
    log(b"at its end\n");
    trap(PROCESS_EXIT, [0]);
}

fn play_fair(part: usize) {
    match part {
        10 => {
            expect(must(MAP, [0, READ_WRITE]) == SHARED, b"mapped\n");
            put(8, 0x1234);
            reach(1);
            follow(2);
        }
        11 => {
            follow(1);
            must(MAP, [0, READ_ONLY]);
            expect(get(8) == 0x1234, b"read it\n");
            reach(2);
            put(8, 1);
        }
        12 => {
            must(MAP, [0, READ_WRITE]);
            put(16, 1);
            must(UNMAP, [0]);
            put(16, get(16));
        }
        13 => {
            must(MAP, [0, READ_WRITE]);
            put(24, 1);
            must(LEND, [0, 2, READ_WRITE]);
            reach(1);
            put(24, get(24));
        }
        14 => follow(1),
        17 => map_too_much(),
        18 => copy_unmapped(),
        // The board starts anew when it has ended, until it ends the run.
        19 => {
            must(MAP, [0, READ_WRITE]);
            expect(get(80) == 0 && step().load(Ordering::SeqCst) == 0, b"zero\n");
            put(80, 1);
            reach(1);
            sleep(50 * MILLISECOND);
            if now() > 400 * MILLISECOND {
                trap(DEBUG_SHUTDOWN, [0]);
            }
        }
        _ => {}
    }
}

fn map_too_much() {
    for handle in 0..4 {
        must(MAP, [handle, READ_WRITE]);
    }
    expect(trap(MAP, [4, READ_WRITE]).0 == EXHAUSTED, b"no fifth\n");
    must(UNMAP, [2]);
    must(MAP, [4, READ_WRITE]);
    put(4 * 4096 + 8, 5);
    must(READ, [4, 8, STACK, 8]);
    expect(on_stack() == 5, b"but another\n");
    put(2 * 4096, 1);
}

fn copy_unmapped() {
    static SOURCE: [AtomicUsize; 2] = [AtomicUsize::new(11), AtomicUsize::new(22)];
    static TARGET: AtomicUsize = AtomicUsize::new(0);
    must(WRITE, [2, 16, SOURCE.as_ptr() as usize, 16]);
    must(READ, [2, 24, STACK, 8]);
    must(READ, [2, 16, TARGET.as_ptr() as usize, 8]);
    expect(on_stack() == 22 && TARGET.load(Ordering::Relaxed) == 11, b"copied\n");
    must(MAP, [3, READ_WRITE]);
    put(3 * 4096, 33);
    must(WRITE, [2, 32, SHARED + 3 * 4096, 8]);
    must(READ, [2, 32, SHARED + 3 * 4096 + 8, 8]);
    expect(get(3 * 4096 + 8) == 33, b"copied inside\n");
    must(MAP, [2, READ_ONLY]);
    expect(get(2 * 4096 + 16) == 11 && get(2 * 4096 + 32) == 33, b"and found\n");
    put(2 * 4096 + 16, 1);
}

fn hand_on(part: usize) {
    match part {
        20 => {
            must(MAP, [0, READ_WRITE]);
            put(32, 5);
            must(LEND, [0, 2, READ_WRITE]);
            reach(1);
            follow(2);
            expect(get(32) == 6, b"came back\n");
            put(32, 7);
            reach(3);
            wait_for_an_end();
        }
        21 => {
            follow(1);
            must(MAP, [0, READ_WRITE]);
            expect(get(32) == 5, b"borrowed\n");
            put(32, 6);
            must(RETURN, [0]);
            reach(2);
            follow(3);
            put(32, get(32));
        }
        22 => {
            must(MAP, [0, READ_WRITE]);
            must(LEND, [0, 2, READ_WRITE]);
            reach(1);
            wait_for_an_end();
            expect(get(40) == 9, b"came back\n");
            reach(4);
        }
        23 => {
            follow(1);
            must(LEND, [0, 3, READ_WRITE]);
            reach(2);
            follow(3);
        }
        24 => {
            follow(2);
            must(MAP, [0, READ_WRITE]);
            put(40, 9);
            reach(3);
            follow(4);
            put(40, get(40));
        }
        _ => {}
    }
}

/// A call about the arena that must fail as if Linux had no such call.
fn is_unknown(number: usize, arguments: [usize; 6]) {
    expect(linux(number, arguments) == -38, b"no such call\n");
}

fn be_hostile(part: usize) {
    const NO_REPLACE: usize = 0x10_0001;
    let all = [SHARED, 4096, 3, 0x11, SHARED_FD, 0];
    match part {
        30 => {
            is_unknown(9, all);
            is_unknown(9, [SHARED, 4096, 1, 0x11, SHARED_FD, 0]);
            is_unknown(9, [SHARED, 4096, 3, NO_REPLACE, MEMORY_FD, 0]);
            is_unknown(11, [SHARED, 4096, 0, 0, 0, 0]);
            put(48, 1);
        }
        31 => {
            must(MAP, [0, READ_ONLY]);
            is_unknown(9, all);
            is_unknown(11, [SHARED, 4096, 0, 0, 0, 0]);
            expect(get(56) == 0, b"still there\n");
            put(56, 1);
        }
        32 => drop(linux(10, [SHARED + 4096, 4096, 1, 0, 0, 0])),
        33 => drop(linux(25, [SHARED + 4096, 4096, 8192, 1, 0, 0])),
        34 => drop(linux(9, [FRAMES + 0x10_0000, 4096, 3, NO_REPLACE, SHARED_FD, 0])),
        35 => drop(linux(9, [SHARED, 4096, 7, 0x11, SHARED_FD, 0])),
        36 => drop(linux(9, [SHARED, 4096, 3, NO_REPLACE, SHARED_FD, 0])),
        37 => drop(linux(11, [FRAMES, usize::MAX / 4, 0, 0, 0, 0])),
        38 => drop(linux(101, [0x4206, 1, 0, 0, 0, 0])),
        _ => {}
    }
}

/// Says that it sleeps until long after the run.
fn pretend_to_sleep() {
    put_call(SLEEP_UNTIL, [u32::MAX as usize, 0xffff]);
    state().store(TRAPPED, Ordering::Release);
    linux(202, [STATE, 1, 1, 0, 0, 0]);
}

extern "C" fn stepped() {}

#[unsafe(naked)]
extern "C" fn spin_in_32_bits() -> ! {
    core::arch::naked_asm!("push 0x23", "lea rax, [rip + 2f]", "push rax", "retfq", "2:", "jmp 2b")
}

fn pretend(part: usize) {
    if !matches!(part, 40 | 43 | 46 | 48) {
        return take(part);
    }
    must(MAP, [0, READ_WRITE]);
    reach(1);
    if part == 43 {
        handle_with(5, stepped as *const () as usize, 0);
    }
    pretend_to_sleep();
    match part {
        // With a processor that stops it after every instruction.
        43 => unsafe { asm!("pushf", "or qword ptr [rsp], 0x100", "popf") },
        46 => map_itself(),
        // In code of 32 bits, which cannot even name the arena.
        48 => spin_in_32_bits(),
        _ => {}
    }
    loop {
        put(64, get(64) + 1);
    }
}

/// Tries to map another region, again and again; notes if that was ever done.
fn map_itself() -> ! {
    let all = [SHARED + 8192, 4096, 3, 0x11, SHARED_FD, 8192];
    loop {
        put(4096 + 16, get(4096 + 16) + 1);
        if linux(9, all) != -38 {
            put(4096 + 8, 1);
        }
    }
}

/// Takes a region from one that pretends or sleeps.
fn take(part: usize) {
    match part {
        41 => {
            follow(1);
            sleep(30 * MILLISECOND);
            must(MAP, [0, READ_ONLY]);
            expect(get(64) > 0, b"it runs\n");
            must(LEND, [0, OWN_PROCESS, READ_WRITE]);
            let found = get(64);
            sleep(30 * MILLISECOND);
            expect(get(64) == found, b"it stands\n");
        }
        47 => {
            follow(1);
            must(MAP, [0, READ_ONLY]);
            for _ in 0..2_000 {
                must(LEND, [0, OWN_PROCESS, READ_ONLY]);
                must(RETURN, [0]);
                trap(SLEEP_UNTIL, [0, 0]);
            }
            let found = get(4096 + 16);
            sleep(30 * MILLISECOND);
            expect(get(4096 + 16) > found, b"it runs\n");
            expect(get(4096 + 8) == 0, b"it has nothing else\n");
            trap(DEBUG_SHUTDOWN, [0]);
        }
        49 => {
            follow(1);
            sleep(30 * MILLISECOND);
            must(LEND, [0, OWN_PROCESS, READ_WRITE]);
            sleep(30 * MILLISECOND);
            trap(DEBUG_SHUTDOWN, [0]);
        }
        44 => {
            must(MAP, [0, READ_WRITE]);
            put(72, 1);
            sleep(1_200 * MILLISECOND);
            put(72, 2);
        }
        42 | 45 => {
            sleep(600 * MILLISECOND);
            let begin = now();
            must(LEND, [0, OWN_PROCESS, if part == 42 { READ_ONLY } else { READ_WRITE }]);
            expect(now() - begin < 200 * MILLISECOND, b"at once\n");
            wait_for_an_end();
        }
        _ => {}
    }
}
