//! Waits for programs whose entries end in different ways (PR-6). How they ended is the kernel's to
//! say, and stands in the system's expected.txt.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Error;
use suite::report::Report;
use suite::timing::patience;
use suite_codegen::entries::tester::object;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let ends = [
        (object::NEVER, "PR-6 an entry may never return"),
        (object::NOTHING, "PR-6 an entry may return nothing"),
        (object::CODE, "PR-6 an entry may return an exit code"),
        (object::OK, "PR-6 an entry may return a success"),
        (object::ERROR, "PR-6 an entry may return an error"),
        (object::OWN_HANDLER, "PR-6 a program may handle its panics itself"),
        (object::FIRST, "PR-6 a program may run in one process"),
        (object::SECOND, "PR-6 and in another at the same time"),
    ];
    let mut report = Report::plan(8);
    for (end, title) in ends {
        let found = end.transact(&[0u8; 0], &mut [0u8; 0], patience());
        report.equal(title, found, Err(Error::Unavailable));
    }
    report.shut_down()
}
