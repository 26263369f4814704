//! A file's values, each with its place.
//!
//! Its own small tree instead of the parser's: it owns its text, holds only what JSON5 means, and
//! keeps the parser replaceable.

use crate::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    /// Its place, with the quotes, braces or brackets.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) data: Data,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as it was written.
    Number(String),
    /// Text, without its quotes and with its escapes resolved.
    Text(String),
    /// `[ ... ]`.
    List(Vec<Value>),
    /// `{ ... }`, in the order of the file, each key once.
    Table(Vec<Member>),
}

/// A key of a table and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands, with its quotes if it has any.
    pub(crate) key_span: Span,
    /// What it is set to.
    pub(crate) value: Value,
}

impl Value {
    /// What kind of value this is, in words that follow "is" or "not".
    pub(crate) fn noun(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Boolean(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "text",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        }
    }

    /// A place that is short enough to underline: of a table or list only its opening.
    pub(crate) fn short_span(&self) -> Span {
        match self.data {
            Data::List(_) | Data::Table(_) => self.span.opening(),
            Data::Null | Data::Boolean(_) | Data::Number(_) | Data::Text(_) => self.span,
        }
    }

    /// The text, if this is text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            Data::Null | Data::Boolean(_) | Data::Number(_) | Data::List(_) | Data::Table(_) => {
                None
            }
        }
    }

    /// The members, if this is a table.
    pub(crate) fn as_table(&self) -> Option<&[Member]> {
        match &self.data {
            Data::Table(members) => Some(members),
            Data::Null | Data::Boolean(_) | Data::Number(_) | Data::Text(_) | Data::List(_) => None,
        }
    }

    /// The value of `key`, if this is a table that has it.
    pub(crate) fn member(&self, key: &str) -> Option<&Member> {
        self.as_table()?.iter().find(|member| member.key == key)
    }
}
