//! An entry of an app's `constants`: a value that programs shall not have to repeat.

use super::Name;
use super::fields::Fields;
use super::number::{self, NotWhole};
use crate::model::ConstantValue;
use crate::schema::CONSTANT;
use crate::source::Spanned;
use crate::tree::{Data, Value};
use crate::wording::{enumerated, quoted};
use crate::{Diagnostic, Diagnostics};

/// A constant.
#[derive(Debug)]
pub(crate) struct ConstantDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// Its value, if that fits its type.
    pub(crate) value: Option<ConstantValue>,
}

/// What values a Rust type has.
#[derive(Clone, Copy, Debug)]
enum Type {
    Integer { minimum: i128, maximum: i128 },
    Boolean,
    Text,
}

const fn unsigned(maximum: u64) -> Type {
    Type::Integer { minimum: 0, maximum: maximum as i128 }
}

const fn signed(minimum: i64, maximum: i64) -> Type {
    Type::Integer { minimum: minimum as i128, maximum: maximum as i128 }
}

/// The types that a constant may have. Words of the machine are held to 32 bits, because one file
/// serves every board.
const TYPES: &[(&str, Type)] = &[
    ("u8", unsigned(u8::MAX as u64)),
    ("u16", unsigned(u16::MAX as u64)),
    ("u32", unsigned(u32::MAX as u64)),
    ("u64", unsigned(u64::MAX)),
    ("usize", unsigned(u32::MAX as u64)),
    ("i8", signed(i8::MIN as i64, i8::MAX as i64)),
    ("i16", signed(i16::MIN as i64, i16::MAX as i64)),
    ("i32", signed(i32::MIN as i64, i32::MAX as i64)),
    ("i64", signed(i64::MIN, i64::MAX)),
    ("isize", signed(i32::MIN as i64, i32::MAX as i64)),
    ("bool", Type::Boolean),
    ("&str", Type::Text),
];

/// Reads a constant.
pub(super) fn read<'t>(value: &'t Value, log: &mut Diagnostics) -> Option<ConstantDraft<'t>> {
    let fields = Fields::open(value, &CONSTANT, log)?;
    let draft = |value| ConstantDraft { name: fields.text("name"), value };
    let (Some(type_name), Some(value)) = (fields.text("type"), fields.value("value")) else {
        return Some(draft(None));
    };
    match TYPES.iter().find(|(name, _)| *name == type_name.value) {
        None => {
            log.push(unknown_type(type_name));
            Some(draft(None))
        }
        Some((name, kind)) => {
            let typed = typed_value(name, *kind, value);
            if typed.is_none() {
                log.push(misfit(name, *kind, type_name, value));
            }
            Some(draft(typed))
        }
    }
}

fn typed_value(type_name: &'static str, kind: Type, value: &Value) -> Option<ConstantValue> {
    match (kind, &value.data) {
        (Type::Integer { minimum, maximum }, Data::Number(text)) => number::parse(text)
            .ok()
            .filter(|number| (minimum..=maximum).contains(number))
            .map(|value| ConstantValue::Integer { type_name, value }),
        (Type::Boolean, Data::Boolean(boolean)) => Some(ConstantValue::Boolean(*boolean)),
        (Type::Text, Data::Text(text)) => Some(ConstantValue::Text(text.clone())),
        _ => None,
    }
}

/// Lists the types rather than guessing: `u64` is like `f64`, but not what was meant.
fn unknown_type(type_name: Spanned<&str>) -> Diagnostic {
    let names = TYPES.iter().map(|(name, _)| *name);
    Diagnostic::error(format!("unknown type {} of a constant", quoted(type_name.value)))
        .at(type_name.span, "no type that a constant may have")
        .help(format!("the types are {}", enumerated(names)))
}

fn misfit(name: &str, kind: Type, type_name: Spanned<&str>, value: &Value) -> Diagnostic {
    let label = match &value.data {
        Data::Number(text) if matches!(kind, Type::Integer { .. }) => match number::parse(text) {
            Err(NotWhole::Fractional) => "not written as a whole number".to_owned(),
            Ok(_) | Err(NotWhole::TooLong) => "out of range".to_owned(),
        },
        _ => format!("this is {}", value.noun()),
    };
    let help = match kind {
        Type::Integer { minimum, maximum } => {
            format!("write a whole number from {minimum} to {maximum}")
        }
        Type::Boolean => "write `true` or `false`".to_owned(),
        Type::Text => "write text in quotes".to_owned(),
    };
    Diagnostic::error(format!("a constant's value does not fit its type `{name}`"))
        .at(value.short_span(), label)
        .also(type_name.span, "the type is declared here")
        .help(help)
}
