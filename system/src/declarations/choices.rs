//! A list of words, each of which may be there once.

use super::shape::meaning;
use crate::schema::Key;
use crate::similar::nearest;
use crate::source::Spanned;
use crate::tree::Value;
use crate::wording::{enumerated, quoted};
use crate::{Diagnostic, Diagnostics};

/// Whether `value`, the list of `key` with these `entries`, has some of `words` and nothing else;
/// reports what is wrong with it.
pub(super) fn are_met(
    key: &Key,
    (value, entries): (&Value, &[Value]),
    words: &[&'static str],
    log: &mut Diagnostics,
) -> bool {
    if entries.is_empty() {
        log.push(empty(key, value, words));
        return false;
    }
    let mut seen: Vec<Spanned<&str>> = Vec::new();
    let mut is_good = true;
    for entry in entries {
        let word = entry.as_text().map(|text| Spanned { value: text, span: entry.span });
        let objection = match word {
            None => Some(no_word(key, entry, words)),
            Some(word) if !words.contains(&word.value) => Some(unknown(key, word, words)),
            Some(word) => match seen.iter().find(|first| first.value == word.value) {
                Some(first) => Some(repeated(key, *first, word)),
                None => {
                    seen.push(word);
                    None
                }
            },
        };
        is_good &= objection.is_none();
        objection.into_iter().for_each(|objection| log.push(objection));
    }
    is_good
}

fn choose(words: &[&'static str]) -> String {
    format!("write at least one of {}, or remove the key", enumerated(words.iter().copied()))
}

fn empty(key: &Key, value: &Value, words: &[&'static str]) -> Diagnostic {
    Diagnostic::error(format!("`{}` is empty", key.name))
        .at(value.short_span(), "nothing stands in this list")
        .note(meaning(key))
        .help(choose(words))
}

fn no_word(key: &Key, entry: &Value, words: &[&'static str]) -> Diagnostic {
    Diagnostic::error(format!("an entry of `{}` must be text, not {}", key.name, entry.noun()))
        .at(entry.short_span(), format!("this is {}", entry.noun()))
        .note(meaning(key))
        .help(choose(words))
}

fn unknown(key: &Key, word: Spanned<&str>, words: &[&'static str]) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(format!("`{}` cannot have {}", key.name, quoted(word.value)))
            .at(word.span, "not one of its words")
            .note(meaning(key));
    match nearest(word.value, words.iter().copied()) {
        Some(known) => {
            let replacement = format!("\"{known}\"");
            diagnostic.suggest(word.span, replacement, "a word with a similar name exists")
        }
        None => diagnostic.help(choose(words)),
    }
}

fn repeated(key: &Key, first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("`{}` has {} twice", key.name, quoted(second.value)))
        .at(second.span, "the same word again")
        .also(first.span, "first written here")
        .note(meaning(key))
        .help("remove one of them")
}
