//! Which threads a process has, and which of them is the main one.
//!
//! The file knows two forms. In the earlier one `threads` lists them and the first runs the process's
//! entry. In the later one threads are objects, and the main one says `main_thread: true`. A process
//! may mix them; a process that names no main thread by either form has one of its own, with
//! defaults, so that a process needs no threads in the file at all.

use crate::declarations::{ObjectDraftKind, ProcessDraft, ThreadDraft};
use crate::model::MAX_THREADS;
use crate::wording::quoted;
use crate::{Diagnostic, Diagnostics, Span};

/// A thread in its final place.
#[derive(Debug)]
pub(super) struct ThreadPlace<'t> {
    /// What was declared; `None` for a main thread that was not.
    pub(super) draft: Option<ThreadDraft<'t>>,
    /// The index of the object that stands for it, if one does.
    pub(super) object: Option<usize>,
}

/// The threads of `process`, the main thread first, the others in the order of the file with the
/// entries of `threads` before the objects.
pub(super) fn line_up<'t>(
    process: &ProcessDraft<'t>,
    log: &mut Diagnostics,
) -> Vec<ThreadPlace<'t>> {
    report_second_main(process, log);
    report_unstartable(process, log);
    let listed = process
        .threads
        .iter()
        .map(|thread| ThreadPlace { draft: Some(thread.clone()), object: None });
    let mut places: Vec<_> = listed.chain(thread_objects(process)).collect();
    let main = places
        .iter()
        .position(|place| place.draft.as_ref().is_some_and(|draft| draft.main_span.is_some()));
    match main {
        Some(main) => places[..=main].rotate_right(1),
        None if process.threads.is_empty() => {
            places.insert(0, ThreadPlace { draft: None, object: None })
        }
        None => {}
    }
    if places.len() > MAX_THREADS {
        log.push(too_many(process, places.len()));
    }
    places
}

fn thread_objects<'t>(process: &ProcessDraft<'t>) -> impl Iterator<Item = ThreadPlace<'t>> {
    process.objects.iter().enumerate().filter_map(|(index, object)| match &object.kind {
        ObjectDraftKind::Thread(thread) => {
            Some(ThreadPlace { draft: Some(thread.clone()), object: Some(index) })
        }
        ObjectDraftKind::ChannelInitiator { .. }
        | ObjectDraftKind::ChannelHandler { .. }
        | ObjectDraftKind::Process { .. }
        | ObjectDraftKind::WaitGroup
        | ObjectDraftKind::Upcalls
        | ObjectDraftKind::Endpoint(_)
        | ObjectDraftKind::EndpointSender(_)
        | ObjectDraftKind::Interrupt { .. }
        | ObjectDraftKind::Unusable => None,
    })
}

/// The places that make a thread the main one.
fn main_claims(process: &ProcessDraft) -> Vec<Span> {
    let first = process.threads.first().and_then(|thread| thread.name).map(|name| name.span);
    let objects = thread_objects(process).filter_map(|place| place.draft?.main_span);
    first.into_iter().chain(objects).collect()
}

fn report_second_main(process: &ProcessDraft, log: &mut Diagnostics) {
    let claims = main_claims(process);
    let [first, second, ..] = claims[..] else {
        return;
    };
    log.push(
        Diagnostic::error("a process has two main threads")
            .at(second, "a second main thread")
            .also(first, "already the main thread")
            .note("the main thread runs the process's entry; it is the first of `threads`, or the object with `main_thread: true`")
            .help("keep `main_thread: true` at one thread, and no `threads` beside it"),
    );
}

/// A thread is started through its handle, and an entry of `threads` has none.
fn report_unstartable(process: &ProcessDraft, log: &mut Diagnostics) {
    for name in process.threads.iter().skip(1).filter_map(|thread| thread.name) {
        log.push(
            Diagnostic::warning(format!("the thread {} can never be started", quoted(name.value)))
                .at(name.span, "no handle leads to this thread")
                .note("the first of `threads` runs the process's entry; another is started through its handle, and only objects have handles")
                .help("declare it in `objects`: `{ type: \"thread\", name: \"...\" }`"),
        );
    }
}

fn too_many(process: &ProcessDraft, count: usize) -> Diagnostic {
    let span = process.name.map_or(process.span, |name| name.span);
    Diagnostic::error(format!("a process has more than {MAX_THREADS} threads"))
        .at(span, format!("this process has {count}"))
        .note("entries of `threads`, objects of type `thread` and a main thread that is not declared count together")
}
