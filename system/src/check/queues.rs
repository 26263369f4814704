//! Whether messages and queues are of sizes that there can be (EP-1, AB-10).

use super::references::objects;
use crate::declarations::{EndpointDraft, Name, ObjectDraftKind, SystemDraft};
use crate::model::{DEFAULT_MAX_TRANSFER_BYTES, MAX_QUEUED_MESSAGES};
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics, Span};

/// The most bytes of a transfer, and who says so.
struct Bound {
    bytes: usize,
    /// Where it is declared, if it is.
    span: Option<Span>,
    /// The board that it is for; every board that declares none without it.
    board: Option<&'static str>,
}

/// Reports messages that are too long and queues that are too many.
pub(super) fn check(draft: &SystemDraft, log: &mut Diagnostics) {
    let bounds = bounds(draft);
    for (name, endpoint) in endpoints(draft) {
        check_length(name, endpoint, &bounds, log);
    }
    count_messages(draft, log);
}

fn endpoints<'d, 't>(
    draft: &'d SystemDraft<'t>,
) -> impl Iterator<Item = (Name<'t>, EndpointDraft)> + use<'d, 't> {
    objects(draft).filter_map(|(_, object)| {
        let ObjectDraftKind::Endpoint(endpoint) = object.kind else { return None };
        Some((object.name, endpoint))
    })
}

fn bounds(draft: &SystemDraft) -> Vec<Bound> {
    let bound = |declared: Option<Spanned<usize>>, board| Bound {
        bytes: declared.map_or(DEFAULT_MAX_TRANSFER_BYTES, |declared| declared.value),
        span: declared.map(|declared| declared.span),
        board,
    };
    let boards = draft.boards.iter().filter(|board| board.max_transfer_bytes.is_some());
    let boards = boards.map(|board| bound(board.max_transfer_bytes, Some(board.name)));
    [bound(draft.max_transfer_bytes, None)].into_iter().chain(boards).collect()
}

/// A message is copied in one piece.
fn check_length(name: Name, endpoint: EndpointDraft, bounds: &[Bound], log: &mut Diagnostics) {
    let Some(declared) = endpoint.max_message_bytes else { return };
    let broken = bounds.iter().filter(|bound| bound.bytes < usize::from(declared.value));
    let Some(least) = broken.clone().map(|bound| bound.bytes).min() else { return };
    let name = name.map(|name| quoted(name.value)).unwrap_or_default();
    let mut diagnostic =
        Diagnostic::error(format!("messages of the endpoint {name} are longer than a transfer"))
            .at(declared.span, format!("up to {} bytes", declared.value));
    for Bound { bytes, span, board } in broken {
        let place = board.map_or(String::new(), |board| format!(" on `{board}`"));
        let text = format!("a transfer{place} is at most {bytes} bytes");
        diagnostic = match span {
            Some(span) => diagnostic.also(*span, text),
            None => diagnostic.note(format!("{text}, unless `max_transfer_bytes` says otherwise")),
        };
    }
    log.push(
        diagnostic
            .note("a message is copied in one transfer, and their length bounds how long the kernel is busy")
            .help(format!("make `max_message_bytes` {least} at most, or raise `max_transfer_bytes`")),
    );
}

/// All queues share one storage, whose places have numbers of 15 bits.
fn count_messages(draft: &SystemDraft, log: &mut Diagnostics) {
    let capacities = || endpoints(draft).filter_map(|(_, endpoint)| endpoint.capacity);
    let count = |messages: usize, capacity: Spanned<u16>| {
        messages.saturating_add(usize::from(capacity.value))
    };
    let mut messages = 0;
    let beyond = capacities().find(|capacity| {
        messages = count(messages, *capacity);
        messages > MAX_QUEUED_MESSAGES
    });
    let Some(beyond) = beyond else { return };
    let all = capacities().fold(0, count);
    let mut diagnostic = Diagnostic::error(format!(
        "the queues of the system hold more than {MAX_QUEUED_MESSAGES} messages"
    ))
    .at(beyond.span, format!("{messages} with these"));
    let largest = capacities().filter(|each| each.span != beyond.span);
    if let Some(largest) = largest.min_by_key(|each| std::cmp::Reverse(each.value)) {
        diagnostic = diagnostic.also(largest.span, "no other queue is longer than this one");
    }
    log.push(
        diagnostic
            .note(format!("all {} endpoints together have room for {all}; the kernel numbers the places in 15 bits", capacities().count()))
            .help("make queues shorter: whoever finds one full can wait until there is room"),
    );
}
