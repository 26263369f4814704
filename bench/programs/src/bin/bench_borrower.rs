//! Returns a region of shared memory whenever it is lent.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::shared_memory::borrower::object::REGION;
use pw_status::Result;
use userspace::process_entry;
use userspace::time::Instant;

#[process_entry("borrower")]
fn entry() -> Result<()> {
    loop {
        REGION.wait_for_loan(Instant::MAX)?.give_back();
    }
}
