//! Does with shared memory as the tester tells it. See [`suite::sharing`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use suite_codegen::shared_memory::first::object::CONTROL;
use userspace::process_entry;

#[process_entry("sharer")]
fn entry() -> Result<()> {
    suite::sharing::serve(CONTROL)
}
