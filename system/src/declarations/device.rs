//! Interrupt lines and the registers of devices, in a process's own words and in a board's.

use super::Name;
use super::fields::Fields;
use crate::schema::{MAPPING, Table};
use crate::source::Spanned;
use crate::tree::Value;
use crate::{Diagnostics, Span};

/// An interrupt line.
#[derive(Clone, Debug)]
pub(crate) struct IrqDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Its number.
    pub(crate) number: Option<Spanned<u16>>,
}

/// The registers of a device.
#[derive(Clone, Debug)]
pub(crate) struct MappingDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Where the address is written, or else where the mapping is.
    pub(crate) span: Span,
    /// The address of its first byte.
    pub(crate) start_address: Option<u32>,
    /// Its size in bytes.
    pub(crate) size_bytes: Option<u32>,
}

/// Reads the lines of an object of either kind, which `fields` are; each line is a `table`.
pub(super) fn read_lines<'t>(
    fields: &Fields<'t>,
    table: &'static Table,
    log: &mut Diagnostics,
) -> Vec<IrqDraft<'t>> {
    let lines = fields.list("irqs").iter();
    lines
        .filter_map(|value| {
            let fields = Fields::open(value, table, log)?;
            Some(IrqDraft { name: fields.text("name"), number: fields.spanned("number") })
        })
        .collect()
}

/// Reads the `memory_mappings` of `fields`, if there are any.
pub(super) fn read_mappings<'t>(
    fields: &Fields<'t>,
    log: &mut Diagnostics,
) -> Option<Vec<MappingDraft<'t>>> {
    fields.value("memory_mappings")?;
    let mappings = fields.list("memory_mappings").iter();
    Some(mappings.filter_map(|value| read_mapping(value, log)).collect())
}

fn read_mapping<'t>(value: &'t Value, log: &mut Diagnostics) -> Option<MappingDraft<'t>> {
    let fields = Fields::open(value, &MAPPING, log)?;
    let address = fields.value("start_address");
    Some(MappingDraft {
        name: fields.text("name"),
        span: address.map_or(value.short_span(), |address| address.span),
        start_address: fields.integer("start_address"),
        size_bytes: fields.integer("size_bytes"),
    })
}
