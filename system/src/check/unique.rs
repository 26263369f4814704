//! Names that must differ.

use std::collections::HashMap;

use crate::declarations::{Name, ObjectDraftKind, ProcessDraft, SystemDraft};
use crate::names::crate_name;
use crate::source::Spanned;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics};

/// A group of things whose names must differ.
struct Group {
    noun: &'static str,
    scope: &'static str,
    reason: &'static str,
}

const APPS: Group =
    Group { noun: "apps", scope: "in one system", reason: "reports name an app by its name alone" };
const PROCESSES: Group = Group {
    noun: "processes",
    scope: "in one system",
    reason: "a channel finds its handler by the process's name alone, whatever app it is in",
};
const CONSTANTS: Group = Group {
    noun: "constants",
    scope: "in one app",
    reason: "all of them become constants of one generated module",
};
const OBJECTS: Group = Group {
    noun: "objects",
    scope: "in one process",
    reason: "all of them become constants of one generated module",
};
const THREADS: Group = Group {
    noun: "threads",
    scope: "in one process",
    reason: "messages name a thread by its process and name",
};

const LINES: Group = Group {
    noun: "interrupt lines",
    scope: "in one process",
    reason: "all of them become constants of one generated module",
};
const MAPPINGS: Group = Group {
    noun: "memory mappings",
    scope: "in one process",
    reason: "all of them become constants of one generated module",
};

/// Reports every name that stands for two things.
pub(super) fn check(draft: &SystemDraft, log: &mut Diagnostics) {
    differ(&APPS, draft.apps.iter().map(|app| app.name), str::to_owned, log);
    differ(&PROCESSES, draft.processes.iter().map(|process| process.name), crate_name, log);
    for app in &draft.apps {
        differ(&CONSTANTS, app.constants.iter().map(|constant| constant.name), str::to_owned, log);
    }
    for process in &draft.processes {
        differ(&OBJECTS, process.objects.iter().map(|object| object.name), str::to_owned, log);
        differ(&THREADS, thread_names(process).into_iter(), str::to_owned, log);
        differ(&LINES, line_names(process), str::to_owned, log);
        differ(&MAPPINGS, process.mappings.iter().map(|each| each.name), str::to_owned, log);
    }
    for process in draft.boards.iter().flat_map(|board| &board.processes) {
        let mappings = process.mappings.iter().flatten();
        differ(&MAPPINGS, mappings.map(|each| each.name), str::to_owned, log);
    }
}

/// The names of the lines of all interrupt objects of a process.
fn line_names<'d, 't>(
    process: &'d ProcessDraft<'t>,
) -> impl Iterator<Item = Name<'t>> + use<'d, 't> {
    let lines = process.objects.iter().filter_map(|object| match &object.kind {
        ObjectDraftKind::Interrupt { irqs } => Some(irqs),
        ObjectDraftKind::ChannelInitiator { .. }
        | ObjectDraftKind::ChannelHandler { .. }
        | ObjectDraftKind::Thread(_)
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
        | ObjectDraftKind::Upcalls
        | ObjectDraftKind::Endpoint(_)
        | ObjectDraftKind::EndpointSender(_)
        | ObjectDraftKind::Unusable => None,
    });
    lines.flatten().map(|line| line.name)
}

/// The names of a process's threads in both forms, except where two objects have the same name, which
/// is reported as such.
fn thread_names<'t>(process: &ProcessDraft<'t>) -> Vec<Name<'t>> {
    let mut names: Vec<_> = process.threads.iter().map(|thread| thread.name).collect();
    for object in &process.objects {
        let is_thread = matches!(object.kind, ObjectDraftKind::Thread(_));
        let is_listed = || process.threads.iter().any(|thread| same(thread.name, object.name));
        if is_thread && is_listed() {
            names.push(object.name);
        }
    }
    names
}

fn same(one: Name, other: Name) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.value == other.value)
}

/// Reports each of `names` that, made comparable by `key`, was there before.
fn differ<'t>(
    group: &Group,
    names: impl Iterator<Item = Name<'t>>,
    key: impl Fn(&str) -> String,
    log: &mut Diagnostics,
) {
    let mut seen: HashMap<String, Spanned<&str>> = HashMap::new();
    for name in names.flatten() {
        if let Some(first) = seen.get(&key(name.value)) {
            log.push(repeated(group, *first, name));
        } else {
            seen.insert(key(name.value), name);
        }
    }
}

fn repeated(group: &Group, first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    let Group { noun, scope, reason } = group;
    let diagnostic =
        Diagnostic::error(format!("two {noun} {scope} are called {}", quoted(second.value)))
            .at(second.span, "the name is used again here")
            .also(first.span, "first used here")
            .note(*reason);
    let diagnostic = if first.value == second.value {
        diagnostic
    } else {
        diagnostic.note("`-` and `_` are the same in the name of a Rust crate")
    };
    diagnostic.help("rename one of them")
}
