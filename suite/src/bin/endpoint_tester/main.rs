//! Asserts what messages do at endpoints: queues, rights, order and signals (EP-1 to EP-6, EP-8,
//! EP-11, EP-13). Calls are the system `endpoint_calls`, ends the system `endpoint_ends`.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod capacity;
mod cast;
mod lists;
mod order;
mod pair;
mod receiving;
mod refusals;
mod rights;
mod sending;
mod signals;
mod words;
mod workers;

use suite::report::Report;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(77);
    capacity::queues(&mut report);
    capacity::round(&mut report);
    capacity::lengths(&mut report);
    capacity::short_ones(&mut report);
    rights::ends(&mut report);
    rights::allowed(&mut report);
    refusals::handles(&mut report);
    refusals::memory(&mut report);
    sending::room(&mut report);
    sending::waits(&mut report);
    sending::patience_ends(&mut report);
    sending::receiver_gives_up(&mut report);
    receiving::empty(&mut report);
    receiving::later(&mut report);
    receiving::rooms(&mut report);
    receiving::exact(&mut report);
    receiving::identity(&mut report);
    receiving::lies(&mut report);
    order::messages(&mut report);
    order::waiting_on(&mut report);
    order::receivers(&mut report);
    order::senders(&mut report);
    order::places(&mut report);
    order::leavers(&mut report);
    order::ended(&mut report);
    words::ways(&mut report);
    words::in_one_queue(&mut report);
    words::registers(&mut report);
    words::byte_order(&mut report);
    words::stale(&mut report);
    lists::lists(&mut report);
    lists::arrivals(&mut report);
    pair::both_ways(&mut report);
    pair::in_turn(&mut report);
    signals::levels(&mut report);
    signals::unseen(&mut report);
    signals::woken(&mut report);
    signals::kept_waiting(&mut report);
    signals::no_claim(&mut report);
    report.shut_down()
}
