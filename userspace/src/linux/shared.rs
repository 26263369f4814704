//! Where the buffers are that a program may share.
//!
//! Linux maps pages of files, so what is to be shared lies in a file of the supervisor's, which is mapped in the
//! program before it starts. The program's own section of that name is only the plan of it: how large it is, and
//! where in it each buffer lies.

use core::ptr::with_exposed_provenance;
use core::sync::atomic::{AtomicU8, Ordering};

use super::frame::header;

unsafe extern "C" {
    /// Where the section of [`guichet_abi::linux::SHARED_SECTION`] begins, as every linker defines it.
    #[link_name = "__start_guichet_shared"]
    static SECTION: AtomicU8;
}

/// What the process has in place of these bytes of its section.
pub(crate) fn shared_bytes(planned: &'static [AtomicU8]) -> &'static [AtomicU8] {
    let base = header().shared_address.load(Ordering::Relaxed);
    if base == 0 {
        return planned;
    }
    let offset = planned.as_ptr().addr().wrapping_sub((&raw const SECTION).addr());
    let start = with_exposed_provenance::<AtomicU8>(base.wrapping_add(offset));
    // SAFETY: the supervisor has mapped as much from there on as the section is long, for good, and the
    // bytes are at this place of the section. They are atomic, whoever else has them.
    unsafe { core::slice::from_raw_parts(start, planned.len()) }
}
