//! Whether a value looks as the schema says.

use super::number::{self, NotWhole};
use super::{choices, texts};
use crate::schema::{Key, Shape};
use crate::similar::nearest;
use crate::tree::{Data, Value};
use crate::wording::{enumerated, quoted};
use crate::{Diagnostic, Diagnostics, Span};

/// Whether `value` can be used as the value of `key`; reports what is wrong with it. A name that may
/// not be chosen is reported and still used, so that what refers to it is not wrong as well.
pub(super) fn is_met(key: &Key, value: &Value, log: &mut Diagnostics) -> bool {
    let objection = match (key.shape, &value.data) {
        (Shape::Any, _) | (Shape::Boolean, Data::Boolean(_)) | (Shape::Table, Data::Table(_)) => {
            return true;
        }
        (Shape::Text(rule), Data::Text(text)) => {
            if let Some(objection) = rule.objection(text, value.span) {
                log.push(objection);
            }
            return true;
        }
        (Shape::Integer { minimum, maximum }, Data::Number(text)) => {
            match integer_objection(key, text, value.span, minimum, maximum) {
                None => return true,
                Some(objection) => objection,
            }
        }
        (Shape::Choice(words), Data::Text(text)) if words.contains(&text.as_str()) => return true,
        (Shape::Choice(words), Data::Text(text)) => no_choice(key, text, value.span, words),
        (Shape::Choices(words), Data::List(entries)) => {
            return choices::are_met(key, (value, entries), words, log);
        }
        (Shape::Texts { maximum }, Data::List(entries)) if entries.len() <= maximum => {
            return texts::are_met(key, (value, entries), log);
        }
        (Shape::List { maximum }, Data::List(entries)) if entries.len() <= maximum => return true,
        (Shape::List { maximum } | Shape::Texts { maximum }, Data::List(entries)) => {
            too_many(key, value, maximum, entries.len())
        }
        _ => wrong_kind(key, value),
    };
    log.push(objection);
    false
}

/// A value of the right shape, in words.
fn expectation(shape: Shape) -> String {
    match shape {
        Shape::Text(_) => "text".to_owned(),
        Shape::Choice(words) => enumerated(words.iter().copied()),
        Shape::Boolean => "`true` or `false`".to_owned(),
        Shape::Integer { minimum, maximum } => {
            format!("a whole number from {minimum} to {maximum}")
        }
        Shape::List { .. } | Shape::Choices(_) | Shape::Texts { .. } => "a list".to_owned(),
        Shape::Table => "a table".to_owned(),
        Shape::Any => "a value".to_owned(),
    }
}

/// What to add where `key` is missing.
pub(super) fn example(key: &Key) -> String {
    let value = match key.shape {
        Shape::Text(_) | Shape::Choice(_) => "\"...\"",
        Shape::Boolean => "true",
        Shape::Integer { .. } | Shape::Any => "...",
        Shape::List { .. } => "[ ... ]",
        Shape::Choices(_) | Shape::Texts { .. } => "[ \"...\" ]",
        Shape::Table => "{ ... }",
    };
    format!("`{}: {value}`", key.name)
}

fn wrong_kind(key: &Key, value: &Value) -> Diagnostic {
    Diagnostic::error(format!(
        "`{}` must be {}, not {}",
        key.name,
        expectation(key.shape),
        value.noun()
    ))
    .at(value.short_span(), format!("this is {}", value.noun()))
    .note(meaning(key))
    .help(match key.shape {
        Shape::Integer { .. } => "write it in digits, without quotes".to_owned(),
        _ => format!("write {}", example(key)),
    })
}

fn no_choice(key: &Key, written: &str, span: Span, words: &[&'static str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("`{}` cannot be {}", key.name, quoted(written)))
        .at(span, "not one of its values")
        .note(meaning(key));
    match nearest(written, words.iter().copied()) {
        Some(word) => {
            diagnostic.suggest(span, format!("\"{word}\""), "a value with a similar name exists")
        }
        None => diagnostic.help(format!("write one of {}", enumerated(words.iter().copied()))),
    }
}

fn too_many(key: &Key, value: &Value, maximum: usize, count: usize) -> Diagnostic {
    Diagnostic::error(format!("`{}` has too many entries", key.name))
        .at(value.short_span(), format!("{count} entries; at most {maximum} are allowed"))
        .note(meaning(key))
}

fn integer_objection(
    key: &Key,
    text: &str,
    span: Span,
    minimum: u64,
    maximum: u64,
) -> Option<Diagnostic> {
    let label = match number::parse(text) {
        Ok(number) if (i128::from(minimum)..=i128::from(maximum)).contains(&number) => return None,
        Ok(number) if number < 0 => "less than zero",
        Ok(number) if number < i128::from(minimum) => "too small",
        Ok(_) | Err(NotWhole::TooLong) => "too large",
        Err(NotWhole::Fractional) => {
            return Some(
                Diagnostic::error(format!("`{}` must be a whole number", key.name))
                    .at(span, "not written as a whole number")
                    .note(meaning(key))
                    .help("write it without a decimal point and without an exponent"),
            );
        }
    };
    Some(
        Diagnostic::error(format!("`{}` is out of range", key.name))
            .at(span, label)
            .note(meaning(key))
            .help(format!("write {}", expectation(key.shape))),
    )
}

pub(super) fn meaning(key: &Key) -> String {
    format!("`{}` is {}", key.name, key.meaning)
}
