//! Asserts how important those are that somebody waits for (CH-13).
//!
//! All robots are given what to do before any of them does it: while the tester hands out scripts nobody
//! that is less important goes on. Then it only looks on, as asking would lend its own priority, until
//! they are done. The times that they have taken tell who ran first.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod cast;
mod ends;
mod loans;
mod pair;
mod queue;

use suite::report::Report;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(20);
    loans::one(&mut report);
    loans::chain(&mut report);
    ends::given_up(&mut report);
    ends::deaths(&mut report);
    queue::several(&mut report);
    queue::circle(&mut report);
    pair::before_serving(&mut report);
    report.shut_down()
}
