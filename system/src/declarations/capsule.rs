//! An entry of `capsules` (CP-4).
//!
//! A capsule of Guichet's own is named and no more; one of the system's own says where it is, what it is
//! granted and whom it serves.

use super::Name;
use super::fields::Fields;
use crate::schema::CAPSULE;
use crate::source::Spanned;
use crate::tree::{Data, Value};
use crate::{Diagnostic, Diagnostics, Span};

/// A capsule.
#[derive(Debug, Default)]
pub(crate) struct CapsuleDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// The folder of its package, of one that is not Guichet's.
    pub(crate) folder: Name<'t>,
    /// Where it says what it is granted, if it does.
    pub(crate) grants_span: Option<Span>,
    /// What it is granted.
    pub(crate) grants: Vec<Spanned<&'t str>>,
    /// The processes that it tells from others.
    pub(crate) owners: Vec<Spanned<&'t str>>,
}

/// Reads a capsule.
pub(super) fn read<'t>(value: &'t Value, log: &mut Diagnostics) -> CapsuleDraft<'t> {
    match &value.data {
        Data::Text(name) => {
            let name = Some(Spanned { value: name.as_str(), span: value.span });
            CapsuleDraft { name, ..CapsuleDraft::default() }
        }
        Data::Table(_) => read_table(value, log),
        Data::Null | Data::Boolean(_) | Data::Number(_) | Data::List(_) => {
            log.push(no_capsule(value));
            CapsuleDraft::default()
        }
    }
}

fn read_table<'t>(value: &'t Value, log: &mut Diagnostics) -> CapsuleDraft<'t> {
    let Some(fields) = Fields::open(value, &CAPSULE, log) else {
        return CapsuleDraft::default();
    };
    CapsuleDraft {
        // What could not be read may be the folder: then nobody knows whether it is one of Guichet's.
        name: fields.text("name").filter(|_| fields.is_whole()),
        folder: fields.text("crate"),
        grants_span: fields.value("grants").map(Value::short_span),
        grants: fields.texts("grants"),
        owners: fields.texts("owners"),
    }
}

fn no_capsule(value: &Value) -> Diagnostic {
    Diagnostic::error(format!("a capsule must be text or a table, not {}", value.noun()))
        .at(value.short_span(), format!("this is {}", value.noun()))
        .note("a capsule of Guichet's is named; one of your own has a table that says where it is")
        .help("write `\"name_registry\"`, or `{ name: \"...\", crate: \"...\" }`")
}
