//! Which initiator belongs to which handler (CH-1).

mod fault;

use std::collections::HashMap;

use crate::declarations::{Name, ObjectDraft, ObjectDraftKind, ProcessDraft, SystemDraft};
use crate::model::ObjectId;
use crate::source::Spanned;
use crate::{Diagnostics, Span};

/// The handler of each initiator.
#[derive(Debug, Default)]
pub(super) struct Links {
    handlers: HashMap<(usize, usize), ObjectId>,
}

impl Links {
    /// The handler that the initiator `object` of `process` names.
    pub(super) fn handler(&self, process: usize, object: usize) -> Option<ObjectId> {
        self.handlers.get(&(process, object)).copied()
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
    id: ObjectId,
    process: Spanned<&'t str>,
    object: Spanned<&'t str>,
    badge: Option<Spanned<u32>>,
}

/// Joins each initiator with the handler that it names; what cannot be joined goes to `log`.
pub(super) fn link(draft: &SystemDraft, log: &mut Diagnostics) -> Links {
    let mut claims: HashMap<(usize, usize), Vec<Claim>> = HashMap::new();
    for seeker in seekers(draft) {
        if let Some(handler) = find_handler(draft, &seeker, log) {
            let Seeker { id: initiator, object, badge, .. } = seeker;
            let claim = Claim { initiator, span: object.span, badge };
            claims.entry((handler.process, handler.object)).or_default().push(claim);
        }
    }
    let mut links = Links::default();
    for (id, name, fan_in) in handlers(draft) {
        let claims = claims.get(&(id.process, id.object)).map_or(&[][..], Vec::as_slice);
        match claims {
            [] => report_unused(name, log),
            _ if fan_in => check_badges(name, claims, log),
            [_] => {}
            several => log.push(fault::shared(name, several.iter().map(|claim| claim.span))),
        }
        for Claim { initiator, .. } in claims {
            links.handlers.insert((initiator.process, initiator.object), id);
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
fn report_unused(name: Name, log: &mut Diagnostics) {
    if let Some(name) = name.filter(|_| !log.has_errors()) {
        log.push(fault::unused(name));
    }
}

fn objects<'d, 't>(
    draft: &'d SystemDraft<'t>,
) -> impl Iterator<Item = (ObjectId, &'d ObjectDraft<'t>)> {
    draft.processes.iter().enumerate().flat_map(|(process, each)| {
        let with_id = move |(object, draft)| (ObjectId { process, object }, draft);
        each.objects.iter().enumerate().map(with_id)
    })
}

/// The initiators that say where their handler is.
fn seekers<'d, 't>(draft: &'d SystemDraft<'t>) -> impl Iterator<Item = Seeker<'t>> + use<'d, 't> {
    objects(draft).filter_map(|(id, object)| match object.kind {
        ObjectDraftKind::ChannelInitiator {
            handler_process, handler_object_name, badge, ..
        } => Some(Seeker { id, process: handler_process?, object: handler_object_name?, badge }),
        ObjectDraftKind::ChannelHandler { .. }
        | ObjectDraftKind::Thread(_)
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
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
        | ObjectDraftKind::Interrupt { .. }
        | ObjectDraftKind::Unusable => None,
    })
}

/// The handler that `seeker` names. Nothing is reported where the fault may lie in a declaration
/// that could not be read.
fn find_handler(draft: &SystemDraft, seeker: &Seeker, log: &mut Diagnostics) -> Option<ObjectId> {
    let process = find_process(draft, seeker.process, log)?;
    let target = &draft.processes[process];
    if process == seeker.id.process {
        log.push(fault::to_itself(seeker.process, target.name));
        return None;
    }
    let Some(object) = position(target.objects.iter().map(|each| each.name), seeker.object.value)
    else {
        report_no_object(target, seeker.object, log);
        return None;
    };
    match &target.objects[object].kind {
        ObjectDraftKind::ChannelHandler { .. } => Some(ObjectId { process, object }),
        ObjectDraftKind::Unusable => None,
        kind => {
            log.push(fault::wrong_kind(seeker.object, target.objects[object].name, kind));
            None
        }
    }
}

/// The index of the process called so. Nothing is reported where a process's name could not be read.
pub(super) fn find_process(
    draft: &SystemDraft,
    sought: Spanned<&str>,
    log: &mut Diagnostics,
) -> Option<usize> {
    let found = position(draft.processes.iter().map(|each| each.name), sought.value);
    let is_unsure = draft.processes.iter().any(|each| each.name.is_none());
    if found.is_none() && !is_unsure && !log.is_full() {
        log.push(fault::no_process(draft, sought));
    }
    found
}

fn report_no_object(target: &ProcessDraft, sought: Spanned<&str>, log: &mut Diagnostics) {
    let is_unsure = target.objects.iter().any(|each| each.name.is_none());
    if !is_unsure && !log.is_full() {
        log.push(fault::no_object(target, sought));
    }
}

fn position<'t>(mut names: impl Iterator<Item = Name<'t>>, sought: &str) -> Option<usize> {
    names.position(|name| name.is_some_and(|name| name.value == sought))
}
