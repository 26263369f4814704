//! Asserts what regions of shared memory do (SH), by plain calls and by plain loads and stores.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod cast;
mod copies;
mod ends;
mod loans;
mod mapping;
mod refusals;
mod transfers;

use suite::report::Report;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(35);
    mapping::shared(&mut report);
    mapping::rights(&mut report);
    mapping::places(&mut report);
    mapping::ended(&mut report);
    copies::cases(&mut report);
    loans::exclusive(&mut report);
    loans::readers(&mut report);
    loans::chains(&mut report);
    transfers::cases(&mut report);
    ends::of_lenders(&mut report);
    ends::of_borrowers(&mut report);
    ends::of_others(&mut report);
    refusals::of_words(&mut report);
    refusals::of_buffers(&mut report);
    report.shut_down()
}
