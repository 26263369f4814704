//! Asserts what the synchronous mailbox does (SM), by plain calls and by the safe library.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod both;
mod buffers;
mod cancelling;
mod cast;
mod clients;
mod ends;
mod lengths;
mod library;
mod order;
mod serials;
mod taking;
mod waiting;

use suite::capsule::Party;
use suite::report::Report;
use suite_codegen::sync_mailbox::tester::object::EVENTS;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(43);
    let mut own = Party::new(EVENTS);
    lengths::whole(&mut report, &mut own);
    lengths::cut(&mut report, &mut own);
    lengths::too_long(&mut report, &mut own);
    order::lines(&mut report, &mut own);
    order::held(&mut report, &mut own);
    waiting::servers(&mut report, &mut own);
    taking::upcalls(&mut report, &mut own);
    waiting::deadlines(&mut report, &mut own);
    clients::one_at_a_time(&mut report, &mut own);
    clients::anew(&mut report, &mut own);
    cancelling::stages(&mut report, &mut own);
    serials::late(&mut report, &mut own);
    serials::wrong(&mut report, &mut own);
    both::at_once(&mut report, &mut own);
    both::acquainted(&mut report, &mut own);
    buffers::swapped(&mut report);
    library::cases(&mut report, &mut own);
    ends::of_servers(&mut report, &mut own);
    ends::gone_before(&mut report, &mut own);
    ends::of_clients(&mut report, &mut own);
    ends::unknown(&mut report, &mut own);
    report.shut_down()
}
