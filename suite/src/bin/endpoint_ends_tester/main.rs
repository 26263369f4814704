//! Asserts what becomes of endpoints, messages and calls when a process ends, when an endpoint is closed,
//! and when it is bound (EP-9, EP-10, EP-12).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod bound;
mod cast;
mod closed;
mod closing;
mod later;
mod receivers;
mod senders;

use suite::report::Report;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(33);
    later::unstarted(&mut report);
    later::restarted(&mut report);
    receivers::end_all(&mut report);
    receivers::other_ends(&mut report);
    receivers::rights(&mut report);
    senders::end_all(&mut report);
    senders::lives(&mut report);
    senders::callers(&mut report);
    senders::left_behind(&mut report);
    bound::peers(&mut report);
    bound::unbound(&mut report);
    bound::waiting(&mut report);
    bound::waiting_for_room(&mut report);
    bound::refused(&mut report);
    closed::senders(&mut report);
    closed::callers(&mut report);
    closed::queued(&mut report);
    closed::answers(&mut report);
    closed::open(&mut report);
    closing::threads(&mut report);
    closing::watchers(&mut report);
    report.shut_down()
}
