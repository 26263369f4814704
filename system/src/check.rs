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
mod shared_memory;
mod threads;
mod unique;
mod upcalls;

use build::Joined;

use crate::boards;
use crate::declarations::{self, SystemDraft};
use crate::model::{MAX_PROCESSES, System};
use crate::tree::Value;
use crate::{Diagnostic, Diagnostics};

/// What a file is read for, which says on which boards it must be right beside those that it names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'b> {
    /// To say what is wrong with it.
    Check,
    /// To build it for this board.
    Build(&'b str),
    /// To generate from it while something is built.
    Generate,
}

impl<'b> Purpose<'b> {
    /// The board on which lines and devices must be right.
    fn board(self) -> Option<&'b str> {
        match self {
            Purpose::Build(board) => Some(board),
            Purpose::Check | Purpose::Generate => None,
        }
    }

    /// The board that must be able to express shared memory.
    fn board_of_sizes(self) -> Option<&'b str> {
        match self {
            Purpose::Build(board) => Some(board),
            // There every system runs that has no devices.
            Purpose::Check => Some(boards::LINUX),
            Purpose::Generate => None,
        }
    }
}

/// Checks the file whose values are `tree`; `None` if there is any error, all of which go to `log`.
pub(crate) fn check(tree: &Value, purpose: Purpose<'_>, log: &mut Diagnostics) -> Option<System> {
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
    let shared_memory = shared_memory::link(&draft, purpose.board_of_sizes(), log);
    peers::check(&draft, &receivers, &shared_memory, log);
    let linked = lives::link(&draft, log);
    let differences = devices::link(&draft, purpose.board(), log);
    channels::report_unused(&draft, &links, log);
    endpoints::report_unused(&draft, &receivers, log);
    cycles::check(&draft, &links, &receivers, log);
    if log.has_errors() {
        return None;
    }
    build::system(
        draft,
        threads,
        Joined { links, receivers, linked, owners, shared_memory, differences },
    )
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
