//! From drafts without errors to the model.
//!
//! Everything that the model needs is there once no error was reported, but the types cannot say so.
//! `None` from here would therefore mean a check that forgot to report; it never becomes a panic.

use super::capsules::Owners;
use super::channels::Links;
use super::devices::Differences;
use super::endpoints::Receivers;
use super::lives::Linked;
use super::threads::ThreadPlace;
use crate::declarations::{
    AppDraft, CapsuleDraft, EndpointDraft, IrqDraft, MappingDraft, Name, ObjectDraft,
    ObjectDraftKind, ProcessDraft, SenderDraft, SystemDraft,
};
use crate::model::{
    App, BuiltIn, Capsule, Constant, DEFAULT_BADGE, DEFAULT_MAX_TRANSFER_BYTES, DEFAULT_PRIORITY,
    DEFAULT_THREAD_NAME, Grant, Interrupt, Line, Mapping, Object, ObjectId, ObjectKind, OnGiveUp,
    Origin, Process, Restart, RestartWhen, SharedRegion, System, Thread,
};

/// What the names of the draft stand for.
pub(super) struct Joined {
    /// The handler of each initiator.
    pub(super) links: Links,
    /// The endpoint of each sender.
    pub(super) receivers: Receivers,
    /// The process of each process object.
    pub(super) linked: Linked,
    /// The owners of each capsule.
    pub(super) owners: Owners,
    /// The regions of shared memory.
    pub(super) shared_memory: Vec<SharedRegion>,
    /// What differs on some boards.
    pub(super) differences: Differences,
}

/// The model of `draft`, with `threads` for each process and its names `joined`.
pub(super) fn system(
    draft: SystemDraft,
    threads: Vec<Vec<ThreadPlace>>,
    joined: Joined,
) -> Option<System> {
    let processes = draft.processes.into_iter().zip(threads).enumerate();
    Some(System {
        apps: draft.apps.into_iter().map(app).collect::<Option<_>>()?,
        processes: processes
            .map(|(index, (draft, threads))| process(index, draft, &threads, &joined))
            .collect::<Option<_>>()?,
        max_transfer_bytes: draft
            .max_transfer_bytes
            .map_or(DEFAULT_MAX_TRANSFER_BYTES, |declared| declared.value),
        capsules: (draft.capsules.into_iter().zip(joined.owners))
            .map(|(draft, owners)| capsule(&draft, owners))
            .collect::<Option<_>>()?,
        are_ids_global: draft.process_ids.is_some_and(|word| word.value == "global"),
        shared_memory: joined.shared_memory,
        boards: joined.differences,
    })
}

fn owned(name: Name) -> Option<String> {
    Some(name?.value.to_owned())
}

fn capsule(draft: &CapsuleDraft, owners: Vec<usize>) -> Option<Capsule> {
    let name = owned(draft.name)?;
    let grants = draft.grants.iter().map(|word| Grant::named(word.value));
    let origin = match draft.folder {
        None => Origin::BuiltIn(BuiltIn::named(&name)?),
        Some(folder) => Origin::Package {
            folder: folder.value.to_owned(),
            grants: grants.collect::<Option<_>>()?,
        },
    };
    Some(Capsule { name, origin, owners })
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
    joined: &Joined,
) -> Option<Process> {
    let priority = draft.priority.unwrap_or(DEFAULT_PRIORITY);
    let objects = draft.objects.iter().enumerate();
    Some(Process {
        name: owned(draft.name)?,
        app: draft.app,
        priority,
        starts_at_boot: draft.start.is_none_or(|start| start.value != "manual"),
        restart: restart(&draft),
        may_shutdown: draft.may_shutdown.unwrap_or(true),
        ram_size_bytes: draft.ram_size_bytes,
        program: draft.program,
        objects: objects
            .map(|(object_index, each)| {
                let id = ObjectId { process: index, object: object_index };
                object(id, each, &draft.objects, threads, joined)
            })
            .chain(shared_objects(index, &joined.shared_memory).map(Some))
            .collect::<Option<_>>()?,
        interrupts: interrupts(&draft.objects)?,
        mappings: mappings(&draft.mappings)?,
        services: draft.services.iter().map(|name| name.value.to_owned()).collect(),
        threads: threads.iter().map(|place| thread(place, priority)).collect::<Option<_>>()?,
    })
}

/// What the words of the file say about restarts; the schema knows no others.
fn restart(draft: &ProcessDraft) -> Restart {
    Restart {
        when: match draft.restart.map(|word| word.value) {
            Some("on_fault") => RestartWhen::OnFault,
            Some("always") => RestartWhen::Always,
            Some(_) | None => RestartWhen::Never,
        },
        delay_ms: draft.restart_delay_ms.unwrap_or_default(),
        max_restarts: draft.max_restarts,
        on_give_up: match draft.on_give_up.map(|word| word.value) {
            Some("shutdown") => OnGiveUp::Shutdown,
            Some("reset_board") => OnGiveUp::ResetBoard,
            Some(_) | None => OnGiveUp::Stop,
        },
    }
}

/// The object with this id, one of `all` of its process.
fn object(
    id: ObjectId,
    draft: &ObjectDraft,
    all: &[ObjectDraft],
    threads: &[ThreadPlace],
    joined: &Joined,
) -> Option<Object> {
    let kind = match draft.kind {
        ObjectDraftKind::ChannelInitiator { badge, default_deadline_ms, .. } => {
            let badge = badge.map_or(DEFAULT_BADGE, |badge| badge.value);
            let handler = joined.links.handler(id)?;
            ObjectKind::ChannelInitiator { handler, badge, default_deadline_ms }
        }
        ObjectDraftKind::ChannelHandler { .. } => ObjectKind::ChannelHandler,
        ObjectDraftKind::Thread(_) => ObjectKind::Thread {
            thread: threads.iter().position(|place| place.object == Some(id.object))?,
        },
        ObjectDraftKind::Process { .. } => {
            ObjectKind::Process { process: *joined.linked.get(&id)? }
        }
        ObjectDraftKind::WaitGroup => ObjectKind::WaitGroup,
        ObjectDraftKind::Upcalls => ObjectKind::Upcalls,
        ObjectDraftKind::Interrupt { .. } => {
            ObjectKind::Interrupt { interrupt: interrupt_objects(all.get(..id.object)?).count() }
        }
        ObjectDraftKind::Endpoint(EndpointDraft { capacity, max_message_bytes }) => {
            let (capacity, max_message_bytes) = (capacity?.value, max_message_bytes?.value);
            ObjectKind::Endpoint { capacity, max_message_bytes }
        }
        ObjectDraftKind::EndpointSender(SenderDraft { badge, may_send, may_call, .. }) => {
            let endpoint = *joined.receivers.get(&id)?;
            let badge = badge.map_or(DEFAULT_BADGE, |badge| badge.value);
            ObjectKind::EndpointSender { endpoint, badge, may_send, may_call }
        }
        ObjectDraftKind::Unusable => return None,
    };
    Some(Object { name: owned(draft.name)?, kind })
}

/// The objects of a process that stand for its parts in shared memory.
fn shared_objects(process: usize, regions: &[SharedRegion]) -> impl Iterator<Item = Object> {
    let numbered = regions.iter().enumerate();
    numbered.filter_map(move |(region, declared)| {
        let sharer = declared.sharers.iter().find(|sharer| sharer.process == process)?;
        let kind = ObjectKind::SharedMemory { region, rights: sharer.rights };
        Some(Object { name: declared.name.clone(), kind })
    })
}

/// The lines of each interrupt object, in the order of the objects.
fn interrupt_objects<'d, 't>(
    objects: &'d [ObjectDraft<'t>],
) -> impl Iterator<Item = &'d Vec<IrqDraft<'t>>> {
    objects.iter().filter_map(|object| match &object.kind {
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
    })
}

fn interrupts(objects: &[ObjectDraft]) -> Option<Vec<Interrupt>> {
    let interrupt = |irqs: &Vec<IrqDraft>| {
        let lines = irqs.iter().map(|line| {
            Some(Line { name: owned(line.name)?, number: line.number.map(|number| number.value) })
        });
        Some(Interrupt { lines: lines.collect::<Option<_>>()? })
    };
    interrupt_objects(objects).map(interrupt).collect()
}

/// The mappings of a process, of its own or on a board.
pub(super) fn mappings(drafts: &[MappingDraft]) -> Option<Vec<Mapping>> {
    let mapping = |draft: &MappingDraft| {
        let (start_address, size_bytes) = (draft.start_address?, draft.size_bytes?);
        Some(Mapping { name: owned(draft.name)?, start_address, size_bytes })
    };
    drafts.iter().map(mapping).collect()
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
