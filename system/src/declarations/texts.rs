//! A list of texts.

use super::shape::{example, meaning};
use crate::schema::Key;
use crate::tree::Value;
use crate::{Diagnostic, Diagnostics};

/// Whether `value`, the list of `key` with these `entries`, has texts and nothing else; reports what is
/// wrong with it.
pub(super) fn are_met(
    key: &Key,
    (value, entries): (&Value, &[Value]),
    log: &mut Diagnostics,
) -> bool {
    if entries.is_empty() {
        log.push(empty(key, value));
    }
    let others = entries.iter().filter(|entry| entry.as_text().is_none());
    others.clone().for_each(|entry| log.push(no_text(key, entry)));
    !entries.is_empty() && others.count() == 0
}

fn empty(key: &Key, value: &Value) -> Diagnostic {
    Diagnostic::error(format!("`{}` is empty", key.name))
        .at(value.short_span(), "nothing stands in this list")
        .note(meaning(key))
        .help(format!("write {}, or remove the key", example(key)))
}

fn no_text(key: &Key, entry: &Value) -> Diagnostic {
    Diagnostic::error(format!("an entry of `{}` must be text, not {}", key.name, entry.noun()))
        .at(entry.short_span(), format!("this is {}", entry.noun()))
        .note(meaning(key))
        .help(format!("write {}", example(key)))
}
