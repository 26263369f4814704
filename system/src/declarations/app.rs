//! An entry of `apps`.

use super::Name;
use super::constant::{self, ConstantDraft};
use super::fields::Fields;
use super::process::{self, ProcessDraft};
use crate::Diagnostics;
use crate::schema::APP;
use crate::tree::Value;

/// An app, without its processes.
#[derive(Debug, Default)]
pub(crate) struct AppDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Its budget of flash in bytes.
    pub(crate) flash_size_bytes: Option<u32>,
    /// Its budget of RAM in bytes.
    pub(crate) ram_size_bytes: Option<u32>,
    /// Its constants.
    pub(crate) constants: Vec<ConstantDraft<'t>>,
}

/// Reads the app with the index `index`, and its processes.
pub(super) fn read<'t>(
    value: &'t Value,
    index: usize,
    log: &mut Diagnostics,
) -> (AppDraft<'t>, Vec<ProcessDraft<'t>>) {
    let Some(fields) = Fields::open(value, &APP, log) else {
        return (AppDraft::default(), Vec::new());
    };
    let app = AppDraft {
        name: fields.text("name"),
        flash_size_bytes: fields.integer("flash_size_bytes"),
        ram_size_bytes: fields.integer("ram_size_bytes"),
        constants: fields
            .list("constants")
            .iter()
            .filter_map(|each| constant::read(each, log))
            .collect(),
    };
    let processes =
        fields.list("processes").iter().map(|each| process::read(each, index, log)).collect();
    (app, processes)
}
