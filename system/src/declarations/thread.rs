//! A thread, declared in either of two forms: an entry of `threads`, or an object (CF-1).

use super::Name;
use super::fields::Fields;
use crate::schema::THREAD;
use crate::tree::Value;
use crate::{Diagnostics, Span};

/// A thread.
#[derive(Clone, Debug)]
pub(crate) struct ThreadDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Its priority.
    pub(crate) priority: Option<u8>,
    /// The size of its stack in bytes.
    pub(crate) stack_size_bytes: Option<u32>,
    /// Where it is said to be the main thread, if it is said.
    pub(crate) main_span: Option<Span>,
}

/// Reads an entry of `threads`.
pub(super) fn read<'t>(value: &'t Value, log: &mut Diagnostics) -> Option<ThreadDraft<'t>> {
    Some(from_fields(&Fields::open(value, &THREAD, log)?, None))
}

/// The thread that `fields` of either form describe.
pub(super) fn from_fields<'t>(fields: &Fields<'t>, main_span: Option<Span>) -> ThreadDraft<'t> {
    ThreadDraft {
        name: fields.text("name"),
        priority: fields.integer("priority"),
        stack_size_bytes: fields.integer("stack_size_bytes"),
        main_span,
    }
}
