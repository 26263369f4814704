//! What the processes that send to a process, or share memory with it, are called in its generated code (EP-9,
//! SH-3).

use std::collections::{BTreeSet, HashMap};

use super::endpoints::Receivers;
use crate::declarations::{Name, SystemDraft};
use crate::model::SharedRegion;
use crate::names::{constant_name, crate_name};
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics};

/// Reports processes that send to the same process, or share memory with it, and whose names make the same
/// constant.
pub(super) fn check(
    draft: &SystemDraft,
    receivers: &Receivers,
    shared_memory: &[SharedRegion],
    log: &mut Diagnostics,
) {
    let senders = receivers.iter().map(|(sender, endpoint)| (endpoint.process, sender.process));
    let pairs = senders.chain(shared_memory.iter().flat_map(pairs_of));
    // In the order of the file, and each once.
    let pairs: BTreeSet<(usize, usize)> = pairs.collect();
    let name = |process: usize| draft.processes.get(process).and_then(|process| process.name);
    let mut seen: HashMap<(usize, String), Spanned<&str>> = HashMap::new();
    for (receiver, peer) in pairs {
        let Some(peer) = name(peer) else { continue };
        let first = *seen.entry((receiver, constant_name(peer.value))).or_insert(peer);
        // Names of the same crate were reported as such.
        if crate_name(first.value) != crate_name(peer.value) {
            log.push(same_constant(name(receiver), first, peer));
        }
    }
}

/// Each process that shares a region, with each other one that does.
fn pairs_of(region: &SharedRegion) -> impl Iterator<Item = (usize, usize)> {
    let all = || region.sharers.iter().map(|sharer| sharer.process);
    all().flat_map(move |one| {
        all().filter(move |other| *other != one).map(move |other| (one, other))
    })
}

fn same_constant(receiver: Name, first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    let name = quoted(&constant_name(second.value));
    let diagnostic = Diagnostic::error(format!(
        "two processes are {name} to one that they send to or share memory with"
    ))
    .at(second.span, "called so again here")
    .also(first.span, "first called so here");
    let diagnostic = match receiver {
        Some(receiver) => diagnostic.also(receiver.span, "to this process"),
        None => diagnostic,
    };
    diagnostic
        .note("each of them becomes a constant in capitals, in the module `peer` of that process's generated code")
        .help("rename one of them")
}
