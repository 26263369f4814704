//! Asks the log, again and again, until every producer has said its last word; then checks that nothing is missing
//! but what its producer says that it has dropped, and ends the run.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use reader_codegen::object::LOG;
use userspace::syscall::debug_shutdown;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{println, process_entry};

/// The producers, in the order of their badges, and whether they lose anything.
const SOURCES: [(&str, bool); 3] = [("steady", false), ("bursty", true), ("careful", false)];
/// The question after the log itself.
const ITSELF: u32 = u32::MAX;
/// How often to ask.
const PERIOD: Duration = Duration::from_millis(100);

fn ask(question: u32) -> Result<[u32; 4]> {
    LOG.call_words([question], Instant::MAX).map(|answer| answer.words)
}

#[process_entry("reader")]
fn entry() -> Result<()> {
    loop {
        let [batches, fullest, done, _] = ask(ITSELF)?;
        println!("{batches} batches, up to {fullest} of 8 records queued, {done} of 3 have ended");
        if done as usize == SOURCES.len() {
            break;
        }
        sleep_until(SystemClock::now() + PERIOD)?;
    }
    let mut result = Ok(());
    for (number, (name, loses)) in (0..).zip(SOURCES) {
        let [received, missing, dropped, things] = ask(number)?;
        println!(
            "{name}: {received} records of {things} things; {missing} missing, {dropped} dropped"
        );
        // What is missing is what was dropped, and only who may drop has.
        if missing != dropped || (missing != 0) != loses {
            result = Err(Error::DataLoss);
        }
    }
    debug_shutdown(result)
}
