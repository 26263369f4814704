//! An entry of `shared_memory` (SH-1).

use super::Name;
use super::fields::Fields;
use crate::schema::{SHARED_REGION, SHARER};
use crate::source::Spanned;
use crate::tree::Value;
use crate::{Diagnostics, Span};

/// A region of shared memory.
#[derive(Debug)]
pub(crate) struct SharedRegionDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Its size in bytes.
    pub(crate) size_bytes: Option<Spanned<u32>>,
    /// Where it says that nobody shares it, if it does.
    pub(crate) nobody_span: Option<Span>,
    /// Who shares it.
    pub(crate) sharers: Vec<SharerDraft<'t>>,
}

/// A process that shares a region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharerDraft<'t> {
    /// The name of the process.
    pub(crate) process: Name<'t>,
    /// What it may do there at most.
    pub(crate) access: Name<'t>,
}

/// Reads a region.
pub(super) fn read<'t>(value: &'t Value, log: &mut Diagnostics) -> Option<SharedRegionDraft<'t>> {
    let fields = Fields::open(value, &SHARED_REGION, log)?;
    let all = fields.list("processes");
    let nobody = fields.value("processes").filter(|_| all.is_empty());
    let sharers = all.iter().filter_map(|each| read_sharer(each, log));
    Some(SharedRegionDraft {
        name: fields.text("name"),
        size_bytes: fields.spanned("size_bytes"),
        nobody_span: nobody.map(Value::short_span),
        sharers: sharers.collect(),
    })
}

fn read_sharer<'t>(value: &'t Value, log: &mut Diagnostics) -> Option<SharerDraft<'t>> {
    let fields = Fields::open(value, &SHARER, log)?;
    Some(SharerDraft { process: fields.text("process"), access: fields.text("access") })
}
