//! What a file declares, before anything is compared with anything else.
//!
//! Each table of the file becomes a draft: the values that could be understood, with their places.
//! What could not is reported and left out, and the reading goes on, so that one run finds
//! everything. A draft without a name stands for something that is there but could not be read;
//! checks that would only repeat that complaint leave it alone.

mod app;
mod board;
mod capsule;
mod choices;
mod constant;
mod device;
mod endpoint;
mod fields;
mod number;
mod object;
mod process;
mod shape;
mod shared_memory;
mod texts;
mod thread;

use crate::Diagnostics;
use crate::schema::SYSTEM;
use crate::source::Spanned;
use crate::tree::Value;

use fields::Fields;

pub(crate) use app::AppDraft;
pub(crate) use board::{BoardDraft, BoardProcessDraft};
pub(crate) use capsule::CapsuleDraft;
pub(crate) use device::{IrqDraft, MappingDraft};
pub(crate) use endpoint::{EndpointDraft, SenderDraft};
pub(crate) use object::{ObjectDraft, ObjectDraftKind};
pub(crate) use process::ProcessDraft;
pub(crate) use shared_memory::SharedRegionDraft;
pub(crate) use thread::ThreadDraft;

/// A name as it was written, if it could be read.
pub(crate) type Name<'t> = Option<Spanned<&'t str>>;

/// The whole file.
#[derive(Debug)]
pub(crate) struct SystemDraft<'t> {
    /// The apps, in the order of the file.
    pub(crate) apps: Vec<AppDraft<'t>>,
    /// The processes of all apps, in the order of the file.
    pub(crate) processes: Vec<ProcessDraft<'t>>,
    /// The longest transfer, if declared.
    pub(crate) max_transfer_bytes: Option<Spanned<usize>>,
    /// The capsules, in the order of the file.
    pub(crate) capsules: Vec<CapsuleDraft<'t>>,
    /// For whom a process's number works.
    pub(crate) process_ids: Name<'t>,
    /// The regions of shared memory, in the order of the file.
    pub(crate) shared_memory: Vec<SharedRegionDraft<'t>>,
    /// What differs on some boards.
    pub(crate) boards: Vec<BoardDraft<'t>>,
}

/// Reads the whole file from its `tree`.
pub(crate) fn read<'t>(tree: &'t Value, log: &mut Diagnostics) -> Option<SystemDraft<'t>> {
    let fields = Fields::open(tree, &SYSTEM, log)?;
    let mut draft = SystemDraft {
        apps: Vec::new(),
        processes: Vec::new(),
        max_transfer_bytes: fields.spanned("max_transfer_bytes"),
        capsules: fields.list("capsules").iter().map(|each| capsule::read(each, log)).collect(),
        process_ids: fields.text("process_ids"),
        shared_memory: fields
            .list("shared_memory")
            .iter()
            .filter_map(|each| shared_memory::read(each, log))
            .collect(),
        boards: fields.value("boards").map(|value| board::read(value, log)).unwrap_or_default(),
    };
    for (index, value) in fields.list("apps").iter().enumerate() {
        let (app, processes) = app::read(value, index, log);
        draft.apps.push(app);
        draft.processes.extend(processes);
    }
    Some(draft)
}
