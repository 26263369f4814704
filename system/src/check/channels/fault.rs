//! How a channel can be declared wrongly.

use crate::declarations::{Name, ObjectDraftKind};
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Span};

/// A handler that no initiator names.
pub(super) fn unused(handler: Spanned<&str>) -> Diagnostic {
    Diagnostic::warning(format!("no initiator names the channel handler {}", quoted(handler.value)))
        .at(handler.span, "nothing will ever arrive here")
        .note("a channel joins one handler with one initiator of another process")
        .help("name it in another process as `handler_object_name` of a `channel_initiator`, or remove it")
}

/// A handler that several initiators name, at `claims`.
pub(super) fn shared(handler: Name, claims: impl Iterator<Item = Span>) -> Diagnostic {
    let name = handler.map(|name| quoted(name.value)).unwrap_or_default();
    let mut diagnostic =
        Diagnostic::error(format!("the channel handler {name} has several initiators"));
    let mut claims: Vec<_> = claims.collect();
    let first = (!claims.is_empty()).then(|| claims.remove(0));
    for (index, claim) in claims.into_iter().enumerate() {
        diagnostic = diagnostic.at(claim, if index == 0 { "named again here" } else { "and here" });
    }
    if let Some(first) = first {
        diagnostic = diagnostic.also(first, "first named here");
    }
    also_handler(diagnostic, handler)
        .note("a channel joins one handler with one initiator, unless the handler says otherwise")
        .help("add `fan_in: true` to the handler and a `badge` to each initiator, or declare a handler for each")
}

/// An initiator without a badge, which names a handler at `claim` that others may name too.
pub(super) fn no_badge(handler: Name, claim: Span) -> Diagnostic {
    let name = handler.map(|name| quoted(name.value)).unwrap_or_default();
    let diagnostic = Diagnostic::error(format!("an initiator of the handler {name} has no badge"))
        .at(claim, "named here, by an initiator without `badge`");
    also_handler(diagnostic, handler)
        .note("several initiators may name a handler with `fan_in`: their badges tell it whom it answers")
        .help("give it a number of its own: `badge: 1`")
}

/// A badge that another initiator of the same handler has, at `first`.
pub(super) fn same_badge(handler: Name, badge: Spanned<u32>, first: Span) -> Diagnostic {
    let name = handler.map(|name| quoted(name.value)).unwrap_or_default();
    let diagnostic = Diagnostic::error(format!(
        "two initiators of the handler {name} have the badge {}",
        badge.value
    ))
    .at(badge.span, "the same number again")
    .also(first, "first given here");
    also_handler(diagnostic, handler)
        .note("the badge is all that tells a handler whom it answers")
        .help("give each initiator a number of its own")
}

fn also_handler(diagnostic: Diagnostic, handler: Name) -> Diagnostic {
    match handler {
        Some(handler) => diagnostic.also(handler.span, "the handler is declared here"),
        None => diagnostic,
    }
}

/// An initiator whose handler is in its own process.
pub(super) fn to_itself(process: Spanned<&str>, own: Name) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!(
        "a channel of process {} leads to itself",
        quoted(process.value)
    ))
    .at(process.span, "the initiator's own process");
    let diagnostic = match own {
        Some(own) => diagnostic.also(own.span, "the process is declared here"),
        None => diagnostic,
    };
    diagnostic
        .note("a process that waits for its own answer waits for ever; a channel joins different processes")
        .help("name another process, or call a function instead")
}

/// An initiator that names, as its handler, something else.
pub(super) fn wrong_kind(sought: Spanned<&str>, found: Name, kind: &ObjectDraftKind) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(format!("the object {} is no channel handler", quoted(sought.value)))
            .at(sought.span, format!("this is {}", kind.noun()));
    let diagnostic = match found {
        Some(found) => diagnostic.also(found.span, "the object is declared here"),
        None => diagnostic,
    };
    let diagnostic = diagnostic.note("a channel joins an initiator with a handler");
    if matches!(kind, ObjectDraftKind::Endpoint(_)) {
        diagnostic.help("send to an endpoint with an object of type `endpoint_sender`, or name an object of type `channel_handler`")
    } else {
        diagnostic.help("name an object of type `channel_handler`")
    }
}
