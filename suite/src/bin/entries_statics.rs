//! Asserts that statics begin with their values and belong to one process (PR-6, AB-9). Two processes
//! run this program, one after the other: had they statics in common, the second one would find what
//! the first one has left.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use suite::report::Report;
use userspace::process_entry;

const ZEROES: usize = 4096;

static VALUE: AtomicU32 = AtomicU32::new(0x0123_4567);
static WORDS: [AtomicU8; 5] = [const { AtomicU8::new(7) }; 5];
static ZEROED: [AtomicU8; ZEROES] = [const { AtomicU8::new(0) }; ZEROES];
static CONSTANT: &str = "a constant in read-only memory";

#[process_entry("statics")]
fn entry() {
    let mut report = Report::plan(4);
    report.case("PR-6 a static begins with its value, in every process", |case| {
        case.equal(VALUE.load(Ordering::Relaxed), 0x0123_4567);
        case.holds(WORDS.iter().all(|word| word.load(Ordering::Relaxed) == 7));
        Ok(())
    });
    report.case(
        "PR-6 AB-9 a static without a value begins with zeroes, in every process",
        |case| {
            case.holds(ZEROED.iter().all(|byte| byte.load(Ordering::Relaxed) == 0));
            Ok(())
        },
    );
    report.case("PR-6 a constant is there", |case| {
        case.equal(core::hint::black_box(CONSTANT).len(), 30);
        Ok(())
    });
    report.case("PR-6 a static keeps what is written to it", |case| {
        VALUE.store(1, Ordering::Relaxed);
        for byte in ZEROED.iter().chain(&WORDS) {
            byte.store(0xFF, Ordering::Relaxed);
        }
        case.equal(core::hint::black_box(&VALUE).load(Ordering::Relaxed), 1);
        case.holds(ZEROED.iter().all(|byte| byte.load(Ordering::Relaxed) == 0xFF));
        Ok(())
    });
}
