//! A table of the file, held against its schema.

use super::{number, shape};
use crate::schema::{Key, Standing, Table};
use crate::similar::nearest;
use crate::source::Spanned;
use crate::tree::{Data, Member, Value};
use crate::wording::{enumerated, quoted, with_article};
use crate::{Diagnostic, Diagnostics, Span};

/// The members of a table that may stand there and look as they must.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    table: &'static Table,
    members: Vec<&'t Member>,
    is_whole: bool,
}

impl<'t> Fields<'t> {
    /// Holds `value` against `table`: what is unknown, missing, misshapen or of no use in this version
    /// goes to `log`; the rest can be asked for. `None` if it is no table at all.
    pub(super) fn open(
        value: &'t Value,
        table: &'static Table,
        log: &mut Diagnostics,
    ) -> Option<Fields<'t>> {
        let Some(all) = value.as_table() else {
            log.push(no_table(value, table));
            return None;
        };
        let mut members = Vec::new();
        for member in all {
            match table.key(&member.key) {
                None => log.push(unknown(member, table)),
                Some(key) if is_good(member, key, table, log) => members.push(member),
                Some(_) => {}
            }
        }
        for key in table.keys.iter().filter(|key| key.standing == Standing::Required) {
            if value.member(key.name).is_none() {
                log.push(missing(value.span, key, table));
            }
        }
        let is_whole = members.len() == all.len();
        Some(Fields { table, members, is_whole })
    }

    /// Whether nothing stood in the table that may not stand there.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The value of `key`, if it is there and looks as it must.
    pub(super) fn value(&self, key: &str) -> Option<&'t Value> {
        debug_assert!(self.table.key(key).is_some(), "{key} is not in the schema");
        self.members.iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The text of `key`.
    pub(super) fn text(&self, key: &str) -> Option<Spanned<&'t str>> {
        let value = self.value(key)?;
        Some(Spanned { value: value.as_text()?, span: value.span })
    }

    /// The boolean of `key`.
    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        match self.value(key)?.data {
            Data::Boolean(boolean) => Some(boolean),
            Data::Null | Data::Number(_) | Data::Text(_) | Data::List(_) | Data::Table(_) => None,
        }
    }

    /// The whole number of `key`, whose range in the schema must fit `T`.
    pub(super) fn integer<T: TryFrom<i128>>(&self, key: &str) -> Option<T> {
        match &self.value(key)?.data {
            Data::Number(text) => T::try_from(number::parse(text).ok()?).ok(),
            Data::Null | Data::Boolean(_) | Data::Text(_) | Data::List(_) | Data::Table(_) => None,
        }
    }

    /// The same with its place.
    pub(super) fn spanned<T: TryFrom<i128>>(&self, key: &str) -> Option<Spanned<T>> {
        Some(Spanned { value: self.integer(key)?, span: self.value(key)?.span })
    }

    /// The texts in the list of `key`, whose shape lets nothing else in.
    pub(super) fn texts(&self, key: &str) -> Vec<Spanned<&'t str>> {
        let texts = self
            .list(key)
            .iter()
            .filter_map(|entry| entry.as_text().map(|value| Spanned { value, span: entry.span }));
        texts.collect()
    }

    /// The entries of the list of `key`; none if it is absent or too long.
    pub(super) fn list(&self, key: &str) -> &'t [Value] {
        match self.value(key).map(|value| &value.data) {
            Some(Data::List(entries)) => entries,
            Some(
                Data::Null | Data::Boolean(_) | Data::Number(_) | Data::Text(_) | Data::Table(_),
            )
            | None => &[],
        }
    }
}

/// Whether a known member can be used; reports why not.
fn is_good(member: &Member, key: &'static Key, table: &Table, log: &mut Diagnostics) -> bool {
    match key.standing {
        Standing::Required | Standing::Optional => shape::is_met(key, &member.value, log),
        Standing::Ignored => {
            log.push(ignored(member, key));
            false
        }
        Standing::NotYet => {
            log.push(not_yet(member, key, table));
            false
        }
    }
}

fn no_table(value: &Value, table: &Table) -> Diagnostic {
    Diagnostic::error(format!("{} must be a table, not {}", with_article(table.noun), value.noun()))
        .at(value.short_span(), format!("this is {}", value.noun()))
        .help(format!("write `{{ ... }}` with the keys {}", enumerated(table.usable())))
}

fn unknown(member: &Member, table: &Table) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!(
        "unknown key {} in {}",
        quoted(&member.key),
        with_article(table.noun)
    ))
    .at(member.key_span, format!("{} has no such key", with_article(table.noun)));
    match nearest(&member.key, table.usable()) {
        Some(name) => diagnostic.suggest(member.key_span, name, "a key with a similar name exists"),
        None => diagnostic.help(format!("its keys are {}", enumerated(table.usable()))),
    }
}

fn missing(span: Span, key: &Key, table: &Table) -> Diagnostic {
    Diagnostic::error(format!("the key `{}` is missing in {}", key.name, with_article(table.noun)))
        .at(span.opening(), format!("in the {} that begins here", table.noun))
        .note(format!("`{}` is {}", key.name, key.meaning))
        .help(format!("add {}", shape::example(key)))
}

fn ignored(member: &Member, key: &Key) -> Diagnostic {
    Diagnostic::warning(format!("the key `{}` is ignored", key.name))
        .at(member.key_span, "means nothing here")
        .note(format!("`{}` is {}", key.name, key.meaning))
        .help("remove it, or keep it for a file that serves other kernels too")
}

fn not_yet(member: &Member, key: &Key, table: &Table) -> Diagnostic {
    Diagnostic::error(format!(
        "the key `{}` of {} is not supported yet by this version",
        key.name,
        with_article(table.noun)
    ))
    .at(member.key_span, "cannot be built")
    .note(format!("`{}` is {}", key.name, key.meaning))
    .help("remove it, or use a version of Guichet that supports it")
}
