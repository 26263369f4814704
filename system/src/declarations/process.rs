//! An entry of `processes`.

use super::Name;
use super::fields::Fields;
use super::object::{self, ObjectDraft};
use super::thread::{self, ThreadDraft};
use crate::schema::PROCESS;
use crate::tree::Value;
use crate::{Diagnostics, Span};

/// A process.
#[derive(Debug, Default)]
pub(crate) struct ProcessDraft<'t> {
    /// Where it begins.
    pub(crate) span: Span,
    /// The index of its app.
    pub(crate) app: usize,
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Its threads' default priority.
    pub(crate) priority: Option<u8>,
    /// Whether it may end the run.
    pub(crate) may_shutdown: Option<bool>,
    /// Its RAM in bytes.
    pub(crate) ram_size_bytes: Option<u32>,
    /// Its program.
    pub(crate) program: Option<String>,
    /// Its objects, in the order of the file.
    pub(crate) objects: Vec<ObjectDraft<'t>>,
    /// The entries of its `threads`; the threads among its objects are not here.
    pub(crate) threads: Vec<ThreadDraft<'t>>,
}

/// Reads a process of the app with the index `app`.
pub(super) fn read<'t>(value: &'t Value, app: usize, log: &mut Diagnostics) -> ProcessDraft<'t> {
    let span = value.short_span();
    let Some(fields) = Fields::open(value, &PROCESS, log) else {
        return ProcessDraft { span, app, ..ProcessDraft::default() };
    };
    ProcessDraft {
        span,
        app,
        name: fields.text("name"),
        priority: fields.integer("priority"),
        may_shutdown: fields.boolean("may_shutdown"),
        ram_size_bytes: fields.integer("ram_size_bytes"),
        program: fields.text("program").map(|program| program.value.to_owned()),
        objects: fields.list("objects").iter().map(|each| object::read(each, log)).collect(),
        threads: fields.list("threads").iter().filter_map(|each| thread::read(each, log)).collect(),
    }
}
