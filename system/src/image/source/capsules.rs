//! The capsules of an image as Rust source (CP-4).
//!
//! Whose code a capsule is, only the compiler of the image knows: so everything that follows from that, the
//! sizes of the kernel's tables and whether the capsules fit, is written as constants. One that does not hold
//! ends the build with the sentence that a person needs.

use guichet_kernel::Service;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::index;
use crate::image::checks;
use crate::model::{BuiltIn, Capsule, Origin};
use crate::names::crate_name;

/// The crate that the code of the capsule called `name` is to the code that is generated.
pub fn capsule_crate(name: &str) -> String {
    format!("capsule_{}", crate_name(name))
}

/// Where the code of a capsule is.
pub(in crate::image) fn code(capsule: &Capsule) -> TokenStream {
    match capsule.origin {
        Origin::BuiltIn(BuiltIn::NameRegistry) => quote! { kernel::NAME_REGISTRY },
        Origin::BuiltIn(BuiltIn::SyncMailbox) => quote! { kernel::SYNC_MAILBOX },
        Origin::BuiltIn(BuiltIn::AsyncMailbox) => quote! { kernel::ASYNC_MAILBOX },
        Origin::BuiltIn(BuiltIn::Notify) => quote! { kernel::NOTIFY },
        Origin::Package { .. } => {
            let name = Ident::new(&capsule_crate(&capsule.name), Span::call_site());
            quote! { #name::CAPSULE }
        }
    }
}

/// The statics of a system with these capsules and so many processes; nothing for one without.
pub(super) fn statics(capsules: &[Capsule], processes: usize) -> TokenStream {
    if capsules.is_empty() {
        return TokenStream::new();
    }
    let count = capsules.len();
    let descriptors = capsules.iter().map(descriptor);
    let checks = checks::checks(capsules);
    quote! {
        static CAPSULES: [kernel::CapsuleDescriptor<'static>; #count] = {
            let mut capsules = [#(#descriptors),*];
            kernel::CapsuleDescriptor::lay_out(&mut capsules, #processes);
            capsules
        };

        const CAPSULE_SIZES: kernel::CapsuleSizes =
            kernel::CapsuleSizes::of(&CAPSULES, #processes);

        static CAPSULE_CELL: port::CapsuleCell<
            { CAPSULE_SIZES.subscriptions },
            { CAPSULE_SIZES.allows },
            { CAPSULE_SIZES.acquaintances },
            { CAPSULE_SIZES.words },
        > = port::CapsuleCell::new();

        /// Where the memory for capsules is.
        pub(super) struct CapsuleMemory;

        impl port::CapsuleMemory for CapsuleMemory {
            fn take() -> Option<port::CapsuleTables> {
                CAPSULE_CELL.take()
            }
        }

        #checks
    }
}

fn descriptor(capsule: &Capsule) -> TokenStream {
    let code = code(capsule);
    let owners = capsule.owners.iter().map(|owner| quote! { kernel::ProcessIndex::new(#owner) });
    quote! { kernel::CapsuleDescriptor::new(&#code, &[#(#owners),*]) }
}

/// The table that the statics make.
pub(super) fn table(capsules: &[Capsule]) -> TokenStream {
    if capsules.is_empty() {
        quote! { &[] }
    } else {
        quote! { &CAPSULES }
    }
}

/// What the type of the kernel's memory says of capsules.
pub(super) fn parameters(capsules: &[Capsule], processes: usize) -> TokenStream {
    if capsules.is_empty() {
        quote! { 0usize, () }
    } else {
        quote! { #processes, CapsuleMemory }
    }
}

/// A name that is kept for a process.
pub(super) fn service(service: &Service) -> TokenStream {
    let process = index("ProcessIndex", service.process);
    let name = Literal::byte_string(&service.name);
    quote! { kernel::Service { process: #process, name: *#name } }
}
