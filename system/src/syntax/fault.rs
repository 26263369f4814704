//! What a parser's complaint means to the person who wrote the file.

use jsonc_parser::ParseStringErrorKind as StringKind;
use jsonc_parser::errors::ParseErrorKind as Kind;

use crate::wording::quoted;
use crate::{Diagnostic, Span};

/// A file without any value.
pub(super) fn empty() -> Diagnostic {
    Diagnostic::error("the file is empty")
        .note("a system has at least one process, and there is nothing here")
        .help("begin with `{ apps: [ { name: \"...\", processes: [ { name: \"...\" } ] } ] }`")
}

/// The diagnostic for a parser's error of `kind` at `span` of `text`.
pub(super) fn explain(text: &str, kind: &Kind, span: Span) -> Diagnostic {
    match kind {
        Kind::UnterminatedObject => unclosed(text, span, "table", "}"),
        Kind::UnterminatedArray => unclosed(text, span, "list", "]"),
        Kind::UnterminatedCommentBlock => Diagnostic::error("a comment is never closed")
            .at(Span::new(span.start, span.start + 2), "opened here")
            .help("end it with `*/`"),
        Kind::NestingDepthExceeded => Diagnostic::error("tables and lists are nested too deeply")
            .at(span.opening(), "too deep")
            .note("a system needs six levels; hundreds are taken for a damaged file"),
        Kind::String(kind) => in_text(kind, span),
        Kind::UnexpectedWord | Kind::UnexpectedToken => unexpected(text, span),
        _ => simple(kind, span),
    }
}

/// The errors that need no more than words.
fn simple(kind: &Kind, span: Span) -> Diagnostic {
    let (message, label, help) = match kind {
        Kind::ExpectedComma => {
            ("a comma is missing", "expected `,` here", "put a comma between two entries")
        }
        Kind::ExpectedColonAfterObjectKey => (
            "a colon is missing after a key",
            "expected `:` here",
            "write an entry as `key: value`",
        ),
        Kind::ExpectedObjectValue => {
            ("a key has no value", "expected a value here", "write an entry as `key: value`")
        }
        Kind::UnexpectedTokenInObject => (
            "a key or the end of a table is missing",
            "expected a key or `}` here",
            "write an entry as `key: value`, and close a table with `}`",
        ),
        Kind::MultipleRootJsonValues => (
            "something follows the end of the system",
            "not part of anything",
            "the file is one table `{ ... }`; move this into it or remove it",
        ),
        Kind::UnexpectedCloseBrace => (
            "a `}` stands where a value should",
            "expected a value here, or the end of a list",
            "put a value before it, or close the list with `]`",
        ),
        Kind::UnexpectedCloseBracket => (
            "a `]` stands where a value should",
            "expected a value here",
            "put a value before it, or remove it",
        ),
        Kind::UnexpectedColon => {
            ("a colon stands where a value should", "unexpected", "write an entry as `key: value`")
        }
        Kind::UnexpectedComma => (
            "a comma stands where a value should",
            "unexpected",
            "remove it, or put a value before it",
        ),
        Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral => (
            "a number is not complete",
            "expected a digit here",
            "write whole numbers like `4096` or `0x1000`",
        ),
        // The parser's other complaints concern liberties that it was told to allow.
        _ => ("this is not JSON5", "unexpected", "compare with the examples of system.json5"),
    };
    Diagnostic::error(message).at(span, label).help(help)
}

/// A word or a character that stands where a value or a key should.
fn unexpected(text: &str, span: Span) -> Diagnostic {
    let word = text.get(span.start..span.end).unwrap_or_default();
    let is_word = word.starts_with(|first: char| first.is_alphabetic() || first == '_');
    if is_word {
        Diagnostic::error(format!("{} is not a value", quoted(word)))
            .at(span, "text needs quotes")
            .suggest(span, format!("\"{word}\""), "put it in quotes")
    } else {
        Diagnostic::error("an unexpected character")
            .at(span, "nothing in JSON5 begins with this")
            .help("text needs quotes, a comment begins with `//`")
    }
}

fn unclosed(text: &str, span: Span, what: &str, close: &str) -> Diagnostic {
    let end = text.trim_end().len();
    Diagnostic::error(format!("a {what} is never closed"))
        .at(span.opening(), "opened here")
        .also(Span::new(end, end), "the file ends here")
        .help(format!("close it with `{close}`; the missing one may also be further in"))
}

fn in_text(kind: &StringKind, span: Span) -> Diagnostic {
    match kind {
        StringKind::UnterminatedStringLiteral => Diagnostic::error("a text is never closed")
            .at(span.opening(), "opened here")
            .help("end it with the same kind of quote"),
        StringKind::ExpectedFourHexDigits
        | StringKind::ExpectedTwoHexDigits
        | StringKind::InvalidUnicodeEscapeSequence(_) => {
            Diagnostic::error("an escape stands for no character")
                .at(span.opening(), "in the escape that begins here")
                .help("write `\\xHH` or `\\uHHHH` with hexadecimal digits, or the character itself")
        }
        StringKind::InvalidEscapeInSingleQuoteString
        | StringKind::InvalidEscapeInDoubleQuoteString
        | StringKind::InvalidEscape => Diagnostic::error("an escape is unknown")
            .at(span.opening(), "in the escape that begins here")
            .help("to write a backslash, double it: `\\\\`"),
    }
}
