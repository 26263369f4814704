//! What is said of names that refer to nothing.

use super::End;
use crate::Diagnostic;
use crate::declarations::{ProcessDraft, SystemDraft};
use crate::similar::nearest;
use crate::source::Spanned;
use crate::wording::{enumerated, quoted};

/// The most names that a hint lists.
const MAX_LISTED: usize = 8;

/// A process that does not exist.
pub(super) fn no_process(draft: &SystemDraft, sought: Spanned<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("there is no process {}", quoted(sought.value)))
        .at(sought.span, "no process of the system has this name");
    let names = || draft.processes.iter().filter_map(|process| process.name).map(|name| name.value);
    let advice = Advice {
        similar: "a process with a similar name exists",
        list: "the processes are",
        none: "declare it in `processes`: `{ name: \"...\" }`",
    };
    advised(diagnostic, sought, &advice, names)
}

/// An `end` that does not exist in the process `target`.
pub(super) fn no_object(target: &ProcessDraft, sought: Spanned<&str>, end: &End) -> Diagnostic {
    let process = target.name.map(|name| quoted(name.value)).unwrap_or_default();
    let mut diagnostic =
        Diagnostic::error(format!("the process {process} has no object {}", quoted(sought.value)))
            .at(sought.span, "no object there has this name");
    if let Some(name) = target.name {
        diagnostic = diagnostic.also(name.span, "the process is declared here");
    }
    let ends = || target.objects.iter().filter(|object| (end.is_it)(&object.kind));
    let names = || ends().filter_map(|object| object.name).map(|name| name.value);
    let End { noun, plural, example, .. } = end;
    let advice = Advice {
        similar: &format!("{noun} with a similar name exists"),
        list: &format!("its {plural} are"),
        none: &format!("declare one there: `{example}`"),
    };
    advised(diagnostic, sought, &advice, names)
}

/// What is said beside names that might have been meant.
struct Advice<'a> {
    /// Where one is similar.
    similar: &'a str,
    /// Where none is: what comes before all of them.
    list: &'a str,
    /// Where there are none at all.
    none: &'a str,
}

/// Suggests the nearest of `names`, or lists them.
fn advised<'a, I: Iterator<Item = &'a str>>(
    diagnostic: Diagnostic,
    sought: Spanned<&str>,
    advice: &Advice,
    names: impl Fn() -> I,
) -> Diagnostic {
    if let Some(name) = nearest(sought.value, names()) {
        return diagnostic.suggest(sought.span, format!("\"{name}\""), advice.similar);
    }
    let listed = enumerated(names().take(MAX_LISTED));
    let more = if names().nth(MAX_LISTED).is_some() { ", ..." } else { "" };
    if listed.is_empty() {
        diagnostic.help(advice.none)
    } else {
        diagnostic.help(format!("{} {listed}{more}", advice.list))
    }
}
