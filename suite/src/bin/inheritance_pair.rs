//! Two threads, of which one answers for what nobody serves yet (CH-13). They run a race, and tell when
//! each of them ran.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use pw_status::Result;
use suite::race::{RACE_BYTES, Race, SECOND_WAIT, Waits, finish};
use suite::timing::{LONG, sleep};
use suite_codegen::inheritance::pair::handle::WORKER;
use suite_codegen::inheritance::pair::object::{CONTROL, IN};
use userspace::process_entry;
use userspace::syscall::{Signals, object_wait, task_join, thread_exit};
use userspace::thread::{self, Stack};
use userspace::time::{Instant, SystemClock, sleep_until};

static STACK: Stack<2048> = Stack::new();
/// The race that is on, for the other thread.
static RACE: [AtomicU8; RACE_BYTES] = [const { AtomicU8::new(0) }; RACE_BYTES];
/// When the other thread ran, in two words.
static RAN: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];

#[process_entry("pair")]
fn entry() -> Result<()> {
    let mut main = 0;
    loop {
        let mut order = [0; RACE_BYTES];
        if CONTROL.receive(&mut order, Instant::MAX)?.len == 0 {
            let [low, high] = RAN.each_ref().map(|word| u64::from(word.load(Relaxed)));
            CONTROL.respond(&finish(main, high << 32 | low))?;
        } else {
            for (place, byte) in RACE.iter().zip(order) {
                place.store(byte, Relaxed);
            }
            CONTROL.respond(&[0u8; 0])?;
            thread::start(WORKER, &STACK, worker)?;
            main = run(Race::from_bytes(order), Waits::WorkerLast)?;
            object_wait(WORKER, Signals::JOINABLE, Instant::MAX)?;
            task_join(WORKER)?;
        }
    }
}

extern "C" fn worker() -> ! {
    let race = Race::from_bytes(RACE.each_ref().map(|byte| byte.load(Relaxed)));
    let ticks = run(race, Waits::MainLast).unwrap_or(0);
    for (word, value) in RAN.iter().zip([ticks, ticks >> 32]) {
        word.store((value & u64::from(u32::MAX)) as u32, Relaxed);
    }
    // If it ended now, the main thread would answer instead.
    sleep(LONG);
    thread_exit(0)
}

/// Waits on the handler in time, at once if this thread is not to be the last, and takes the time when
/// it runs after the beginning.
fn run(race: Race, first: Waits) -> Result<u64> {
    if race.waits == first {
        wait();
    }
    sleep_until(race.begin - SECOND_WAIT)?;
    if race.waits != Waits::Nobody && race.waits != first {
        wait();
    }
    sleep_until(race.begin)?;
    Ok(SystemClock::now().ticks())
}

/// Waits on the handler, and not for long: nobody asks yet.
fn wait() {
    let _ = IN.wait(Signals::READABLE, Instant::MIN);
}
