//! What a file says of the machine, as it is on one board.

use super::{find_interrupt, is_called};
use crate::declarations::{
    BoardProcessDraft, IrqDraft, MappingDraft, ObjectDraftKind, ProcessDraft, SystemDraft,
};
use crate::source::Spanned;

/// Everything that counts on one board.
pub(super) struct View<'d, 't> {
    /// The board; without one, what the processes declare themselves.
    pub(super) board: Option<&'d str>,
    /// The numbers of all lines.
    pub(super) lines: Vec<Spanned<u16>>,
    /// All mappings, each with the index of its process, in the order of the processes.
    pub(super) mappings: Vec<(usize, &'d MappingDraft<'t>)>,
}

impl<'d, 't> View<'d, 't> {
    /// What counts on `board`.
    pub(super) fn new(draft: &'d SystemDraft<'t>, board: Option<&'d str>) -> View<'d, 't> {
        let mut view = View { board, lines: Vec::new(), mappings: Vec::new() };
        let changed = draft.boards.iter().find(|each| Some(each.name) == board);
        let changed = changed.map_or(&[][..], |board| &board.processes);
        for (index, process) in draft.processes.iter().enumerate() {
            let changes = || {
                let of_it = |each: &&BoardProcessDraft| {
                    process.name.is_some_and(|name| is_called(each.name, name.value))
                };
                changed.iter().filter(of_it)
            };
            let mappings = changes().find_map(|each| each.mappings.as_ref());
            let mappings = mappings.unwrap_or(&process.mappings).iter();
            view.mappings.extend(mappings.map(|mapping| (index, mapping)));
            let all: Vec<&BoardProcessDraft> = changes().collect();
            view.lines.extend(numbers(process, &all));
        }
        view
    }
}

/// The numbers of the lines of a process that has them there.
fn numbers(process: &ProcessDraft, changes: &[&BoardProcessDraft]) -> Vec<Spanned<u16>> {
    let mut numbers = Vec::new();
    for object in &process.objects {
        if let (Some(name), ObjectDraftKind::Interrupt { irqs }) = (object.name, &object.kind)
            && find_interrupt(process, name.value).is_some()
        {
            numbers.extend(irqs.iter().filter_map(|line| number(name.value, line, changes)));
        }
    }
    numbers
}

/// The number of a line of the object called `object` there.
fn number(object: &str, line: &IrqDraft, changes: &[&BoardProcessDraft]) -> Option<Spanned<u16>> {
    let objects = changes.iter().flat_map(|process| &process.objects);
    let lines = objects.filter(|(name, _)| is_called(*name, object)).flat_map(|(_, lines)| lines);
    let mut changed =
        lines.filter(|each| line.name.is_some_and(|name| is_called(each.name, name.value)));
    changed.find_map(|each| each.number).or(line.number)
}
