//! What a system is made of: reading system.json5, checking it, explaining it, generating from it.
//!
//! A system's file is the one place where its processes, channels and sizes are declared, so a
//! mistake there is a mistake in everything that is built from it. That is why this crate gives
//! more room to being wrong than to being right: every value keeps its place in the file, every
//! rule has a diagnostic of its own that shows all the places involved, says why the rule exists
//! and what to write instead, and one run reports everything that it can find (CF-3).
//!
//! The way of a file, one module a step:
//!
//! 1. `input` reads the bytes and refuses what is no text; [`Source`] keeps the text.
//! 2. `syntax` parses it into a `tree` of values with spans.
//! 3. `declarations` holds the tree against the `schema`, a list of keys for each kind of table, and
//!    leaves drafts: what was declared, with spans, and nothing that is not understood.
//! 4. `check` looks across the drafts (names, channels, threads) and builds the [`model`].
//! 5. [`codegen`] writes what programs are compiled with, and [`tables`] what the kernel reads.
//! 6. [`image`] says where everybody lies in the one memory of a microcontroller, of which there are
//!    those in [`boards`].
//!
//! Nothing here ever panics on what a file says; a file is hostile until it is checked.
#![forbid(unsafe_code)]

pub mod boards;
mod check;
pub mod codegen;
mod declarations;
mod diagnostic;
mod diagnostics;
pub mod image;
mod input;
pub mod model;
mod names;
mod render;
mod schema;
pub mod similar;
mod source;
mod syntax;
pub mod tables;
mod tree;
mod wording;

use std::path::Path;
use std::sync::Arc;

use check::Purpose;

pub use diagnostic::{Diagnostic, Label, Severity, Suggestion};
pub use diagnostics::Diagnostics;
pub use input::MAX_FILE_BYTES;
pub use model::System;
pub use source::{Position, Source, Span};

/// What came of reading a system's file.
#[derive(Debug)]
pub struct Loaded {
    /// The text that was read; empty if nothing could be read.
    pub source: Arc<Source>,
    /// Everything that is wrong or doubtful, in the order of the file.
    pub diagnostics: Diagnostics,
    /// The system, if there was no error. Warnings do not take it away.
    pub system: Option<System>,
}

/// Reads and checks the file at `path`, conventionally called `system.json5` (CF-1 to CF-4): what depends on the
/// board, for each board that the file names, and regions of shared memory for Linux, too.
///
/// Blocks for the file system. What goes wrong, from a missing file to a wrong number, comes as
/// diagnostics (TL-4), never as a panic.
pub fn load(path: &Path) -> Loaded {
    load_from(path, Purpose::Check)
}

/// As [`load`], for the board called `board` instead of Linux: what the file says of devices, interrupts and
/// shared memory must be right there, whether the file names the board or not.
pub fn load_for(path: &Path, board: &str) -> Loaded {
    load_from(path, Purpose::Build(board))
}

/// As [`load`], for the boards alone that the file names: whoever builds has checked the others.
pub(crate) fn load_checked(path: &Path) -> Loaded {
    load_from(path, Purpose::Generate)
}

fn load_from(path: &Path, purpose: Purpose<'_>) -> Loaded {
    match input::read(path) {
        Ok(source) => check_text(source, purpose),
        Err(refused) => {
            let source = Arc::new(refused.source);
            let mut diagnostics = Diagnostics::new(Arc::clone(&source));
            diagnostics.push(refused.reason);
            Loaded { source, diagnostics, system: None }
        }
    }
}

/// Checks `text` as a system's file, which diagnostics call `name` (CF-1 to CF-4).
pub fn check_source(name: &str, text: &str) -> Loaded {
    check_text(Source::new(name, text), Purpose::Check)
}

fn check_text(source: Source, purpose: Purpose<'_>) -> Loaded {
    let source = Arc::new(source);
    let mut diagnostics = Diagnostics::new(Arc::clone(&source));
    let system = match input::refusal(source.text()) {
        Some(reason) => {
            diagnostics.push(reason);
            None
        }
        None => syntax::parse(source.text(), &mut diagnostics)
            .and_then(|tree| check::check(&tree, purpose, &mut diagnostics)),
    };
    diagnostics.put_in_order();
    Loaded { source, diagnostics, system }
}
