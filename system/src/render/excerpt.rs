//! The part of a file that a diagnostic shows.
//!
//! The renderer looks at every character of the text that it is given, once for each diagnostic. It
//! is therefore given the lines from the first place to the last, and no line that is longer than
//! anybody writes: of such a line only the position is told.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{Origin, Snippet};

use crate::render::clean;
use crate::{Source, Span};

/// The longest line that is shown, in bytes.
const MAX_LINE_BYTES: usize = 2000;

/// Some whole lines of a source.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    source: &'a Source,
    range: Range<usize>,
}

impl<'a> Excerpt<'a> {
    /// The lines from the first of `spans` to the last; `None` if one of them is too long.
    pub(super) fn around(
        source: &'a Source,
        spans: impl Iterator<Item = Span>,
    ) -> Option<Excerpt<'a>> {
        let lines: Vec<_> = spans.map(|span| lines(source.text(), &source.fit(span))).collect();
        if lines.iter().any(|line| line.len() > MAX_LINE_BYTES) {
            return None;
        }
        let start = lines.iter().map(|line| line.start).min()?;
        let end = lines.iter().map(|line| line.end).max()?;
        Some(Excerpt { source, range: start..end })
    }

    /// The lines, as what the renderer takes.
    pub(super) fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        Snippet::source(shown(&self.source.text()[self.range.clone()]))
            .path(clean(self.source.name()))
            .line_start(self.source.position(self.range.start).line)
    }

    /// Where in the lines `span` lies.
    pub(super) fn place(&self, span: Span) -> Range<usize> {
        let place = self.source.fit(span);
        place.start - self.range.start..place.end - self.range.start
    }
}

/// The file alone, or the position in it where lines cannot be shown.
pub(super) fn origin(source: &Source, span: Option<Span>) -> Origin<'static> {
    let origin = Origin::path(clean(source.name()));
    match span.map(|span| source.position(span.start)) {
        Some(position) => origin.line(position.line).char_column(position.column),
        None => origin,
    }
}

/// The whole lines that `place` touches, without the last line break.
fn lines(text: &str, place: &Range<usize>) -> Range<usize> {
    let start = text[..place.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[place.end..].find('\n').map_or(text.len(), |length| place.end + length);
    let line_break = if text[..end].ends_with('\r') { 1 } else { 0 };
    start..(end - line_break).max(place.end)
}

/// `text` with what would act on a terminal, or not show at all, replaced: the control characters
/// above ASCII and byte-order marks, each by a character of the same length in bytes, so that every
/// place in it stays where it is.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    let is_control = |each: char| ('\u{80}'..='\u{9f}').contains(&each);
    let is_mark = |each: char| each == '\u{feff}';
    if text.contains(is_control) || text.contains(is_mark) {
        Cow::Owned(text.replace(is_control, "¿").replace(is_mark, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}
