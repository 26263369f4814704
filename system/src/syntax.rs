//! From text to a tree of values.
//!
//! The grammar is JSON5's, read by jsonc-parser, without that crate's one liberty that hides
//! mistakes: a missing comma is an error. A repeated key, which JSON5 leaves open, is an error too.
//! The parser stops at the first error of syntax: behind it every further one would be a guess.

mod fault;

use std::collections::HashMap;

use jsonc_parser::ast;
use jsonc_parser::common::Range;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::tree::{Data, Member, Value};
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics, Span};

/// Parses `text`; what is wrong with it goes to `log`. The parser bounds the nesting, and with it
/// the recursion here and everywhere behind.
pub(crate) fn parse(text: &str, log: &mut Diagnostics) -> Option<Value> {
    let options = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(parsed) => {
            let value = parsed.value.map(|value| convert(value, log));
            if value.is_none() {
                log.push(fault::empty());
            }
            value
        }
        Err(error) => {
            log.push(fault::explain(text, error.kind(), span(error.range())));
            None
        }
    }
}

fn span(range: Range) -> Span {
    Span::new(range.start, range.end)
}

fn convert(value: ast::Value, log: &mut Diagnostics) -> Value {
    match value {
        ast::Value::NullKeyword(null) => Value { span: span(null.range), data: Data::Null },
        ast::Value::BooleanLit(boolean) => {
            Value { span: span(boolean.range), data: Data::Boolean(boolean.value) }
        }
        ast::Value::NumberLit(number) => {
            Value { span: span(number.range), data: Data::Number(number.value.to_owned()) }
        }
        ast::Value::StringLit(text) => {
            Value { span: span(text.range), data: Data::Text(text.value.into_owned()) }
        }
        ast::Value::Array(array) => {
            let elements = array.elements.into_iter().map(|element| convert(element, log));
            Value { span: span(array.range), data: Data::List(elements.collect()) }
        }
        ast::Value::Object(object) => {
            Value { span: span(object.range), data: Data::Table(members(object.properties, log)) }
        }
    }
}

/// The members of a table; of a repeated key the first counts.
fn members(properties: Vec<ast::ObjectProp>, log: &mut Diagnostics) -> Vec<Member> {
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut members = Vec::new();
    for property in properties {
        let key_span = match &property.name {
            ast::ObjectPropName::String(name) => span(name.range),
            ast::ObjectPropName::Word(name) => span(name.range),
        };
        let key = property.name.into_string();
        if let Some(first) = seen.get(&key) {
            log.push(repeated(&key, *first, key_span));
            continue;
        }
        seen.insert(key.clone(), key_span);
        members.push(Member { key, key_span, value: convert(property.value, log) });
    }
    members
}

fn repeated(key: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(format!("the key {} stands twice in one table", quoted(key)))
        .at(second, "given again here")
        .also(first, "first given here")
        .note("only one of the two could count, and which one is easy to get wrong")
        .help("remove one of them")
}
