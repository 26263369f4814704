//! How a sender and its endpoint can be declared wrongly.

use crate::declarations::{Name, ObjectDraftKind};
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Span};

/// An endpoint that no sender names.
pub(super) fn unused(endpoint: Spanned<&str>) -> Diagnostic {
    Diagnostic::warning(format!("no sender names the endpoint {}", quoted(endpoint.value)))
        .at(endpoint.span, "nothing will ever arrive here")
        .note("an endpoint receives what other processes send to it")
        .help("name it in another process as `endpoint_object_name` of an `endpoint_sender`, or remove it")
}

/// A badge that a sender of another process has at the same endpoint, at `first`.
pub(super) fn same_badge(endpoint: Name, badge: Spanned<u32>, first: Span) -> Diagnostic {
    let name = endpoint.map(|name| quoted(name.value)).unwrap_or_default();
    let diagnostic = Diagnostic::warning(format!(
        "two processes send to the endpoint {name} with the badge {}",
        badge.value
    ))
    .at(badge.span, "the same number again")
    .also(first, "first given here");
    let diagnostic = match endpoint {
        Some(endpoint) => diagnostic.also(endpoint.span, "the endpoint is declared here"),
        None => diagnostic,
    };
    diagnostic
        .note("the badge tells the receiver whose message it has")
        .help("give each process a number of its own, or none where the receiver need not know")
}

/// A sender whose endpoint is in its own process.
pub(super) fn to_itself(process: Spanned<&str>, own: Name) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(format!("a sender of process {} leads to itself", quoted(process.value)))
            .at(process.span, "the sender's own process");
    let diagnostic = match own {
        Some(own) => diagnostic.also(own.span, "the process is declared here"),
        None => diagnostic,
    };
    diagnostic
        .note("no process receives its own messages: one that waits for room in its own queue, or for its own answer, waits for ever")
        .help("name another process, or keep what the process tells itself in its own memory")
}

/// A sender that names, as its endpoint, something else.
pub(super) fn wrong_kind(sought: Spanned<&str>, found: Name, kind: &ObjectDraftKind) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(format!("the object {} is no endpoint", quoted(sought.value)))
            .at(sought.span, format!("this is {}", kind.noun()));
    let diagnostic = match found {
        Some(found) => diagnostic.also(found.span, "the object is declared here"),
        None => diagnostic,
    };
    let diagnostic = diagnostic.note("a sender sends to an endpoint, whose process receives");
    if matches!(kind, ObjectDraftKind::ChannelHandler { .. }) {
        diagnostic.help("ask a channel handler with an object of type `channel_initiator`, or name an object of type `endpoint`")
    } else {
        diagnostic.help("name an object of type `endpoint`")
    }
}
