//! An entry of `processes`.

use super::Name;
use super::device::{self, MappingDraft};
use super::fields::Fields;
use super::object::{self, ObjectDraft};
use super::thread::{self, ThreadDraft};
use crate::schema::PROCESS;
use crate::source::Spanned;
use crate::tree::Value;
use crate::{Diagnostics, Span};

/// The keys that mean something only for a process that is restarted.
const RESTART_KEYS: [&str; 3] = ["restart_delay_ms", "max_restarts", "on_give_up"];

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
    /// When it starts first.
    pub(crate) start: Name<'t>,
    /// After which ends it is restarted.
    pub(crate) restart: Name<'t>,
    /// How long a restart waits, in milliseconds.
    pub(crate) restart_delay_ms: Option<u32>,
    /// How often it is restarted at most.
    pub(crate) max_restarts: Option<u8>,
    /// What happens after the last restart.
    pub(crate) on_give_up: Name<'t>,
    /// Where it says something about restarts, by key.
    pub(crate) restart_keys: Vec<Spanned<&'static str>>,
    /// Its program.
    pub(crate) program: Option<String>,
    /// Its objects, in the order of the file.
    pub(crate) objects: Vec<ObjectDraft<'t>>,
    /// The devices that it may touch.
    pub(crate) mappings: Vec<MappingDraft<'t>>,
    /// The names that only it registers.
    pub(crate) services: Vec<Spanned<&'t str>>,
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
        start: fields.text("start"),
        restart: fields.text("restart"),
        restart_delay_ms: fields.integer("restart_delay_ms"),
        max_restarts: fields.integer("max_restarts"),
        on_give_up: fields.text("on_give_up"),
        restart_keys: RESTART_KEYS
            .iter()
            .filter_map(|key| Some(Spanned { value: *key, span: fields.value(key)?.span }))
            .collect(),
        program: fields.text("program").map(|program| program.value.to_owned()),
        objects: fields.list("objects").iter().map(|each| object::read(each, log)).collect(),
        mappings: device::read_mappings(&fields, log).unwrap_or_default(),
        services: fields.texts("services"),
        threads: fields.list("threads").iter().filter_map(|each| thread::read(each, log)).collect(),
    }
}
