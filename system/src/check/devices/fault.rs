//! What is said of lines and mappings that are wrong.

use std::ops::Range;

use guichet_kernel::AddressRange;

use crate::Diagnostic;
use crate::boards::LINUX;
use crate::declarations::{IrqDraft, MappingDraft, ProcessDraft};
use crate::image::WallKind;
use crate::source::Spanned;
use crate::wording::{enumerated, quoted};

pub(super) fn no_interrupt(object: Spanned<&str>, process: &ProcessDraft) -> Diagnostic {
    let name = process.name.map(|name| name.value).unwrap_or_default();
    Diagnostic::error(format!(
        "the process {} has no interrupt object {}",
        quoted(name),
        quoted(object.value)
    ))
    .at(object.span, "no such interrupt object")
    .note("a board can only change the numbers of lines that the process declares")
    .help("declare it in the process: `{ type: \"interrupt\", name: \"...\", irqs: [ ... ] }`")
}

pub(super) fn no_line(name: Spanned<&str>, lines: &[IrqDraft]) -> Diagnostic {
    let names = lines.iter().filter_map(|line| line.name).map(|name| name.value);
    Diagnostic::error(format!("the interrupt object has no line {}", quoted(name.value)))
        .at(name.span, "no such line")
        .note("a board can only change the numbers of lines that the process declares")
        .help(format!("its lines are {}", enumerated(names)))
}

pub(super) fn line_twice(first: Spanned<u16>, second: Spanned<u16>) -> Diagnostic {
    Diagnostic::error(format!("interrupt line {} is declared twice", second.value))
        .at(second.span, "declared again here")
        .also(first.span, "first declared here")
        .note("a line has one owner, who alone knows when it may come again")
        .help("declare it once; other processes can ask its owner through a channel")
}

pub(super) fn no_such_line_on_linux(line: Spanned<u16>) -> Diagnostic {
    Diagnostic::error(format!("Linux has no interrupt line {}", line.value))
        .at(line.span, "no such line there")
        .note("its one line is 0, which says that somebody has typed on the console")
        .help(format!(
            "say the numbers of other boards under `boards`, or 0 under `boards.{LINUX}`"
        ))
}

pub(super) fn line_of_kernel(board: &str, line: Spanned<u16>) -> Diagnostic {
    Diagnostic::error(format!("interrupt line {} of `{board}` is the kernel's", line.value))
        .at(line.span, "the line of the kernel's timer")
        .note("it ends every wait and sleep of the system")
        .help("use another timer of the board")
}

pub(super) fn no_such_line(board: &str, line: Spanned<u16>, lines: &Range<u16>) -> Diagnostic {
    let last = lines.end.saturating_sub(1);
    Diagnostic::error(format!("`{board}` has no interrupt line {}", line.value))
        .at(line.span, "no such line there")
        .note(format!("its lines are {} to {last}", lines.start))
}

/// The mapping's name, quoted.
fn name(mapping: &MappingDraft) -> String {
    mapping.name.map(|name| quoted(name.value)).unwrap_or_default()
}

pub(super) fn beyond_the_end(mapping: &MappingDraft) -> Diagnostic {
    Diagnostic::error(format!("the mapping {} reaches beyond the address space", name(mapping)))
        .at(mapping.span, "it begins here and ends beyond 0xffffffff")
        .note("addresses have 32 bits on every board")
}

pub(super) fn mapped_twice(first: &MappingDraft, second: &MappingDraft) -> Diagnostic {
    Diagnostic::error(format!("the mappings {} and {} overlap", name(first), name(second)))
        .at(second.span, "a part of this is mapped already")
        .also(first.span, "mapped here")
        .note("a device has one owner: two could not know what the other has told it")
        .help("map it once; other processes can ask its owner through a channel")
}

pub(super) fn no_devices_on_linux(mapping: &MappingDraft) -> Diagnostic {
    Diagnostic::error("Linux has no devices to map")
        .at(mapping.span, format!("{} cannot be mapped there", name(mapping)))
        .note("a process of the system is a Linux process, which sees no device")
        .help(format!(
            "declare it under `boards`, for the boards that have it, or say `memory_mappings: []` under \
             `boards.{LINUX}`"
        ))
}

pub(super) fn in_memory(
    board: &str,
    mapping: &MappingDraft,
    what: &str,
    range: &Range<u32>,
) -> Diagnostic {
    Diagnostic::error(format!("the mapping {} lies in the memory of `{board}`", name(mapping)))
        .at(mapping.span, format!("reaches into {what}"))
        .note(format!(
            "{what} is from {:#x} to {:#x}; the kernel and all processes lie there",
            range.start,
            range.end - 1
        ))
        .help("only devices can be mapped; processes exchange data through channels")
}

pub(super) fn reserved(
    board: &str,
    mapping: &MappingDraft,
    what: &str,
    range: &Range<u32>,
) -> Diagnostic {
    Diagnostic::error(format!(
        "the mapping {} reaches what `{board}` keeps to itself",
        name(mapping)
    ))
    .at(mapping.span, format!("this touches {what}"))
    .note(format!(
        "from {:#x} to {:#x} lies {what}; whoever may touch that has the whole machine",
        range.start,
        range.end - 1
    ))
    .help("map only the registers of the device that the process drives")
}

pub(super) fn inexpressible(
    board: &str,
    wall: WallKind,
    mapping: &MappingDraft,
    nearest: Option<AddressRange>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!(
        "the wall of `{board}` cannot express the mapping {}",
        name(mapping)
    ))
    .at(mapping.span, "this range has no form in its registers")
    .note(match wall {
        WallKind::Pmp => "RISC-V's protection takes ranges of whole words of four bytes",
        WallKind::Pmsav7 => {
            "Armv7-M's protection takes powers of two from 32 bytes on, aligned to their size, and \
             whole eighths of those from 256 on"
        }
        WallKind::Pmsav8 => "Armv8-M's protection takes ranges in steps of 32 bytes",
    });
    match nearest {
        Some(nearest) => diagnostic.help(format!(
            "the nearest that it can: `start_address: {:#x}, size_bytes: {:#x}`; see that nothing else \
             is there",
            nearest.first(),
            nearest.length_bytes()
        )),
        None => diagnostic,
    }
}

pub(super) fn no_room(board: &str, wall: WallKind, mapping: &MappingDraft) -> Diagnostic {
    let (entries, how) = match wall {
        WallKind::Pmp => {
            ("entries", "a power of two, aligned to its size, takes one, others take two")
        }
        WallKind::Pmsav7 | WallKind::Pmsav8 => ("regions", "a mapping takes one at least"),
    };
    Diagnostic::error(format!("the wall of `{board}` has no room for the mapping {}", name(mapping)))
        .at(mapping.span, "one more than the wall can hold")
        .note(format!(
            "a process has {} {entries}, of which its flash and its RAM take one each: {} are left; {how}",
            WallKind::ENTRIES,
            WallKind::DEVICE_ENTRIES
        ))
        .help("map fewer devices in one process, or give them to another")
}
