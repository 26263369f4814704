//! The objects that tell of pending upcalls (CP-6).

use crate::declarations::{ObjectDraft, ObjectDraftKind, SystemDraft};
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics};

/// Reports a second such object of a process, and one in a system in which nothing calls back.
pub(super) fn check(draft: &SystemDraft, log: &mut Diagnostics) {
    for process in &draft.processes {
        let mut names = process.objects.iter().filter_map(name);
        let Some(first) = names.next() else { continue };
        names.for_each(|second| log.push(twice(first, second)));
        // What is wrong may be the very list of capsules.
        if draft.capsules.is_empty() && !log.has_errors() {
            log.push(no_capsules(first));
        }
    }
}

/// The object's name, if it is such an object.
fn name<'t>(object: &ObjectDraft<'t>) -> Option<Spanned<&'t str>> {
    object.name.filter(|_| matches!(object.kind, ObjectDraftKind::Upcalls))
}

fn twice(first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    Diagnostic::error("a process has two objects of type `upcalls`")
        .at(second.span, "a second one")
        .also(first.span, "the first one")
        .note("each would tell of the same: that any upcall of the process is pending")
        .help("remove one of them; the other can be in several wait groups")
}

fn no_capsules(name: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("{} waits for upcalls that cannot come", quoted(name.value)))
        .at(name.span, "nothing will ever be pending here")
        .note("upcalls are scheduled by capsules, and the system has none")
        .help("name those that the process uses in `capsules`, beside `apps`, or remove the object")
}
