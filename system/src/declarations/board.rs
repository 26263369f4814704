//! The value of `boards` (CF-4).

use super::Name;
use super::device::{self, IrqDraft, MappingDraft};
use super::fields::Fields;
use crate::Diagnostics;
use crate::schema::{BOARD, BOARD_IRQ, BOARD_OBJECT, BOARD_PROCESS, BOARDS};
use crate::source::Spanned;
use crate::tree::Value;

/// What differs on one board.
#[derive(Debug)]
pub(crate) struct BoardDraft<'t> {
    /// The board.
    pub(crate) name: &'static str,
    /// The longest transfer there, if it differs.
    pub(crate) max_transfer_bytes: Option<Spanned<usize>>,
    /// What differs of some processes.
    pub(crate) processes: Vec<BoardProcessDraft<'t>>,
}

/// What differs of a process on one board.
#[derive(Debug)]
pub(crate) struct BoardProcessDraft<'t> {
    /// The process.
    pub(crate) name: Name<'t>,
    /// Its mappings there, if they differ.
    pub(crate) mappings: Option<Vec<MappingDraft<'t>>>,
    /// Its interrupt objects that differ there, with their lines that do.
    pub(crate) objects: Vec<(Name<'t>, Vec<IrqDraft<'t>>)>,
}

/// Reads what differs on some boards.
pub(super) fn read<'t>(value: &'t Value, log: &mut Diagnostics) -> Vec<BoardDraft<'t>> {
    let Some(boards) = Fields::open(value, &BOARDS, log) else {
        return Vec::new();
    };
    BOARDS
        .usable()
        .filter_map(|name| {
            let fields = Fields::open(boards.value(name)?, &BOARD, log)?;
            let max_transfer_bytes = fields.spanned("max_transfer_bytes");
            let processes = fields.list("processes").iter();
            let processes = processes.filter_map(|each| read_process(each, log)).collect();
            Some(BoardDraft { name, max_transfer_bytes, processes })
        })
        .collect()
}

fn read_process<'t>(value: &'t Value, log: &mut Diagnostics) -> Option<BoardProcessDraft<'t>> {
    let fields = Fields::open(value, &BOARD_PROCESS, log)?;
    let mappings = device::read_mappings(&fields, log);
    let objects = fields.list("objects").iter().filter_map(|each| {
        let fields = Fields::open(each, &BOARD_OBJECT, log)?;
        Some((fields.text("name"), device::read_lines(&fields, &BOARD_IRQ, log)))
    });
    let objects = objects.collect();
    Some(BoardProcessDraft { name: fields.text("name"), mappings, objects })
}
