//! What can only be said by looking at several declarations at once, and the model that comes of it.

mod build;
mod capsules;
mod channels;
mod cycles;
mod devices;
mod endpoints;
mod lives;
mod peers;
mod queues;
mod references;
mod services;
mod threads;
mod unique;
mod upcalls;

use build::Joined;

use crate::declarations::{self, SystemDraft};
use crate::model::{MAX_PROCESSES, System};
use crate::tree::Value;
use crate::{Diagnostic, Diagnostics};

/// Checks the file whose values are `tree`; `None` if there is any error, all of which go to `log`.
/// What depends on the board is also checked for `board`, if that is given.
pub(crate) fn check(tree: &Value, board: Option<&str>, log: &mut Diagnostics) -> Option<System> {
    let draft = declarations::read(tree, log)?;
    count_processes(tree, &draft, log);
    unique::check(&draft, log);
    let threads: Vec<_> =
        draft.processes.iter().map(|process| threads::line_up(process, log)).collect();
    let owners = capsules::link(&draft, log);
    services::check(&draft, log);
    upcalls::check(&draft, log);
    queues::check(&draft, log);
    let links = channels::link(&draft, log);
    let receivers = endpoints::link(&draft, log);
    peers::check(&draft, &receivers, log);
    let linked = lives::link(&draft, log);
    let differences = devices::link(&draft, board, log);
    channels::report_unused(&draft, &links, log);
    endpoints::report_unused(&draft, &receivers, log);
    cycles::check(&draft, &links, &receivers, log);
    if log.has_errors() {
        return None;
    }
    build::system(draft, threads, Joined { links, receivers, linked, owners, differences })
}

/// A system without processes does nothing, and the number of a process is one byte.
fn count_processes(tree: &Value, draft: &SystemDraft, log: &mut Diagnostics) {
    let apps = tree.member("apps").map_or(tree.span, |apps| apps.key_span);
    if draft.processes.is_empty() && !log.has_errors() {
        log.push(
            Diagnostic::error("the system has no processes")
                .at(apps, "there is no process in any of these")
                .note("without a process nothing would ever run")
                .help("add one: `processes: [ { name: \"...\" } ]`"),
        );
    }
    if let Some(beyond) = draft.processes.get(MAX_PROCESSES) {
        log.push(
            Diagnostic::error(format!("the system has more than {MAX_PROCESSES} processes"))
                .at(beyond.span, format!("this is the {}th", MAX_PROCESSES + 1))
                .note(format!("there are {} in all apps together", draft.processes.len())),
        );
    }
}
