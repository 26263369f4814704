//! Asserts what the name registry does (NR), by plain calls and by the safe library.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod cast;
mod discovering;
mod ends;
mod names;
mod registering;

use suite::capsule::Party;
use suite::report::Report;
use suite_codegen::registry::tester::object::EVENTS;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(23);
    let mut own = Party::new(EVENTS);
    names::different(&mut report, &mut own);
    names::malformed(&mut report, &mut own);
    names::copied(&mut report, &mut own);
    registering::taken(&mut report, &mut own);
    registering::again(&mut report, &mut own);
    registering::declared(&mut report, &mut own);
    discovering::found(&mut report, &mut own);
    discovering::absent(&mut report, &mut own);
    discovering::waiting(&mut report, &mut own);
    discovering::busy(&mut report, &mut own);
    discovering::cancelled(&mut report, &mut own);
    discovering::late(&mut report, &mut own);
    ends::of_owners(&mut report, &mut own);
    ends::before_told(&mut report, &mut own);
    ends::of_waiting(&mut report, &mut own);
    report.shut_down()
}
