//! Asserts what becomes of calls: their answers, the rights to give them, and whose importance whoever
//! answers has meanwhile (EP-7, EP-8).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod answers;
mod callers;
mod cast;
mod ends;
mod importance;
mod loans;
mod next;
mod registers;
mod rights;

use suite::report::Report;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(52);
    answers::arrive(&mut report);
    answers::each_way_round(&mut report);
    answers::several(&mut report);
    answers::in_line(&mut report);
    answers::rooms(&mut report);
    answers::short(&mut report);
    rights::used(&mut report);
    rights::mixed_up(&mut report);
    rights::foreign(&mut report);
    rights::guessed(&mut report);
    rights::refused(&mut report);
    rights::too_much(&mut report);
    ends::deadlines(&mut report);
    ends::before_receipt(&mut report);
    ends::dropped(&mut report);
    ends::forgotten(&mut report);
    next::together(&mut report);
    next::whoever(&mut report);
    next::refused(&mut report);
    next::refused_room(&mut report);
    callers::threads(&mut report);
    callers::left_behind(&mut report);
    registers::stale(&mut report);
    registers::given(&mut report);
    loans::calls(&mut report);
    loans::queued(&mut report);
    loans::ends(&mut report);
    loans::deaths(&mut report);
    importance::several(&mut report);
    importance::importance_kept(&mut report);
    importance::chains(&mut report);
    importance::mixed_chains(&mut report);
    report.shut_down()
}
