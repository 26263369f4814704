//! A file's text, and places in it.
//!
//! A place is a pair of byte offsets, because that is what parsing yields and what cannot be
//! misread; lines and columns are worked out only when a person is told.

use std::ops::Range;

/// A file that was read, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// Keeps `text` under the name that diagnostics shall show, usually a path.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source { name: name.into(), text: text.into() }
    }

    /// The name that diagnostics show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of the byte at `offset`; of the end, if the text is shorter.
    pub fn position(&self, offset: usize) -> Position {
        let before = &self.text[..floor_boundary(&self.text, offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// `span` cut down to what the text really has, on character boundaries.
    pub(crate) fn fit(&self, span: Span) -> Range<usize> {
        let start = floor_boundary(&self.text, span.start);
        start..floor_boundary(&self.text, span.end).max(start)
    }
}

/// A line and a column, both counted from 1; the column counts characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// A stretch of a file's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The offset of the first byte.
    pub start: usize,
    /// The offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The stretch from `start` up to, but without, `end`.
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// Only the first byte: the brace or bracket that opens a table or list, so that a label does not
    /// underline everything inside.
    pub const fn opening(self) -> Span {
        Span { start: self.start, end: self.start + 1 }
    }
}

/// A value and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spanned<T> {
    /// The value.
    pub(crate) value: T,
    /// Its place.
    pub(crate) span: Span,
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_ignore_how_lines_end() {
        let source = Source::new("x", "é\r\nàb\nc");
        for (offset, line, column) in [(0, 1, 1), (2, 1, 2), (4, 2, 1), (6, 2, 2), (8, 3, 1)] {
            assert_eq!(source.position(offset), Position { line, column }, "at {offset}");
        }
    }

    #[test]
    fn places_outside_the_text_or_inside_a_character_are_moved_not_refused() {
        let source = Source::new("x", "é");
        assert_eq!(source.fit(Span::new(1, 9)), 0..2);
        assert_eq!(source.fit(Span::new(7, 3)), 2..2);
        assert_eq!(source.position(99), Position { line: 1, column: 2 });
    }
}
