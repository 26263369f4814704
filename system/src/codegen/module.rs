//! The generated modules, as tokens.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::objects;
use crate::model::{Constant, ConstantValue, Process, System};
use crate::names::crate_name;

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
    let handles = objects::handles(system, index)?;
    let typed = objects::objects(system, index)?;
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
                &typed,
            )?,
            module(
                "peer",
                " The processes that send to this one's endpoints or share memory with it, by numbers that calls take.",
                &objects::peers(system, index)?,
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
        #[allow(non_upper_case_globals, clippy::module_inception)]
        pub mod #name { #content }
    })
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
pub(super) fn identifier(name: &str) -> Option<Ident> {
    syn::parse_str::<Ident>(name)
        .ok()
        .map(|ident| Ident::new(&ident.to_string(), Span::call_site()))
}
