//! Names that refer to something declared elsewhere: processes, and the ends of channels and endpoints.

mod fault;

use crate::declarations::{Name, ObjectDraft, ObjectDraftKind, SystemDraft};
use crate::model::ObjectId;
use crate::source::Spanned;
use crate::{Diagnostic, Diagnostics};

/// The kind of object that an end in another process refers to, and how to speak of it.
pub(super) struct End {
    /// Whether an object is one.
    pub(super) is_it: fn(&ObjectDraftKind) -> bool,
    /// What it is called, with its article.
    pub(super) noun: &'static str,
    /// What several are called.
    pub(super) plural: &'static str,
    /// How to declare one.
    pub(super) example: &'static str,
    /// What is said of an end that refers to its own process, which is called so and declared there.
    pub(super) to_itself: fn(Spanned<&str>, Name) -> Diagnostic,
    /// What is said of an end that refers to something of this other kind, declared there.
    pub(super) wrong_kind: fn(Spanned<&str>, Name, &ObjectDraftKind) -> Diagnostic,
}

/// An object that refers to an end in another process.
pub(super) struct Reference<'t> {
    /// The object.
    pub(super) from: ObjectId,
    /// The name of the other process.
    pub(super) process: Spanned<&'t str>,
    /// The name of the end there.
    pub(super) object: Spanned<&'t str>,
}

/// Every object of every process.
pub(super) fn objects<'d, 't>(
    draft: &'d SystemDraft<'t>,
) -> impl Iterator<Item = (ObjectId, &'d ObjectDraft<'t>)> {
    draft.processes.iter().enumerate().flat_map(|(process, each)| {
        let with_id = move |(object, draft)| (ObjectId { process, object }, draft);
        each.objects.iter().enumerate().map(with_id)
    })
}

/// The end that `reference` names. Nothing is reported where the fault may lie in a declaration that
/// could not be read.
pub(super) fn find_end(
    draft: &SystemDraft,
    reference: &Reference,
    end: &End,
    log: &mut Diagnostics,
) -> Option<ObjectId> {
    let sought = reference.object;
    let process = find_process(draft, reference.process, log)?;
    let target = draft.processes.get(process)?;
    if process == reference.from.process {
        log.push((end.to_itself)(reference.process, target.name));
        return None;
    }
    let names = || target.objects.iter().map(|each| each.name);
    let Some(object) = position(names(), sought.value) else {
        if !names().any(|name| name.is_none()) && !log.is_full() {
            log.push(fault::no_object(target, sought, end));
        }
        return None;
    };
    let found = target.objects.get(object)?;
    if (end.is_it)(&found.kind) {
        return Some(ObjectId { process, object });
    }
    if !matches!(found.kind, ObjectDraftKind::Unusable) {
        log.push((end.wrong_kind)(sought, found.name, &found.kind));
    }
    None
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

fn position<'t>(mut names: impl Iterator<Item = Name<'t>>, sought: &str) -> Option<usize> {
    names.position(|name| name.is_some_and(|name| name.value == sought))
}
