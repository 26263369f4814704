//! Asserts what the driver for notifications does (NO), by plain calls and by the safe library.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod cast;
mod ends;
mod library;
mod names;
mod refusals;
mod sharing;
mod upcalls;

use suite::report::Report;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(23);
    // First, while the tester has not discovered itself.
    upcalls::late(&mut report);
    names::cases(&mut report);
    upcalls::cases(&mut report);
    sharing::cases(&mut report);
    ends::cases(&mut report);
    refusals::cases(&mut report);
    library::cases(&mut report);
    report.shut_down()
}
