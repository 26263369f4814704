//! A counter of events, of which none may be lost and none is worth waiting for. A record for which there is no
//! room comes back, and the next one stands for its events too.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use careful_codegen::object::LOG;
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

/// How many events there are.
const EVENTS: u32 = 100;
/// How long it is from one to the next.
const PERIOD: Duration = Duration::from_millis(5);

#[process_entry("careful")]
fn entry() -> Result<()> {
    let (mut number, mut unsaid) = (0, 0);
    for _ in 0..EVENTS {
        unsaid += 1;
        match LOG.try_send_words([number, 0, unsaid, 0]) {
            Ok(()) => {
                number += 1;
                unsaid = 0;
            }
            Err(Error::ResourceExhausted) => {}
            Err(error) => return Err(error),
        }
        sleep_until(SystemClock::now() + PERIOD)?;
    }
    LOG.send_words([number, 0, unsaid, 1], Instant::MAX)
}
