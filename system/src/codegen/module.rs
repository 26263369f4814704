//! The generated modules, as tokens.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::model::{Constant, ConstantValue, Object, ObjectId, ObjectKind, Process, System};
use crate::names::crate_name;
use crate::wording::enumerated;

/// The module of a system called `name`, with a module for each process.
pub(super) fn system(name: &str, system: &System) -> Option<TokenStream> {
    let module = identifier(&crate_name(name))?;
    let doc = format!(" The system `{name}`.");
    let processes = (0..system.processes.len())
        .map(|index| {
            let process_name = &system.processes[index].name;
            let module = identifier(&crate_name(process_name))?;
            let content = process(system, index)?;
            let doc = format!(" The process `{process_name}`.");
            Some(quote! { #[doc = #doc] pub mod #module { #content } })
        })
        .collect::<Option<TokenStream>>()?;
    Some(quote! { #[doc = #doc] pub mod #module { #processes } })
}

/// The modules of the process with the index `index`, with nothing around them.
pub(super) fn process(system: &System, index: usize) -> Option<TokenStream> {
    let process = system.processes.get(index)?;
    let app = system.apps.get(process.app)?;
    let handles = handles(system, index)?;
    let objects = objects(system, index)?;
    let constants = app.constants.iter().map(constant).collect::<Option<TokenStream>>()?;
    Some(
        [
            module(
                "handle",
                " The handles of the process's objects, for calls that take a number.",
                &handles,
            )?,
            module(
                "object",
                " The process's objects as values whose types know what can be done with them.",
                &objects,
            )?,
            module("signals", " The signals of the process's interrupts.", &signals(process)?)?,
            module("constants", " The constants that the app declares.", &constants)?,
            module(
                "mapping",
                " The addresses of the process's memory mappings.",
                &mappings(process)?,
            )?,
        ]
        .into_iter()
        .collect(),
    )
}

/// A public module. Names come from the file and need not be in capitals.
fn module(name: &str, doc: &str, content: &TokenStream) -> Option<TokenStream> {
    let name = identifier(name)?;
    Some(quote! {
        #[doc = #doc]
        #[allow(non_upper_case_globals)]
        pub mod #name { #content }
    })
}

fn handles(system: &System, process: usize) -> Option<TokenStream> {
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

/// The typed handles. Threads, processes and interrupts have none: their calls take numbers.
fn objects(system: &System, process: usize) -> Option<TokenStream> {
    let typed = ids(system, process).filter_map(|(id, object)| {
        let type_name = match object.kind {
            ObjectKind::ChannelInitiator { .. } => "Initiator",
            ObjectKind::ChannelHandler => "Handler",
            ObjectKind::WaitGroup => {
                return Some((id, object, "wait_group", "WaitGroup"));
            }
            ObjectKind::Thread { .. }
            | ObjectKind::Process { .. }
            | ObjectKind::Interrupt { .. } => return None,
        };
        Some((id, object, "channel", type_name))
    });
    typed
        .map(|(id, object, module_name, type_name)| {
            let module_name = identifier(module_name)?;
            let name = identifier(&object.name)?;
            let type_name = identifier(type_name)?;
            let doc = format!(" A typed handle: {}", description(system, id, object));
            Some(quote! {
                #[doc = #doc]
                pub const #name: ::userspace::#module_name::#type_name =
                    ::userspace::#module_name::#type_name::new(super::handle::#name);
            })
        })
        .collect()
}

/// The signal of each interrupt line (PR-8).
fn signals(process: &Process) -> Option<TokenStream> {
    let lines = process.interrupts.iter().flat_map(|interrupt| interrupt.lines.iter().zip(0u8..));
    lines
        .map(|(line, place)| {
            let name = identifier(&line.name)?;
            let signal =
                identifier(&format!("INTERRUPT_{}", char::from(b'A'.checked_add(place)?)))?;
            let doc = match line.number {
                Some(number) => format!(" The signal of interrupt line {number}."),
                None => {
                    " The signal of an interrupt line that this board does not have.".to_owned()
                }
            };
            Some(quote! {
                #[doc = #doc]
                pub const #name: ::userspace::syscall::Signals =
                    ::userspace::syscall::Signals::#signal;
            })
        })
        .collect()
}

/// Where the process finds its devices.
fn mappings(process: &Process) -> Option<TokenStream> {
    let mappings = process.mappings.iter();
    mappings
        .map(|mapping| {
            let name = identifier(&mapping.name)?;
            let start = identifier(&format!("{}_START_ADDRESS", mapping.name))?;
            let size = identifier(&format!("{}_SIZE_BYTES", mapping.name))?;
            let doc = format!(" The registers of `{}`.", mapping.name);
            let start_doc = format!(" Where the registers of `{}` begin.", mapping.name);
            let size_doc = format!(" How many bytes the registers of `{}` are.", mapping.name);
            let (address, bytes) = (mapping.start_address, mapping.size_bytes);
            let address = syn::parse_str::<Literal>(&format!("{address:#x}")).ok()?;
            let bytes = Literal::u32_unsuffixed(bytes);
            Some(quote! {
                #[doc = #doc]
                pub const #name: ::userspace::register::Mapping =
                    ::userspace::private::mapping(#start, #size);
                #[doc = #start_doc]
                pub const #start: usize = #address;
                #[doc = #size_doc]
                pub const #size: usize = #bytes;
            })
        })
        .collect()
}

/// What an object is, as the end of a sentence.
fn description(system: &System, id: ObjectId, object: &Object) -> String {
    let process = system.processes.get(id.process);
    match object.kind {
        ObjectKind::ChannelInitiator { handler, .. } => {
            format!("the initiator of a channel to {}.", place(system, handler))
        }
        ObjectKind::ChannelHandler => {
            let ends = system.initiators_of(id).map(|end| place(system, end)).collect::<Vec<_>>();
            match &ends[..] {
                [] => "the handler of a channel that no process has the other end of.".to_owned(),
                [first, others @ ..] => {
                    let others = others.iter().map(|end| format!(" and {end}"));
                    format!("the handler of a channel from {first}{}.", others.collect::<String>())
                }
            }
        }
        ObjectKind::Thread { thread } => {
            let thread = process.and_then(|process| process.threads.get(thread));
            let name = thread.map(|thread| thread.name.as_str()).unwrap_or_default();
            format!("the thread `{name}`.")
        }
        ObjectKind::WaitGroup => "a wait group.".to_owned(),
        ObjectKind::Interrupt { interrupt } => {
            let interrupt = process.and_then(|process| process.interrupts.get(interrupt));
            let lines = interrupt.map(|interrupt| &interrupt.lines[..]);
            let names = lines.unwrap_or_default().iter().map(|line| line.name.as_str());
            format!("the interrupt lines {}.", enumerated(names))
        }
        ObjectKind::Process { process } => {
            let process = system.processes.get(process);
            format!(
                "the process `{}`.",
                process.map(|process| process.name.as_str()).unwrap_or_default()
            )
        }
    }
}

fn place(system: &System, id: ObjectId) -> String {
    let process = system.processes.get(id.process);
    let object = process.and_then(|process| process.objects.get(id.object));
    format!(
        "`{}` of process `{}`",
        object.map(|object| object.name.as_str()).unwrap_or_default(),
        process.map(|process| process.name.as_str()).unwrap_or_default(),
    )
}

fn constant(constant: &Constant) -> Option<TokenStream> {
    let name = identifier(&constant.name)?;
    let doc = format!(" The constant `{}` of the app.", constant.name);
    let (type_name, value) = match &constant.value {
        ConstantValue::Integer { type_name, value } => {
            let type_name = identifier(type_name)?;
            let digits = Literal::u128_unsuffixed(value.unsigned_abs());
            let sign = (*value < 0).then(|| quote! { - });
            (quote! { #type_name }, quote! { #sign #digits })
        }
        ConstantValue::Boolean(boolean) => (quote! { bool }, quote! { #boolean }),
        ConstantValue::Text(text) => (quote! { &str }, quote! { #text }),
    };
    Some(quote! { #[doc = #doc] pub const #name: #type_name = #value; })
}

/// An identifier token; `None` where that would not be one.
fn identifier(name: &str) -> Option<Ident> {
    syn::parse_str::<Ident>(name)
        .ok()
        .map(|ident| Ident::new(&ident.to_string(), Span::call_site()))
}
