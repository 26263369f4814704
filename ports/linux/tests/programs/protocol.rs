//! The port's protocol, spoken without the `userspace` crate, so that programs can also break it.
//!
//! Which way a program goes is told by the one number that a system hands to it: the size of its stack,
//! in pages. The program that uses this has `before_ready` and `act`, which are told the number.
#![allow(dead_code, reason = "no program uses all of it")]

use core::arch::asm;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

pub(crate) const FRAMES: usize = 0x10_0000_0000;
pub(crate) const STATE: usize = FRAMES;
const WORDS: usize = FRAMES + 4096 + 8;
pub(crate) const MEMORY_FD: usize = 200;
pub(crate) const ATTENTION: u32 = 1 << 31;
pub(crate) const TRAPPED: u32 = 1;
const PREEMPTED: u32 = 2;
pub(crate) const SLEEP_UNTIL: usize = 16;
const CLOCK_NOW: usize = 17;
const DEBUG_LOG: usize = 49;
pub(crate) const DEBUG_SHUTDOWN: usize = 51;

#[repr(C)]
struct Record(u32, u32);

#[used]
#[unsafe(link_section = ".guichet_abi")]
static RECORD: Record = Record(u32::from_le_bytes(*b"GUIC"), 5);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(99)
}

pub(crate) fn linux(number: usize, a: [usize; 6]) -> isize {
    let result: isize;
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => result, in("rdi") a[0], in("rsi") a[1],
            in("rdx") a[2], in("r10") a[3], in("r8") a[4], in("r9") a[5],
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}

pub(crate) fn exit(code: usize) -> ! {
    loop {
        linux(231, [code, 0, 0, 0, 0, 0]);
    }
}

pub(crate) fn map(address: usize, length: usize, offset: usize) -> isize {
    linux(9, [address, length, 3, 0x10_0001, MEMORY_FD, offset])
}

pub(crate) fn state() -> &'static AtomicU32 {
    unsafe { &*(STATE as *const AtomicU32) }
}

pub(crate) fn word(index: usize) -> &'static AtomicUsize {
    unsafe { &*((WORDS + 8 * index) as *const AtomicUsize) }
}

pub(crate) fn trap<const N: usize>(number: usize, arguments: [usize; N]) -> (usize, usize, usize) {
    put_call(number, arguments);
    stop_in(TRAPPED);
    let value = |index| word(index).load(Ordering::Relaxed);
    (value(9), value(10), value(11))
}

/// Puts the words of a call into the frame.
pub(crate) fn put_call<const N: usize>(number: usize, arguments: [usize; N]) {
    word(1).store(number, Ordering::Relaxed);
    for index in 0..7 {
        let argument = arguments.get(index).copied().unwrap_or_default();
        word(2 + index).store(argument, Ordering::Relaxed);
    }
}

pub(crate) fn stop_in(new: u32) {
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

pub(crate) fn log(text: &[u8]) {
    trap(DEBUG_LOG, [text.as_ptr() as usize, text.len()]);
}

pub(crate) fn sleep(nanoseconds: usize) {
    let until = now() + nanoseconds;
    trap(SLEEP_UNTIL, [until & 0xffff_ffff, until >> 32]);
}

/// Nanoseconds since the run began.
pub(crate) fn now() -> usize {
    let (_, low, high) = trap(CLOCK_NOW, [0, 0]);
    high << 32 | low
}

extern "C" fn preempted(_: i32) {
    if state().load(Ordering::Relaxed) & !ATTENTION == 0 {
        stop_in(PREEMPTED);
    }
}

/// Gives a signal to a handler: 0 default, 1 ignored, else a function.
pub(crate) fn handle(signal: usize, handler: usize) {
    handle_with(signal, handler, 0);
}

/// The same, with these flags.
pub(crate) fn handle_with(signal: usize, handler: usize, flags: usize) {
    let action = [handler, 0x400_0000 | flags, restorer as *const () as usize, 0];
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
    crate::before_ready(pages);
    trap(usize::MAX, [0, 0]);
    crate::act(pages);
    // Whoever gets here was not stopped by what it did.
    log(b"done\n");
    loop {
        sleep(1_000_000_000);
    }
}

