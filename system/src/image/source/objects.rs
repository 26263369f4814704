//! The kernel's descriptors of objects as Rust source.

use guichet_kernel::{
    EndpointDescriptor, HandlerDescriptor, InitiatorDescriptor, InterruptDescriptor, MemoryRights,
    Object, ReceiverDescriptor, SenderDescriptor, SharedRegionDescriptor, SharerDescriptor, Span,
    WaitGroupDescriptor,
};
use proc_macro2::TokenStream;
use quote::quote;

use super::index;

pub(super) fn object(object: &Object) -> TokenStream {
    match object {
        Object::ChannelHandler(end) => {
            let end = handler(end);
            quote! { kernel::Object::ChannelHandler(#end) }
        }
        Object::ChannelInitiator(end) => {
            let end = initiator(end);
            quote! { kernel::Object::ChannelInitiator(#end) }
        }
        Object::TimedInitiator { end, default_ticks } => {
            let end = initiator(end);
            quote! { kernel::Object::TimedInitiator { end: #end, default_ticks: #default_ticks } }
        }
        Object::Thread(thread) => {
            let thread = index("ThreadIndex", *thread);
            quote! { kernel::Object::Thread(#thread) }
        }
        Object::Process(process) => {
            let process = index("ProcessIndex", *process);
            quote! { kernel::Object::Process(#process) }
        }
        Object::WaitGroup(group) => {
            let group = wait_group(group);
            quote! { kernel::Object::WaitGroup(#group) }
        }
        Object::Interrupt(interrupt) => {
            let interrupt = index("InterruptIndex", *interrupt);
            quote! { kernel::Object::Interrupt(#interrupt) }
        }
        Object::EndpointReceiver(end) => {
            let end = receiver(end);
            quote! { kernel::Object::EndpointReceiver(#end) }
        }
        Object::EndpointSender(end) => {
            let end = sender(end);
            quote! { kernel::Object::EndpointSender(#end) }
        }
        Object::SharedMemory(part) => {
            let part = sharer(part);
            quote! { kernel::Object::SharedMemory(#part) }
        }
        Object::Upcalls { process, wait_list } => {
            let process = index("ProcessIndex", *process);
            let wait_list = index("WaitListIndex", *wait_list);
            quote! { kernel::Object::Upcalls { process: #process, wait_list: #wait_list } }
        }
    }
}

pub(super) fn shared_region(region: &SharedRegionDescriptor) -> TokenStream {
    let Span { start, end } = region.span;
    let first_sharer = index("SharerIndex", region.first_sharer);
    let sharers = region.sharers;
    quote! {
        kernel::SharedRegionDescriptor {
            span: kernel::Span { start: #start, end: #end },
            first_sharer: #first_sharer,
            sharers: #sharers,
        }
    }
}

pub(super) fn sharer(part: &SharerDescriptor) -> TokenStream {
    let number = index("SharerIndex", part.index);
    let region = index("SharedRegionIndex", part.region);
    let process = index("ProcessIndex", part.process);
    let wait_list = index("WaitListIndex", part.wait_list);
    let rights = match part.rights {
        MemoryRights::Read => quote! { kernel::MemoryRights::Read },
        MemoryRights::ReadWrite => quote! { kernel::MemoryRights::ReadWrite },
    };
    quote! {
        kernel::SharerDescriptor {
            index: #number,
            region: #region,
            process: #process,
            wait_list: #wait_list,
            rights: #rights,
            presence: kernel::SharingPresence,
        }
    }
}

pub(super) fn handler(end: &HandlerDescriptor) -> TokenStream {
    let number = index("HandlerIndex", end.index);
    let process = index("ProcessIndex", end.process);
    let wait_list = index("WaitListIndex", end.wait_list);
    quote! {
        kernel::HandlerDescriptor { index: #number, process: #process, wait_list: #wait_list }
    }
}

pub(super) fn initiator(end: &InitiatorDescriptor) -> TokenStream {
    let number = index("InitiatorIndex", end.index);
    let process = index("ProcessIndex", end.process);
    let handler = handler(&end.handler);
    let wait_list = index("WaitListIndex", end.wait_list);
    let badge = end.badge;
    quote! {
        kernel::InitiatorDescriptor {
            index: #number,
            process: #process,
            handler: #handler,
            wait_list: #wait_list,
            badge: #badge,
        }
    }
}

pub(super) fn wait_group(group: &WaitGroupDescriptor) -> TokenStream {
    let number = index("WaitGroupIndex", group.index);
    let wait_list = index("WaitListIndex", group.wait_list);
    quote! { kernel::WaitGroupDescriptor { index: #number, wait_list: #wait_list } }
}

pub(super) fn interrupt(declared: &InterruptDescriptor<'_>) -> TokenStream {
    let process = index("ProcessIndex", declared.process);
    let wait_list = index("WaitListIndex", declared.wait_list);
    let lines = declared.lines.iter().map(|line| {
        let number = line.number();
        quote! { kernel::InterruptLine::new(#number) }
    });
    quote! {
        kernel::InterruptDescriptor {
            process: #process,
            wait_list: #wait_list,
            lines: &[#(#lines),*],
        }
    }
}

fn receiver(end: &ReceiverDescriptor) -> TokenStream {
    let number = index("EndpointIndex", end.index);
    let process = index("ProcessIndex", end.process);
    let wait_list = index("WaitListIndex", end.wait_list);
    let blocked_list = index("WaitListIndex", end.blocked_list);
    let max_message_bytes = end.max_message_bytes;
    quote! {
        kernel::ReceiverDescriptor {
            index: #number,
            process: #process,
            wait_list: #wait_list,
            blocked_list: #blocked_list,
            max_message_bytes: #max_message_bytes,
            presence: kernel::Presence,
        }
    }
}

pub(super) fn endpoint(declared: &EndpointDescriptor) -> TokenStream {
    let receiver = receiver(&declared.receiver);
    let (capacity, first_byte) = (declared.capacity, declared.first_byte);
    let first_message = index("MessageIndex", declared.first_message);
    quote! {
        kernel::EndpointDescriptor {
            receiver: #receiver,
            capacity: #capacity,
            first_message: #first_message,
            first_byte: #first_byte,
        }
    }
}

pub(super) fn sender(end: &SenderDescriptor) -> TokenStream {
    let receiver = receiver(&end.receiver);
    let process = index("ProcessIndex", end.process);
    let wait_list = index("WaitListIndex", end.wait_list);
    let SenderDescriptor { badge, may_send, may_call, .. } = end;
    quote! {
        kernel::SenderDescriptor {
            receiver: #receiver,
            process: #process,
            wait_list: #wait_list,
            badge: #badge,
            may_send: #may_send,
            may_call: #may_call,
        }
    }
}
