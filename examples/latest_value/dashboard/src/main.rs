//! Is told of every change, and of the end of the sensor; has seen enough when that has ended twice.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use dashboard_codegen::object::EVENTS;
use pw_status::{Error, Result};
use userspace::syscall::{command, debug_shutdown};
use userspace::time::{Duration, SystemClock};
use userspace::upcall::{self, Source};
use userspace::{println, process_entry};

const LATEST_VALUE: u32 = 0xA_0000;
const READ: u32 = 2;
const MISSED: u32 = 4;
const CHANGED: Source = Source { driver: LATEST_VALUE, number: 0 };
const ENDED: Source = Source { driver: LATEST_VALUE, number: 1 };

/// A sensor that is silent for so long is broken.
const PATIENCE: Duration = Duration::from_secs(2);

#[process_entry("dashboard")]
fn entry() -> Result<()> {
    for source in [CHANGED, ENDED] {
        upcall::listen(source).map_err(|_| Error::NotFound)?;
    }
    let mut lives = 0;
    let mut seen = 0;
    while lives < 2 {
        let event = EVENTS.wait(SystemClock::now() + PATIENCE)?;
        if event.source == ENDED {
            lives += 1;
            let missed = command(LATEST_VALUE, MISSED, 0, 0)?.values[0];
            println!("the sensor has ended; {seen} values seen, {missed} missed");
            // Nothing is lost: what was published was seen or counted.
            if seen + missed != 20 {
                return debug_shutdown(Err(Error::DataLoss));
            }
            seen = 0;
            continue;
        }
        let read = command(LATEST_VALUE, READ, 0, 0)?;
        let [number, speed, _] = read.values;
        if read.failure.is_none() && speed != 99 + number {
            return debug_shutdown(Err(Error::DataLoss));
        }
        seen += 1;
    }
    debug_shutdown(Ok(()))
}
