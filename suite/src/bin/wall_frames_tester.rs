//! Asserts that a thread gets back what another thread of its process has written over its saved
//! registers, and that this harms nobody else (PR-2).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::wall::{Attack, Wall};
use suite_codegen::wall_frames::tester::object;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(4, object::NEIGHBOUR);
    for (title, attacker, act, word) in ATTACKS {
        wall.attack(title, attacker, act, word);
    }
    wall.report.shut_down()
}

/// As a program status, that of a thread in Thumb code; as an address, nobody's.
const THUMB: usize = 1 << 24;

const ATTACKS: [Attack; 4] = [
    (
        "PR-2 PR-5 a saved frame rewritten during a call cannot lead out of the process",
        ("blocked_thumb", object::BLOCKED_THUMB),
        Act::RewriteBlocked,
        THUMB,
    ),
    (
        "PR-2 PR-5 a saved frame rewritten during a call cannot be one of no thread",
        ("blocked_ones", object::BLOCKED_ONES),
        Act::RewriteBlocked,
        usize::MAX,
    ),
    (
        "PR-2 PR-5 a saved frame rewritten during an interruption cannot lead out of the process",
        ("stopped_thumb", object::STOPPED_THUMB),
        Act::RewriteInterrupted,
        THUMB,
    ),
    (
        "PR-2 PR-5 a saved frame rewritten during an interruption cannot be one of no thread",
        ("stopped_ones", object::STOPPED_ONES),
        Act::RewriteInterrupted,
        usize::MAX,
    ),
];
