//! An entry of a process's `objects`.

use super::Name;
use super::device::{self, IrqDraft};
use super::endpoint::{self, EndpointDraft, SenderDraft};
use super::fields::Fields;
use super::thread::{self, ThreadDraft};
use crate::schema::{IRQ, OBJECT_TYPES, ObjectClass, ObjectType};
use crate::similar::nearest;
use crate::source::Spanned;
use crate::tree::{Data, Member, Value};
use crate::wording::{enumerated, quoted};
use crate::{Diagnostic, Diagnostics};

/// An object.
#[derive(Debug)]
pub(crate) struct ObjectDraft<'t> {
    /// Its name.
    pub(crate) name: Name<'t>,
    /// What it is.
    pub(crate) kind: ObjectDraftKind<'t>,
}

/// What an object is.
#[derive(Debug)]
pub(crate) enum ObjectDraftKind<'t> {
    /// The end of a channel that asks, with what it says about the other end.
    ChannelInitiator {
        /// The name of the other end's process.
        handler_process: Name<'t>,
        /// The name of the other end there.
        handler_object_name: Name<'t>,
        /// What the other end knows it by.
        badge: Option<Spanned<u32>>,
        /// How long a transaction without a deadline lasts at most, in milliseconds.
        default_deadline_ms: Option<u32>,
    },
    /// The end of a channel that answers.
    ChannelHandler {
        /// Several ends that ask may name it.
        fan_in: bool,
    },
    /// A thread.
    Thread(ThreadDraft<'t>),
    /// A process, by its name.
    Process {
        /// The name of the process.
        linked_process: Name<'t>,
    },
    /// A wait group.
    WaitGroup,
    /// Interrupt lines.
    Interrupt {
        /// The lines.
        irqs: Vec<IrqDraft<'t>>,
    },
    /// The end of an endpoint that receives.
    Endpoint(EndpointDraft),
    /// An end of an endpoint that sends.
    EndpointSender(SenderDraft<'t>),
    /// What tells of pending upcalls.
    Upcalls,
    /// Something whose type could not be read or cannot be built, which was reported.
    Unusable,
}

impl ObjectDraftKind<'_> {
    /// What such an object is called, with its article.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            ObjectDraftKind::ChannelInitiator { .. } => "a channel initiator",
            ObjectDraftKind::ChannelHandler { .. } => "a channel handler",
            ObjectDraftKind::Thread(_) => "a thread",
            ObjectDraftKind::Process { .. } => "a process",
            ObjectDraftKind::WaitGroup => "a wait group",
            ObjectDraftKind::Interrupt { .. } => "an interrupt object",
            ObjectDraftKind::Endpoint(_) => "an endpoint",
            ObjectDraftKind::EndpointSender(_) => "an endpoint sender",
            ObjectDraftKind::Upcalls => "an upcalls object",
            ObjectDraftKind::Unusable => "something else",
        }
    }
}

/// Reads an object.
pub(super) fn read<'t>(value: &'t Value, log: &mut Diagnostics) -> ObjectDraft<'t> {
    match class(value, log) {
        Some(class) => read_class(value, class, log),
        None => ObjectDraft { name: bare_name(value), kind: ObjectDraftKind::Unusable },
    }
}

fn read_class<'t>(value: &'t Value, class: ObjectClass, log: &mut Diagnostics) -> ObjectDraft<'t> {
    let Some(fields) = Fields::open(value, class.table(), log) else {
        return ObjectDraft { name: None, kind: ObjectDraftKind::Unusable };
    };
    let kind = match class {
        ObjectClass::ChannelInitiator => ObjectDraftKind::ChannelInitiator {
            handler_process: fields.text("handler_process"),
            handler_object_name: fields.text("handler_object_name"),
            badge: fields.spanned("badge"),
            default_deadline_ms: fields.integer("default_deadline_ms"),
        },
        ObjectClass::ChannelHandler => ObjectDraftKind::ChannelHandler {
            fan_in: fields.boolean("fan_in").unwrap_or(value.member("fan_in").is_some()),
        },
        ObjectClass::WaitGroup => ObjectDraftKind::WaitGroup,
        ObjectClass::Upcalls => ObjectDraftKind::Upcalls,
        ObjectClass::Process => {
            ObjectDraftKind::Process { linked_process: fields.text("linked_process") }
        }
        ObjectClass::Interrupt => {
            ObjectDraftKind::Interrupt { irqs: device::read_lines(&fields, &IRQ, log) }
        }
        ObjectClass::Endpoint => ObjectDraftKind::Endpoint(endpoint::read(&fields)),
        ObjectClass::EndpointSender => {
            ObjectDraftKind::EndpointSender(endpoint::read_sender(&fields))
        }
        ObjectClass::Thread => {
            let is_main = fields.boolean("main_thread").unwrap_or_default();
            let main_span = fields.value("main_thread").filter(|_| is_main).map(|flag| flag.span);
            ObjectDraftKind::Thread(thread::from_fields(&fields, main_span))
        }
    };
    ObjectDraft { name: fields.text("name"), kind }
}

/// The class of the object, from its `type`; reports why there is none.
fn class(value: &Value, log: &mut Diagnostics) -> Option<ObjectClass> {
    let objection = match value.member("type") {
        None if value.as_table().is_none() => no_table(value),
        None => no_type(value),
        Some(Member { value: Value { data: Data::Text(text), span }, .. }) => {
            let written = Spanned { value: text.as_str(), span: *span };
            match OBJECT_TYPES.iter().find(|each| each.name == text) {
                Some(ObjectType { class: Some(class), .. }) => return Some(*class),
                Some(known) => of_the_system(written, known),
                None => unknown(written),
            }
        }
        Some(member) => no_text(&member.value),
    };
    log.push(objection);
    None
}

/// The name of an object whose table cannot be checked, so that it is not missed where it is used.
fn bare_name(value: &Value) -> Name<'_> {
    let name = &value.member("name")?.value;
    Some(Spanned { value: name.as_text()?, span: name.span })
}

fn usable_types() -> impl Iterator<Item = &'static str> {
    OBJECT_TYPES.iter().filter(|each| each.class.is_some()).map(|each| each.name)
}

fn types_help() -> String {
    format!("the types are {}", enumerated(usable_types()))
}

fn no_table(value: &Value) -> Diagnostic {
    Diagnostic::error(format!("an object must be a table, not {}", value.noun()))
        .at(value.short_span(), format!("this is {}", value.noun()))
        .help("write `{ type: \"...\", name: \"...\" }`")
}

fn no_type(value: &Value) -> Diagnostic {
    Diagnostic::error("the key `type` is missing in an object")
        .at(value.short_span(), "in the object that begins here")
        .note("the type says what the object is and which other keys it has")
        .help(types_help())
}

fn no_text(value: &Value) -> Diagnostic {
    Diagnostic::error(format!("`type` must be text, not {}", value.noun()))
        .at(value.short_span(), format!("this is {}", value.noun()))
        .help(types_help())
}

fn unknown(written: Spanned<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("unknown object type {}", quoted(written.value)))
        .at(written.span, "no such type");
    let known = OBJECT_TYPES.iter().map(|each| each.name);
    match nearest(written.value, known) {
        Some(name) => diagnostic.suggest(
            written.span,
            format!("\"{name}\""),
            "a type with a similar name exists",
        ),
        None => diagnostic.help(types_help()),
    }
}

/// An object that a process does not declare itself: only shared memory is one.
fn of_the_system(written: Spanned<&str>, known: &ObjectType) -> Diagnostic {
    Diagnostic::error(format!("objects of type `{}` are not declared in a process", known.name))
        .at(written.span, "not here")
        .note(format!("`{}` is {}, so it is declared once for all of them", known.name, known.meaning))
        .help(format!(
            "beside `apps`, write `{}: [ {{ name: \"...\", size_bytes: ..., processes: [ {{ process: \"...\", \
             access: \"read_write\" }} ] }} ]`; every process there gets an object of the region's name",
            known.name
        ))
}
