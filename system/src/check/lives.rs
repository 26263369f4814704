//! Who starts a process, who watches it, and what happens when it has ended (PR-3, PR-5).

use std::collections::HashMap;

use super::references::{find_process, objects};
use crate::declarations::{ObjectDraftKind, ProcessDraft, SystemDraft};
use crate::model::ObjectId;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics};

/// The process that each process object stands for.
pub(super) type Linked = HashMap<ObjectId, usize>;

/// Finds the process of each process object; what cannot be found or makes no sense goes to `log`.
pub(super) fn link(draft: &SystemDraft, log: &mut Diagnostics) -> Linked {
    let mut linked = Linked::new();
    for (id, object) in objects(draft) {
        if let ObjectDraftKind::Process { linked_process: Some(name) } = object.kind
            && let Some(found) = find_process(draft, name, log)
        {
            linked.insert(id, found);
        }
    }
    for (index, process) in draft.processes.iter().enumerate() {
        report_unstartable(process, linked.values().any(|found| *found == index), log);
        report_unused(process, log);
    }
    linked
}

/// A process that another one is to start, when none can. Not worth a word while something else is
/// wrong, which may well be the reason.
fn report_unstartable(process: &ProcessDraft, is_linked: bool, log: &mut Diagnostics) {
    let Some(start) = process.start.filter(|start| start.value == "manual") else {
        return;
    };
    if is_linked || log.has_errors() {
        return;
    }
    let name = process.name.map(|name| quoted(name.value)).unwrap_or_default();
    log.push(
        Diagnostic::warning(format!("the process {name} can never be started"))
            .at(start.span, "it waits for another process to start it")
            .note("a process is started through an object of type `process`, and none stands for this one")
            .help("declare one in another process: `{ type: \"process\", name: \"...\", linked_process: \"...\" }`"),
    );
}

/// Words about restarts of a process that has none.
fn report_unused(process: &ProcessDraft, log: &mut Diagnostics) {
    let is_restarted = process.restart.is_some_and(|restart| restart.value != "never");
    for key in &process.restart_keys {
        let reason = match key.value {
            _ if !is_restarted => "the process is never restarted",
            "on_give_up" if process.max_restarts.is_none() => "the process is restarted for ever",
            _ => continue,
        };
        let (missing, example) = if is_restarted {
            ("a bound", "`max_restarts: ...`")
        } else {
            ("a policy", "`restart: \"on_fault\"`")
        };
        log.push(
            Diagnostic::warning(format!("`{}` has no effect", key.value))
                .at(key.span, reason)
                .note(format!("it means something only together with {missing}"))
                .help(format!("add {example}, or remove it")),
        );
    }
}
