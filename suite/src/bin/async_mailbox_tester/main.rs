//! Asserts what the asynchronous mailbox does (AM), by plain calls and by the safe library.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod cast;
mod ends;
mod headers;
mod library;
mod messages;
mod refusals;
mod room;

use suite::capsule::Party;
use suite::report::Report;
use suite_codegen::async_mailbox::tester::object::EVENTS;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(26);
    let mut own = Party::new(EVENTS);
    messages::arrive(&mut report, &mut own);
    messages::both_directions(&mut report, &mut own);
    messages::counted(&mut report, &mut own);
    messages::swapped(&mut report, &mut own);
    refusals::closed(&mut report, &mut own);
    refusals::unlisted(&mut report, &mut own);
    refusals::order(&mut report, &mut own);
    room::full(&mut report, &mut own);
    library::buffers(&mut report, &mut own);
    ends::of_listed(&mut report, &mut own);
    ends::of_senders(&mut report, &mut own);
    ends::of_receivers(&mut report, &mut own);
    headers::all(&mut report, &mut own);
    report.shut_down()
}
