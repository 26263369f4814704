//! What is said of shared memory that is declared wrongly.

use crate::declarations::{Name, SharedRegionDraft};
use crate::image::WallKind;
use crate::model::MAX_OBJECTS;
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Span};

/// A region's name, quoted.
fn name(region: &SharedRegionDraft) -> String {
    region.name.map(|name| quoted(name.value)).unwrap_or_default()
}

pub(super) fn same_name(first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("two regions of shared memory are called {}", quoted(second.value)))
        .at(second.span, "the name is used again here")
        .also(first.span, "first used here")
        .note("a process knows a region by its name alone")
        .help("rename one of them")
}

pub(super) fn of_nobody(region: &SharedRegionDraft, span: Span) -> Diagnostic {
    Diagnostic::error(format!("no process shares the memory {}", name(region)))
        .at(span, "there is no process in this list")
        .note("only a process that is named here can map the region")
        .help("name one: `{ process: \"...\", access: \"read_write\" }`, or remove the region")
}

pub(super) fn process_twice(
    region: &SharedRegionDraft,
    first: Spanned<&str>,
    second: Spanned<&str>,
) -> Diagnostic {
    Diagnostic::error(format!(
        "the process {} shares the memory {} twice",
        quoted(second.value),
        name(region)
    ))
    .at(second.span, "the same process again")
    .also(first.span, "first named here")
    .note("a process has one handle of a region, with one right")
    .help("remove one of them; who may write may read, too")
}

pub(super) fn name_of_an_object(
    region: Spanned<&str>,
    object: Spanned<&str>,
    process: Name,
) -> Diagnostic {
    let process = process.map(|name| quoted(name.value)).unwrap_or_default();
    Diagnostic::error(format!(
        "the shared memory {} has the name of an object of process {process}",
        quoted(region.value)
    ))
    .at(region.span, "the region is called so")
    .also(object.span, "and so is this object")
    .note("both of them become constants of one generated module")
    .help("rename one of them")
}

pub(super) fn too_many_objects(process: Spanned<&str>, own: usize, shared: usize) -> Diagnostic {
    Diagnostic::error(format!("the process {} has too many objects", quoted(process.value)))
        .at(process.span, format!("{} objects; at most {MAX_OBJECTS} are allowed", own + shared))
        .note(format!(
            "it declares {own}, and each region of memory that it shares is one more: {shared}"
        ))
}

/// A size that a board, whose wall is of this kind, or Linux cannot let through by itself.
pub(super) fn inexpressible(
    board: &str,
    wall: Option<WallKind>,
    region: &SharedRegionDraft,
    size: Spanned<u32>,
    nearest: Option<u32>,
) -> Diagnostic {
    let who = match wall {
        Some(_) => format!("the wall of `{board}`"),
        None => "Linux".to_owned(),
    };
    let diagnostic = Diagnostic::error(format!(
        "{who} cannot express the size of the shared memory {}",
        name(region)
    ))
    .at(size.span, format!("{} bytes have no form there", size.value))
    .note(match wall {
        Some(WallKind::Pmp) => {
            "what is mapped takes one entry of RISC-V's protection, which is a power of two from 16 bytes on"
        }
        Some(WallKind::Pmsav7) => {
            "what is mapped takes one region of Armv7-M's protection, which is a power of two from 32 bytes \
             on, or whole eighths of one from 256 on"
        }
        Some(WallKind::Pmsav8) => {
            "what is mapped takes one region of Armv8-M's protection, which is a multiple of 32 bytes"
        }
        None => "Linux maps whole pages of 4096 bytes",
    });
    match nearest {
        Some(nearest) => {
            diagnostic.help(format!("the nearest that it can: `size_bytes: {nearest}`"))
        }
        None => diagnostic.help("make it smaller"),
    }
}
