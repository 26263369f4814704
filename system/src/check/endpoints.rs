//! Which endpoint each sender sends to (EP-2).
//!
//! Unlike the handler of a channel, an endpoint is there for any number of senders, and their badges
//! need not differ: a receiver that does not ask who has sent, asks for no badges. Two that were given
//! the same on purpose, in different processes, are probably a slip.

mod fault;

use std::collections::{HashMap, HashSet};

use super::references::{End, Reference, find_end, objects};
use crate::declarations::{Name, ObjectDraftKind, SystemDraft};
use crate::model::ObjectId;
use crate::source::Spanned;
use crate::{Diagnostics, Span};

/// The endpoint of each sender.
pub(super) type Receivers = HashMap<ObjectId, ObjectId>;

/// What a sender must name.
const ENDPOINT: End = End {
    is_it: |kind| matches!(kind, ObjectDraftKind::Endpoint(_)),
    noun: "an endpoint",
    plural: "endpoints",
    example: "{ type: \"endpoint\", name: \"...\", capacity: ..., max_message_bytes: ... }",
    to_itself: fault::to_itself,
    wrong_kind: fault::wrong_kind,
};

/// A sender that names an endpoint.
struct Claim {
    sender: ObjectId,
    /// Its badge, if it declares one.
    badge: Option<Spanned<u32>>,
}

/// Joins each sender with the endpoint that it names; what cannot be joined goes to `log`.
pub(super) fn link(draft: &SystemDraft, log: &mut Diagnostics) -> Receivers {
    let mut claims: HashMap<ObjectId, Vec<Claim>> = HashMap::new();
    for (named, badge) in senders(draft) {
        if let Some(endpoint) = find_end(draft, &named, &ENDPOINT, log) {
            claims.entry(endpoint).or_default().push(Claim { sender: named.from, badge });
        }
    }
    for (endpoint, name) in endpoints(draft) {
        let claims = claims.get(&endpoint).map_or(&[][..], Vec::as_slice);
        check_badges(name, claims, log);
    }
    let of_each = claims.into_iter().flat_map(|(endpoint, claims)| {
        claims.into_iter().map(move |claim| (claim.sender, endpoint))
    });
    of_each.collect()
}

/// The senders that say where their endpoint is, with their badges.
fn senders<'d, 't>(
    draft: &'d SystemDraft<'t>,
) -> impl Iterator<Item = (Reference<'t>, Option<Spanned<u32>>)> + use<'d, 't> {
    objects(draft).filter_map(|(from, object)| {
        let ObjectDraftKind::EndpointSender(sender) = object.kind else { return None };
        let (process, object) = (sender.endpoint_process?, sender.endpoint_object_name?);
        Some((Reference { from, process, object }, sender.badge))
    })
}

/// The endpoints, with their names.
fn endpoints<'d, 't>(
    draft: &'d SystemDraft<'t>,
) -> impl Iterator<Item = (ObjectId, Name<'t>)> + use<'d, 't> {
    let endpoints = objects(draft).filter(|(_, object)| (ENDPOINT.is_it)(&object.kind));
    endpoints.map(|(id, object)| (id, object.name))
}

/// An endpoint without senders is legal. It is not worth a word while something else is wrong, which
/// may well be the reason.
pub(super) fn report_unused(draft: &SystemDraft, receivers: &Receivers, log: &mut Diagnostics) {
    if log.has_errors() {
        return;
    }
    let used: HashSet<ObjectId> = receivers.values().copied().collect();
    let unused = endpoints(draft).filter(|(id, _)| !used.contains(id));
    unused.filter_map(|(_, name)| name).for_each(|name| log.push(fault::unused(name)));
}

/// The receiver cannot tell two processes that were given the same badge.
fn check_badges(endpoint: Name, claims: &[Claim], log: &mut Diagnostics) {
    let mut seen: HashMap<u32, (usize, Span)> = HashMap::new();
    for Claim { sender, badge } in claims {
        let Some(badge) = badge else { continue };
        let first = seen.entry(badge.value).or_insert((sender.process, badge.span));
        if first.0 != sender.process {
            log.push(fault::same_badge(endpoint, *badge, first.1));
        }
    }
}
