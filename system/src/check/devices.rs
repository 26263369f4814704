//! What the file says of the machine: interrupt lines and the registers of devices (PR-8, CF-3, CF-4).
//!
//! What is right depends on the board. So everything is looked at once for each board that the file
//! names or that is built for, and once for no board in particular; what is wrong on several of them
//! alike is told once.

mod fault;
mod view;

use std::collections::HashSet;

use super::build::mappings;
use super::references::find_process;
use crate::boards;
use crate::declarations::{
    BoardDraft, BoardProcessDraft, IrqDraft, MappingDraft, Name, ObjectDraftKind, ProcessDraft,
    SystemDraft,
};
use crate::image::WallKind;
use crate::model::{Board, BoardLine, BoardProcess};
use crate::source::Spanned;
use crate::{Diagnostic, Diagnostics};
use view::View;

/// What differs on some boards.
pub(super) type Differences = Vec<Board>;

/// Checks lines and mappings, on `board` too if that is given, and finds what differs on which board;
/// what is wrong goes to `log`.
pub(super) fn link(draft: &SystemDraft, board: Option<&str>, log: &mut Diagnostics) -> Differences {
    let differences = draft.boards.iter().map(|board| differences(draft, board, log)).collect();
    if log.has_errors() {
        return differences;
    }
    let mut told = Told { seen: HashSet::new(), log };
    check_view(&View::new(draft, None), &mut told);
    for each in &draft.boards {
        check_view(&View::new(draft, Some(each.name)), &mut told);
    }
    if let Some(board) = board {
        check_view(&View::new(draft, Some(board)), &mut told);
    }
    differences
}

/// The diagnostics, each once.
struct Told<'l> {
    seen: HashSet<(usize, String)>,
    log: &'l mut Diagnostics,
}

impl Told<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        if self.seen.insert((diagnostic.offset(), diagnostic.message.clone())) {
            self.log.push(diagnostic);
        }
    }
}

fn differences(draft: &SystemDraft, board: &BoardDraft, log: &mut Diagnostics) -> Board {
    let processes = board.processes.iter().filter_map(|each| difference(draft, each, log));
    Board {
        name: board.name.to_owned(),
        processes: processes.collect(),
        max_transfer_bytes: board.max_transfer_bytes.map(|declared| declared.value),
    }
}

/// What differs of a process, whose names are found.
fn difference(
    draft: &SystemDraft,
    changed: &BoardProcessDraft,
    log: &mut Diagnostics,
) -> Option<BoardProcess> {
    let process = find_process(draft, changed.name?, log)?;
    let declared = draft.processes.get(process)?;
    let mut lines = Vec::new();
    for (object, irqs) in &changed.objects {
        let Some(object) = *object else { continue };
        let Some((interrupt, known)) = find_interrupt(declared, object.value) else {
            log.push(fault::no_interrupt(object, declared));
            continue;
        };
        for changed in irqs {
            let (Some(name), Some(number)) = (changed.name, changed.number) else { continue };
            match known.iter().position(|line| is_called(line.name, name.value)) {
                Some(line) => lines.push(BoardLine { interrupt, line, number: number.value }),
                None => log.push(fault::no_line(name, known)),
            }
        }
    }
    let mappings = match &changed.mappings {
        Some(drafts) => Some(mappings(drafts)?),
        None => None,
    };
    Some(BoardProcess { process, mappings, lines })
}

/// The interrupt object of this name: its place among the process's interrupt objects, and its lines.
fn find_interrupt<'d, 't>(
    process: &'d ProcessDraft<'t>,
    name: &str,
) -> Option<(usize, &'d Vec<IrqDraft<'t>>)> {
    let interrupts = process.objects.iter().filter_map(|object| match &object.kind {
        ObjectDraftKind::Interrupt { irqs } => Some((object.name, irqs)),
        ObjectDraftKind::ChannelInitiator { .. }
        | ObjectDraftKind::ChannelHandler { .. }
        | ObjectDraftKind::Thread(_)
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
        | ObjectDraftKind::Upcalls
        | ObjectDraftKind::Endpoint(_)
        | ObjectDraftKind::EndpointSender(_)
        | ObjectDraftKind::Unusable => None,
    });
    let mut numbered = interrupts.enumerate();
    numbered.find(|(_, (each, _))| is_called(*each, name)).map(|(place, (_, irqs))| (place, irqs))
}

fn is_called(name: Name, wanted: &str) -> bool {
    name.is_some_and(|name| name.value == wanted)
}

fn check_view(view: &View, told: &mut Told) {
    check_lines(view, told);
    check_mappings(view, told);
}

fn check_lines(view: &View, told: &mut Told) {
    let mut seen: Vec<Spanned<u16>> = Vec::new();
    for line in &view.lines {
        match seen.iter().find(|first| first.value == line.value) {
            Some(first) => told.push(fault::line_twice(*first, *line)),
            None => seen.push(*line),
        }
        match view.board {
            Some(boards::LINUX) if line.value != boards::LINUX_CONSOLE_LINE => {
                told.push(fault::no_such_line_on_linux(*line));
            }
            Some(board) => check_line_on(board, *line, told),
            None => {}
        }
    }
}

fn check_line_on(board: &str, line: Spanned<u16>, told: &mut Told) {
    let Some(hardware) = boards::find(board) else { return };
    let devices = &hardware.devices;
    if devices.kernel_line == Some(line.value) {
        told.push(fault::line_of_kernel(board, line));
    } else if !devices.lines.contains(&line.value) {
        told.push(fault::no_such_line(board, line, &devices.lines));
    }
}

fn check_mappings(view: &View, told: &mut Told) {
    let mut seen: Vec<(&MappingDraft, u64, u64)> = Vec::new();
    for (_, mapping) in &view.mappings {
        let Some((start, end)) = bounds(mapping) else { continue };
        if end > 1 << 32 {
            told.push(fault::beyond_the_end(mapping));
            continue;
        }
        let first = seen.iter().find(|(_, first, last)| start < *last && *first < end);
        if let Some((first, ..)) = first {
            told.push(fault::mapped_twice(first, mapping));
        }
        seen.push((mapping, start, end));
        match view.board {
            Some(boards::LINUX) => told.push(fault::no_devices_on_linux(mapping)),
            Some(board) => check_place_on(board, mapping, (start, end), told),
            None => {}
        }
    }
    if let Some(hardware) = view.board.and_then(boards::find) {
        check_room(view, hardware.name, hardware.wall, told);
    }
}

fn bounds(mapping: &MappingDraft) -> Option<(u64, u64)> {
    let start = u64::from(mapping.start_address?);
    Some((start, start + u64::from(mapping.size_bytes?)))
}

/// Whether nobody else has what is mapped, and the wall can express it.
fn check_place_on(board: &str, mapping: &MappingDraft, (start, end): (u64, u64), told: &mut Told) {
    let Some(hardware) = boards::find(board) else { return };
    let memory = &hardware.memory;
    let memories = [(&memory.flash, "its flash"), (&memory.ram, "its RAM")];
    for (range, what) in memories {
        if start < u64::from(range.end) && u64::from(range.start) < end {
            told.push(fault::in_memory(board, mapping, what, range));
        }
    }
    for reserved in hardware.devices.reserved {
        let range = &reserved.range;
        if start < u64::from(range.end) && u64::from(range.start) < end {
            told.push(fault::reserved(board, mapping, reserved.what, range));
        }
    }
    if let Some(range) = range(mapping)
        && let Err(nearest) = hardware.wall.device_entries(&range)
    {
        told.push(fault::inexpressible(board, hardware.wall, mapping, nearest));
    }
}

fn range(mapping: &MappingDraft) -> Option<std::ops::Range<u32>> {
    let start = mapping.start_address?;
    Some(start..start.checked_add(mapping.size_bytes?)?)
}

/// Whether the wall of each process has room for all of its mappings.
fn check_room(view: &View, board: &str, wall: WallKind, told: &mut Told) {
    let mut process = usize::MAX;
    let mut entries = 0;
    for (owner, mapping) in &view.mappings {
        if *owner != process {
            (process, entries) = (*owner, 0);
        }
        let needed = range(mapping).and_then(|range| wall.device_entries(&range).ok());
        entries += needed.unwrap_or(0);
        if entries > WallKind::DEVICE_ENTRIES {
            told.push(fault::no_room(board, wall, mapping));
            return;
        }
    }
}
