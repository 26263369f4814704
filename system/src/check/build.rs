//! From drafts without errors to the model.
//!
//! Everything that the model needs is there once no error was reported, but the types cannot say so.
//! `None` from here would therefore mean a check that forgot to report; it never becomes a panic.

use super::channels::Links;
use super::threads::ThreadPlace;
use crate::declarations::{
    AppDraft, Name, ObjectDraft, ObjectDraftKind, ProcessDraft, SystemDraft,
};
use crate::model::{
    App, Constant, DEFAULT_BADGE, DEFAULT_MAX_TRANSFER_BYTES, DEFAULT_PRIORITY,
    DEFAULT_THREAD_NAME, Object, ObjectKind, Process, System, Thread,
};

/// The model of `draft`, with `threads` for each process and its channels joined by `links`.
pub(super) fn system(
    draft: SystemDraft,
    threads: Vec<Vec<ThreadPlace>>,
    links: &Links,
) -> Option<System> {
    let processes = draft.processes.into_iter().zip(threads).enumerate();
    Some(System {
        apps: draft.apps.into_iter().map(app).collect::<Option<_>>()?,
        processes: processes
            .map(|(index, (draft, threads))| process(index, draft, &threads, links))
            .collect::<Option<_>>()?,
        max_transfer_bytes: draft.max_transfer_bytes.unwrap_or(DEFAULT_MAX_TRANSFER_BYTES),
        boards: draft.boards,
    })
}

fn owned(name: Name) -> Option<String> {
    Some(name?.value.to_owned())
}

fn app(draft: AppDraft) -> Option<App> {
    let constant = |name: Name, value| Some(Constant { name: owned(name)?, value });
    Some(App {
        name: owned(draft.name)?,
        flash_size_bytes: draft.flash_size_bytes,
        ram_size_bytes: draft.ram_size_bytes,
        constants: draft
            .constants
            .into_iter()
            .map(|draft| constant(draft.name, draft.value?))
            .collect::<Option<_>>()?,
    })
}

fn process(
    index: usize,
    draft: ProcessDraft,
    threads: &[ThreadPlace],
    links: &Links,
) -> Option<Process> {
    let priority = draft.priority.unwrap_or(DEFAULT_PRIORITY);
    let objects = draft.objects.iter().enumerate();
    Some(Process {
        name: owned(draft.name)?,
        app: draft.app,
        priority,
        may_shutdown: draft.may_shutdown.unwrap_or(true),
        ram_size_bytes: draft.ram_size_bytes,
        program: draft.program,
        objects: objects
            .map(|(handle, draft)| object(index, handle, draft, threads, links))
            .collect::<Option<_>>()?,
        threads: threads.iter().map(|place| thread(place, priority)).collect::<Option<_>>()?,
    })
}

fn object(
    process: usize,
    handle: usize,
    draft: &ObjectDraft,
    threads: &[ThreadPlace],
    links: &Links,
) -> Option<Object> {
    let other_end = links.other_end(process, handle);
    let kind = match draft.kind {
        ObjectDraftKind::ChannelInitiator { badge, default_deadline_ms, .. } => {
            let badge = badge.unwrap_or(DEFAULT_BADGE);
            ObjectKind::ChannelInitiator { handler: other_end?, badge, default_deadline_ms }
        }
        ObjectDraftKind::ChannelHandler => ObjectKind::ChannelHandler { initiator: other_end },
        ObjectDraftKind::Thread(_) => ObjectKind::Thread {
            thread: threads.iter().position(|place| place.object == Some(handle))?,
        },
        ObjectDraftKind::Unusable => return None,
    };
    Some(Object { name: owned(draft.name)?, kind })
}

fn thread(place: &ThreadPlace, default_priority: u8) -> Option<Thread> {
    let Some(draft) = &place.draft else {
        return Some(Thread {
            name: DEFAULT_THREAD_NAME.to_owned(),
            priority: default_priority,
            stack_size_bytes: None,
        });
    };
    Some(Thread {
        name: owned(draft.name)?,
        priority: draft.priority.unwrap_or(default_priority),
        stack_size_bytes: draft.stack_size_bytes,
    })
}
