//! Which names of the registry belong to which process (NR-5).

mod fault;

use std::collections::HashMap;

use crate::Diagnostics;
use crate::declarations::SystemDraft;
use crate::model::{BuiltIn, SERVICE_BYTES, service_name};
use crate::source::Spanned;

/// Reports names that the registry does not take, names that belong to two processes, and names that
/// no registry keeps.
pub(super) fn check(draft: &SystemDraft, log: &mut Diagnostics) {
    let mut seen: HashMap<[u8; SERVICE_BYTES], (usize, Spanned<&str>)> = HashMap::new();
    for (process, declared) in draft.processes.iter().enumerate() {
        for service in &declared.services {
            let Some(name) = service_name(service.value) else {
                log.push(fault::bad_length(*service));
                continue;
            };
            let (owner, first) = *seen.entry(name).or_insert((process, *service));
            if first.span == service.span {
                continue;
            }
            log.push(match draft.processes.get(owner) {
                Some(owner_draft) if owner != process => {
                    fault::of_two(first, *service, owner_draft.name)
                }
                Some(_) | None => fault::twice(first, *service),
            });
        }
    }
    report_without_registry(draft, log);
}

/// Without a registry nobody registers anything. Not worth a word while something else is wrong, which
/// may well be a slip in its name.
fn report_without_registry(draft: &SystemDraft, log: &mut Diagnostics) {
    let registry = BuiltIn::NameRegistry.name();
    let mut names = draft.capsules.iter().map(|capsule| capsule.name);
    let has_registry = names.any(|name| name.is_none_or(|name| name.value == registry));
    if has_registry || log.has_errors() {
        return;
    }
    let mut declared =
        draft.processes.iter().map(|process| (process.services.first(), process.name));
    if let Some((service, process)) = declared.find_map(|(service, name)| Some((*service?, name))) {
        log.push(fault::no_registry(service, process));
    }
}
