//! Processes that may wait for each other for ever (CF-3).
//!
//! A process that blocks in a transaction or a call waits for another process. Where such waits can go
//! round, nobody may be left to answer. That is legal, because the processes may have an order that the
//! file does not know; so it is a warning, one for each set of processes that all lead to each other. An
//! end whose transactions end by themselves (CH-11) is no part of it, and neither is a sender that cannot
//! call: it may find a queue full, but a receiver empties its queue whatever it sends itself.

use std::collections::BTreeSet;

use super::channels::Links;
use super::endpoints::Receivers;
use super::references::objects;
use crate::declarations::{ObjectDraft, ObjectDraftKind, SystemDraft};
use crate::model::ObjectId;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics, Span};

/// The most places that one warning shows.
const MAX_SHOWN: usize = 16;
/// The most processes that one warning names.
const MAX_NAMED: usize = 8;

/// An end by which a process may wait for another one without bound.
struct Wait {
    from: usize,
    to: usize,
    /// Where the end names the other process.
    span: Span,
    /// What the first does to the other.
    verb: &'static str,
}

/// Reports every set of processes that may wait for each other. Not worth a word while something is
/// wrong, which may change who waits for whom.
pub(super) fn check(
    draft: &SystemDraft,
    links: &Links,
    receivers: &Receivers,
    log: &mut Diagnostics,
) {
    if log.has_errors() {
        return;
    }
    let waits = waits(draft, links, receivers);
    let mut followers = vec![BTreeSet::new(); draft.processes.len()];
    for Wait { from, to, .. } in &waits {
        if let Some(followers) = followers.get_mut(*from) {
            followers.insert(*to);
        }
    }
    let reached: Vec<_> = (0..followers.len()).map(|from| reached(&followers, from)).collect();
    let leads = |from: usize, to: usize| reached.get(from).is_some_and(|set| set.contains(&to));
    for first in 0..reached.len() {
        let is_in = |process: &usize| leads(first, *process) && leads(*process, first);
        let cycle: BTreeSet<usize> = (0..reached.len()).filter(is_in).collect();
        // Each set once, at the first of its processes.
        if cycle.first() == Some(&first) {
            log.push(fault(draft, &cycle, &waits));
        }
    }
}

fn waits(draft: &SystemDraft, links: &Links, receivers: &Receivers) -> Vec<Wait> {
    objects(draft).filter_map(|(id, object)| wait(id, object, links, receivers)).collect()
}

/// What an object makes its process wait for.
fn wait(id: ObjectId, object: &ObjectDraft, links: &Links, receivers: &Receivers) -> Option<Wait> {
    let (to, name, verb) = match &object.kind {
        ObjectDraftKind::ChannelInitiator {
            handler_process, default_deadline_ms: None, ..
        } => (links.handler(id)?, handler_process, "asks"),
        ObjectDraftKind::EndpointSender(sender) if sender.may_call => {
            (*receivers.get(&id)?, &sender.endpoint_process, "calls")
        }
        ObjectDraftKind::ChannelInitiator { .. }
        | ObjectDraftKind::ChannelHandler { .. }
        | ObjectDraftKind::Thread(_)
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
        | ObjectDraftKind::Upcalls
        | ObjectDraftKind::Interrupt { .. }
        | ObjectDraftKind::Endpoint(_)
        | ObjectDraftKind::EndpointSender(_)
        | ObjectDraftKind::Unusable => return None,
    };
    Some(Wait { from: id.process, to: to.process, span: (*name)?.span, verb })
}

/// The processes that `from` may wait for, and those that they may wait for, and so on.
fn reached(followers: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(process) = open.pop() {
        for next in followers.get(process).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}

fn fault(draft: &SystemDraft, cycle: &BTreeSet<usize>, waits: &[Wait]) -> Diagnostic {
    let name = |process: usize| {
        let name = draft.processes.get(process).and_then(|process| process.name);
        name.map(|name| quoted(name.value)).unwrap_or_default()
    };
    let of_cycle = |wait: &&Wait| cycle.contains(&wait.from) && cycle.contains(&wait.to);
    let names = cycle.iter().take(MAX_NAMED).map(|process| name(*process));
    let more = if cycle.len() > MAX_NAMED { ", ..." } else { "" };
    let names = names.collect::<Vec<_>>().join(", ");
    let mut diagnostic =
        Diagnostic::warning(format!("processes may wait for each other for ever: {names}{more}"));
    let waits = || waits.iter().filter(of_cycle);
    for (number, wait) in waits().take(MAX_SHOWN).enumerate() {
        let text = format!("{} {} {} here", name(wait.from), wait.verb, name(wait.to));
        diagnostic = match number {
            0 => diagnostic.at(wait.span, text),
            _ => diagnostic.also(wait.span, text),
        };
    }
    if let Some(hidden) = waits().count().checked_sub(MAX_SHOWN).filter(|hidden| *hidden > 0) {
        diagnostic = diagnostic.note(format!("and {hidden} more such places"));
    }
    diagnostic
        .note("a thread that waits for an answer gives none: if all of them ask at the same time, nobody is left to answer")
        .help("give the calls of one direction a deadline, as `default_deadline_ms` does for a channel")
        .help("or let one direction not wait for answers: a sender with `rights: [\"send\"]`, or asynchronous transactions")
}
