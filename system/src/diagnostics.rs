//! Everything that is wrong or doubtful in one file.
//!
//! A file of a megabyte can be wrong in a hundred thousand places, and nobody reads beyond the
//! first few. So a bounded number is kept, errors and warnings apart (many warnings must not hide
//! an error), and the rest is only counted.

use std::sync::Arc;

use crate::render;
use crate::{Diagnostic, Severity, Source};

/// How many errors, and how many warnings, are kept and shown.
const MAX_KEPT: usize = 50;

/// The diagnostics of one file, in the order of the file.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    source: Arc<Source>,
    entries: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Diagnostics {
    /// No diagnostics yet, of `source`.
    pub(crate) fn new(source: Arc<Source>) -> Diagnostics {
        Diagnostics { source, entries: Vec::new(), errors: 0, warnings: 0 }
    }

    /// Adds one, or only counts it if there are many already.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let count = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= MAX_KEPT {
            self.entries.push(diagnostic);
        }
    }

    /// Whether a further error would only be counted, so that its text is not worth making.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= MAX_KEPT
    }

    /// Sorts by place; what was found first stays first at the same place.
    pub(crate) fn put_in_order(&mut self) {
        self.entries.sort_by_key(Diagnostic::offset);
    }

    /// The diagnostics that were kept: the first 50 errors and the first 50 warnings.
    pub fn entries(&self) -> &[Diagnostic] {
        &self.entries
    }

    /// How many errors there are, kept or not.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// How many warnings there are, kept or not.
    pub fn warning_count(&self) -> usize {
        self.warnings
    }

    /// Whether nothing can be built from the file.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The file that they are about.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The text that a person reads, in the look of rustc's, with terminal colours or without; empty
    /// if there is nothing to say, else ending with a line break (CF-3, TL-4).
    pub fn render(&self, colour: bool) -> String {
        let mut text: String = self
            .entries
            .iter()
            .map(|entry| render::render(&self.source, entry, colour) + "\n")
            .collect::<Vec<_>>()
            .join("\n");
        for (count, severity) in
            [(self.errors, Severity::Error), (self.warnings, Severity::Warning)]
        {
            if let Some(hidden) = count.checked_sub(MAX_KEPT).filter(|hidden| *hidden > 0) {
                text += "\n";
                text += &render::render_hidden(severity, hidden, colour);
                text += "\n";
            }
        }
        text
    }
}
