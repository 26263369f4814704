//! Asserts what is common to all capsules (CP, PR-9): the calls, buffers, upcalls and ids.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod at_once;
mod buffers;
mod calls;
mod cast;
mod events;
mod ids;
mod library;
mod lives;
mod own;
mod threads;
mod upcalls;

use suite::capsule::Party;
use suite::report::Report;
use suite_codegen::capsules::tester::object::EVENTS;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(46);
    calls::drivers(&mut report);
    calls::numbers(&mut report);
    calls::words(&mut report);
    threads::refused(&mut report);
    buffers::swapped(&mut report);
    buffers::refused(&mut report);
    upcalls::called(&mut report);
    upcalls::subscribed(&mut report);
    upcalls::waited_for(&mut report);
    at_once::cases(&mut report);
    let mut party = Party::new(EVENTS);
    upcalls::fair(&mut report, &mut party);
    events::shows_when_due(&mut report, &mut party);
    events::waited_for(&mut report, &mut party);
    library::listening(&mut report, &mut party);
    library::blocking(&mut report, &mut party);
    ids::given(&mut report, &mut party);
    lives::nothing_is_left(&mut report, &mut party);
    own::latest_value(&mut report);
    report.shut_down()
}
