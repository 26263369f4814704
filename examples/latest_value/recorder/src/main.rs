//! Looks at the speed every 25 ms, and says how old it is and how many values have come and gone since.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::syscall::command;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{println, process_entry};

const LATEST_VALUE: u32 = 0xA_0000;
const READ: u32 = 2;
const TIME: u32 = 3;
const MISSED: u32 = 4;

#[process_entry("recorder")]
fn entry() -> Result<()> {
    let mut at = SystemClock::now();
    loop {
        at += Duration::from_millis(25);
        sleep_until(at)?;
        let read = command(LATEST_VALUE, READ, 0, 0)?;
        let time = command(LATEST_VALUE, TIME, 0, 0)?;
        if read.failure.is_some() || time.failure.is_some() {
            println!("there is no speed at present");
            continue;
        }
        let [number, speed, _] = read.values;
        let [_, low, high] = time.values;
        let published = Instant::from_ticks(u64::from(high) << 32 | u64::from(low));
        let age = SystemClock::now() - published;
        let missed = command(LATEST_VALUE, MISSED, 0, 0)?.values[0];
        println!("number {number}: {speed} km/h, {} us old; {missed} not seen", age.as_micros());
    }
}
