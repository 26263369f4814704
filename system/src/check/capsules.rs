//! Which capsules the kernel gets, and what they are told (CP-4).
//!
//! The code of a capsule is only known to the compiler; so what the file says of one is compared with what
//! it needs when the kernel is built. Here stands what can be said of the file alone.

mod fault;

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::references::find_process;
use crate::Diagnostics;
use crate::declarations::{CapsuleDraft, SystemDraft};
use crate::model::BuiltIn;
use crate::names::crate_name;
use crate::source::Spanned;

/// The owners of each capsule.
pub(super) type Owners = Vec<Vec<usize>>;

/// Finds the owners of each capsule; what is wrong with capsules goes to `log`.
pub(super) fn link(draft: &SystemDraft, log: &mut Diagnostics) -> Owners {
    draft.capsules.iter().for_each(|capsule| check_origin(capsule, log));
    check_names(draft, log);
    check_folders(draft, log);
    report_unused(draft, log);
    draft.capsules.iter().map(|capsule| owners(draft, capsule, log)).collect()
}

/// Whether a capsule is one of Guichet's, and none of the system's own at the same time.
fn check_origin(capsule: &CapsuleDraft, log: &mut Diagnostics) {
    let Some(name) = capsule.name else { return };
    match (BuiltIn::named(name.value), capsule.folder) {
        (None, Some(_)) => {}
        (None, None) => log.push(fault::unknown(name)),
        (Some(_), Some(folder)) => log.push(fault::taken(name, folder)),
        (Some(_), None) => {
            if let Some(grants) = capsule.grants_span {
                log.push(fault::grants_of_built_in(name, grants));
            }
            if let Some(owner) = capsule.owners.first() {
                log.push(fault::owners_of_built_in(name, *owner));
            }
        }
    }
}

/// A capsule is there once, and its name becomes that of a Rust crate.
fn check_names(draft: &SystemDraft, log: &mut Diagnostics) {
    let mut seen: HashMap<String, Spanned<&str>> = HashMap::new();
    for name in draft.capsules.iter().filter_map(|capsule| capsule.name) {
        let first = *seen.entry(crate_name(name.value)).or_insert(name);
        if first.span != name.span {
            log.push(fault::twice(first, name));
        }
    }
}

/// A package has one capsule.
fn check_folders(draft: &SystemDraft, log: &mut Diagnostics) {
    let mut seen: HashMap<PathBuf, Spanned<&str>> = HashMap::new();
    for folder in draft.capsules.iter().filter_map(|capsule| capsule.folder) {
        let first = *seen.entry(plain(folder.value)).or_insert(folder);
        if first.span != folder.span {
            log.push(fault::same_package(first, folder));
        }
    }
}

/// The path without what leads nowhere.
fn plain(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| *part != Component::CurDir).collect()
}

/// Who has a say in a system without capsules. Not worth a word while something else is wrong.
fn report_unused(draft: &SystemDraft, log: &mut Diagnostics) {
    let Some(process_ids) = draft.process_ids else { return };
    if draft.capsules.is_empty() && !log.has_errors() {
        log.push(fault::no_process_ids(process_ids));
    }
}

fn owners(draft: &SystemDraft, capsule: &CapsuleDraft, log: &mut Diagnostics) -> Vec<usize> {
    let mut seen: HashMap<usize, Spanned<&str>> = HashMap::new();
    let mut owners = Vec::new();
    for owner in &capsule.owners {
        let Some(process) = find_process(draft, *owner, log) else { continue };
        let first = *seen.entry(process).or_insert(*owner);
        if first.span == owner.span {
            owners.push(process);
        } else {
            log.push(fault::owner_twice(first, *owner));
        }
    }
    owners
}
