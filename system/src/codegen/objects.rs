//! The generated names of a process's objects, and of the processes that send to it.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::module::identifier;
use crate::model::{MemoryRights, Object, ObjectId, ObjectKind, System};
use crate::names::constant_name;
use crate::wording::enumerated;

/// The handles as numbers.
pub(super) fn handles(system: &System, process: usize) -> Option<TokenStream> {
    ids(system, process)
        .map(|(id, object)| {
            let name = identifier(&object.name)?;
            let number = Literal::u32_unsuffixed(u32::try_from(id.object).ok()?);
            let doc = format!(" The handle of {}", description(system, id, object));
            Some(quote! { #[doc = #doc] pub const #name: u32 = #number; })
        })
        .collect()
}

/// The objects of a process, with what names them in the whole system.
fn ids(system: &System, process: usize) -> impl Iterator<Item = (ObjectId, &Object)> {
    let objects = system.processes.get(process).map_or(&[][..], |process| &process.objects);
    objects.iter().enumerate().map(move |(object, found)| (ObjectId { process, object }, found))
}

/// The type of an object's handle.
struct HandleType {
    /// Its path, with which it is made.
    path: TokenStream,
    /// What stands behind the path where it is declared.
    parameters: TokenStream,
}

impl HandleType {
    fn plain(path: TokenStream) -> HandleType {
        HandleType { path, parameters: TokenStream::new() }
    }
}

/// The typed handles.
pub(super) fn objects(system: &System, process: usize) -> Option<TokenStream> {
    let typed = ids(system, process).filter_map(|(id, object)| {
        let handle_type = handle_type(system, object.kind)?;
        Some((id, object, handle_type))
    });
    typed
        .map(|(id, object, HandleType { path, parameters })| {
            let name = identifier(&object.name)?;
            let doc = format!(" A typed handle: {}", description(system, id, object));
            Some(quote! {
                #[doc = #doc]
                pub const #name: #path #parameters = #path::new(super::handle::#name);
            })
        })
        .collect()
}

/// The type of an object's handle, if it has one. Threads, processes, interrupts and shared memory have none:
/// their calls take numbers.
fn handle_type(system: &System, kind: ObjectKind) -> Option<HandleType> {
    match kind {
        ObjectKind::ChannelInitiator { .. } => {
            Some(HandleType::plain(quote! { ::userspace::channel::Initiator }))
        }
        ObjectKind::ChannelHandler => {
            Some(HandleType::plain(quote! { ::userspace::channel::Handler }))
        }
        ObjectKind::WaitGroup => {
            Some(HandleType::plain(quote! { ::userspace::wait_group::WaitGroup }))
        }
        ObjectKind::Upcalls => Some(HandleType::plain(quote! { ::userspace::upcall::Upcalls })),
        ObjectKind::Endpoint { max_message_bytes, .. } => {
            let longest = longest(max_message_bytes);
            let path = quote! { ::userspace::endpoint::Receiver };
            Some(HandleType { path, parameters: quote! { <#longest> } })
        }
        ObjectKind::EndpointSender { endpoint, may_send, may_call, .. } => {
            let longest = longest(max_message_bytes(system, endpoint)?);
            let rights = rights(may_send, may_call)?;
            let path = quote! { ::userspace::endpoint::Sender };
            let parameters = quote! { <#longest, ::userspace::endpoint::#rights> };
            Some(HandleType { path, parameters })
        }
        ObjectKind::SharedMemory { .. } => {
            Some(HandleType::plain(quote! { ::userspace::shared_memory::SharedMemory }))
        }
        ObjectKind::Thread { .. } | ObjectKind::Process { .. } | ObjectKind::Interrupt { .. } => {
            None
        }
    }
}

/// The length of an endpoint's longest message, as the parameter of a type.
fn longest(max_message_bytes: u16) -> Literal {
    Literal::usize_unsuffixed(usize::from(max_message_bytes))
}

fn max_message_bytes(system: &System, endpoint: ObjectId) -> Option<u16> {
    match object(system, endpoint)?.kind {
        ObjectKind::Endpoint { max_message_bytes, .. } => Some(max_message_bytes),
        ObjectKind::ChannelInitiator { .. }
        | ObjectKind::ChannelHandler
        | ObjectKind::Thread { .. }
        | ObjectKind::Process { .. }
        | ObjectKind::WaitGroup
        | ObjectKind::Upcalls
        | ObjectKind::Interrupt { .. }
        | ObjectKind::EndpointSender { .. }
        | ObjectKind::SharedMemory { .. } => None,
    }
}

/// The type that stands for what a sender may do. The file gives every sender a right.
fn rights(may_send: bool, may_call: bool) -> Option<Ident> {
    match (may_send, may_call) {
        (true, true) => identifier("MaySendAndCall"),
        (true, false) => identifier("MaySend"),
        (false, true) => identifier("MayCall"),
        (false, false) => None,
    }
}

/// The numbers of the processes that send to this one, counted from 1 in the order of the file (EP-9), and
/// those of the others that share memory with it, counted from 0 (SH-3).
///
/// One process can be both; then its constant is the number of EP-9, because a name cannot stand for two, and
/// one less is the other.
pub(super) fn peers(system: &System, process: usize) -> Option<TokenStream> {
    let senders = system.peers_of(process);
    let sharers = system.sharing_peers_of(process);
    let all: BTreeSet<usize> = senders.union(&sharers).copied().collect();
    let peer = |peer: usize| {
        let declared = &system.processes.get(peer)?.name;
        let name = identifier(&constant_name(declared))?;
        let number = Literal::u32_unsuffixed(u32::try_from(peer).ok()?.checked_add(1)?);
        let doc = match senders.contains(&peer) {
            true => format!(" The process `{declared}`."),
            false => format!(" The process `{declared}`, which shares memory with this one."),
        };
        Some(quote! { #[doc = #doc] pub const #name: u32 = #number; })
    };
    all.into_iter().map(peer).collect()
}

/// What an object is, as the end of a sentence.
fn description(system: &System, id: ObjectId, object: &Object) -> String {
    let process = system.processes.get(id.process);
    match object.kind {
        ObjectKind::ChannelInitiator { handler, .. } => {
            format!("the initiator of a channel to {}.", place(system, handler))
        }
        ObjectKind::ChannelHandler => match places(system, system.initiators_of(id)) {
            None => "the handler of a channel that no process has the other end of.".to_owned(),
            Some(ends) => format!("the handler of a channel from {ends}."),
        },
        ObjectKind::Thread { thread } => {
            let thread = process.and_then(|process| process.threads.get(thread));
            let name = thread.map(|thread| thread.name.as_str()).unwrap_or_default();
            format!("the thread `{name}`.")
        }
        ObjectKind::WaitGroup => "a wait group.".to_owned(),
        ObjectKind::Upcalls => "what tells that upcalls are pending.".to_owned(),
        ObjectKind::Interrupt { interrupt } => {
            let interrupt = process.and_then(|process| process.interrupts.get(interrupt));
            let lines = interrupt.map(|interrupt| &interrupt.lines[..]);
            let names = lines.unwrap_or_default().iter().map(|line| line.name.as_str());
            format!("the interrupt lines {}.", enumerated(names))
        }
        ObjectKind::Endpoint { capacity, max_message_bytes } => {
            let senders = places(system, system.senders_of(id));
            let senders = senders.unwrap_or("no process".to_owned());
            format!(
                "an endpoint (`capacity` {capacity}, `max_message_bytes` {max_message_bytes}) that \
                 receives from {senders}."
            )
        }
        ObjectKind::EndpointSender { endpoint, may_send, may_call, .. } => {
            let rights = match (may_send, may_call) {
                (true, true) => "send and call",
                (true, false) => "send",
                (false, true) => "call",
                (false, false) => "do nothing",
            };
            format!("a sender to the endpoint {}, which may {rights}.", place(system, endpoint))
        }
        ObjectKind::SharedMemory { region, rights } => shared_memory(system, id, region, rights),
        ObjectKind::Process { process } => {
            let process = system.processes.get(process);
            let name = process.map(|process| process.name.as_str()).unwrap_or_default();
            format!("the process `{name}`.")
        }
    }
}

/// What a process's part in shared memory is, as the end of a sentence.
fn shared_memory(system: &System, id: ObjectId, region: usize, rights: MemoryRights) -> String {
    let Some(region) = system.shared_memory.get(region) else { return String::new() };
    let access = match rights {
        MemoryRights::Read => "read",
        MemoryRights::ReadWrite => "read and write",
    };
    let others = region.sharers.iter().filter(|sharer| sharer.process != id.process);
    let names = others.filter_map(|sharer| Some(&*system.processes.get(sharer.process)?.name));
    let names = enumerated(names);
    let bytes = region.size_bytes;
    let with = if names.is_empty() { names } else { format!(", shared with {names}") };
    format!("{bytes} bytes of shared memory to {access}{with}.")
}

fn object(system: &System, id: ObjectId) -> Option<&Object> {
    system.processes.get(id.process)?.objects.get(id.object)
}

/// All of `ids`, with "and" between them, if there is one.
fn places(system: &System, ids: impl Iterator<Item = ObjectId>) -> Option<String> {
    let places: Vec<String> = ids.map(|id| place(system, id)).collect();
    (!places.is_empty()).then(|| places.join(" and "))
}

fn place(system: &System, id: ObjectId) -> String {
    let process = system.processes.get(id.process);
    format!(
        "`{}` of process `{}`",
        object(system, id).map(|object| object.name.as_str()).unwrap_or_default(),
        process.map(|process| process.name.as_str()).unwrap_or_default(),
    )
}
