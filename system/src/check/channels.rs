//! Which initiator belongs to which handler (CH-1).

mod fault;

use std::collections::{HashMap, HashSet};

use super::references::{End, Reference, find_end, objects};
use crate::declarations::{Name, ObjectDraftKind, SystemDraft};
use crate::model::ObjectId;
use crate::source::Spanned;
use crate::{Diagnostics, Span};

/// The handler of each initiator.
#[derive(Debug, Default)]
pub(super) struct Links {
    handlers: HashMap<ObjectId, ObjectId>,
}

impl Links {
    /// The handler that `initiator` names.
    pub(super) fn handler(&self, initiator: ObjectId) -> Option<ObjectId> {
        self.handlers.get(&initiator).copied()
    }
}

/// An initiator that names a handler.
struct Claim {
    initiator: ObjectId,
    /// Where it names it.
    span: Span,
    badge: Option<Spanned<u32>>,
}

/// An initiator as declared, on its way to its handler.
struct Seeker<'t> {
    handler: Reference<'t>,
    badge: Option<Spanned<u32>>,
}

/// What an initiator must name.
const HANDLER: End = End {
    is_it: |kind| matches!(kind, ObjectDraftKind::ChannelHandler { .. }),
    noun: "a handler",
    plural: "handlers",
    example: "{ type: \"channel_handler\", name: \"...\" }",
    to_itself: fault::to_itself,
    wrong_kind: fault::wrong_kind,
};

/// Joins each initiator with the handler that it names; what cannot be joined goes to `log`.
pub(super) fn link(draft: &SystemDraft, log: &mut Diagnostics) -> Links {
    let mut claims: HashMap<ObjectId, Vec<Claim>> = HashMap::new();
    for Seeker { handler: named, badge } in seekers(draft) {
        if let Some(handler) = find_end(draft, &named, &HANDLER, log) {
            let claim = Claim { initiator: named.from, span: named.object.span, badge };
            claims.entry(handler).or_default().push(claim);
        }
    }
    let mut links = Links::default();
    for (id, name, fan_in) in handlers(draft) {
        let claims = claims.get(&id).map_or(&[][..], Vec::as_slice);
        match claims {
            [] => {}
            _ if fan_in => check_badges(name, claims, log),
            [_] => {}
            several => log.push(fault::shared(name, several.iter().map(|claim| claim.span))),
        }
        for Claim { initiator, .. } in claims {
            links.handlers.insert(*initiator, id);
        }
    }
    links
}

/// Whoever shares a handler with others must be told from them (CH-12).
fn check_badges(handler: Name, claims: &[Claim], log: &mut Diagnostics) {
    let mut seen: HashMap<u32, Span> = HashMap::new();
    for claim in claims {
        let Some(badge) = claim.badge else {
            log.push(fault::no_badge(handler, claim.span));
            continue;
        };
        match seen.get(&badge.value) {
            Some(first) => log.push(fault::same_badge(handler, badge, *first)),
            None => _ = seen.insert(badge.value, badge.span),
        }
    }
}

/// A handler without initiator is legal. It is not worth a word while something else is wrong, which
/// may well be the reason.
pub(super) fn report_unused(draft: &SystemDraft, links: &Links, log: &mut Diagnostics) {
    if log.has_errors() {
        return;
    }
    let used: HashSet<ObjectId> = links.handlers.values().copied().collect();
    let unused = handlers(draft).filter(|(id, ..)| !used.contains(id));
    unused.filter_map(|(_, name, _)| name).for_each(|name| log.push(fault::unused(name)));
}

/// The initiators that say where their handler is.
fn seekers<'d, 't>(draft: &'d SystemDraft<'t>) -> impl Iterator<Item = Seeker<'t>> + use<'d, 't> {
    objects(draft).filter_map(|(id, object)| match object.kind {
        ObjectDraftKind::ChannelInitiator {
            handler_process, handler_object_name, badge, ..
        } => {
            let (process, object) = (handler_process?, handler_object_name?);
            Some(Seeker { handler: Reference { from: id, process, object }, badge })
        }
        ObjectDraftKind::ChannelHandler { .. }
        | ObjectDraftKind::Thread(_)
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
        | ObjectDraftKind::Upcalls
        | ObjectDraftKind::Endpoint(_)
        | ObjectDraftKind::EndpointSender(_)
        | ObjectDraftKind::Interrupt { .. }
        | ObjectDraftKind::Unusable => None,
    })
}

/// The handlers, with their names and whether several initiators may name them.
fn handlers<'d, 't>(
    draft: &'d SystemDraft<'t>,
) -> impl Iterator<Item = (ObjectId, Name<'t>, bool)> + use<'d, 't> {
    objects(draft).filter_map(|(id, object)| match object.kind {
        ObjectDraftKind::ChannelHandler { fan_in } => Some((id, object.name, fan_in)),
        ObjectDraftKind::ChannelInitiator { .. }
        | ObjectDraftKind::Thread(_)
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
        | ObjectDraftKind::Upcalls
        | ObjectDraftKind::Endpoint(_)
        | ObjectDraftKind::EndpointSender(_)
        | ObjectDraftKind::Interrupt { .. }
        | ObjectDraftKind::Unusable => None,
    })
}
