//! What must hold of capsules, as constants that end a build with the sentence that a person needs (CP-4).

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::source::capsule_code;
use crate::model::{Capsule, Grant, Origin};
use crate::tables::{
    MAX_BUFFERS, MAX_UPCALLS, not_granted, same_driver, too_many_buffers, too_many_upcalls,
};

/// A constant for a module in which `kernel` is the kernel's crate.
pub(super) fn checks(capsules: &[Capsule]) -> TokenStream {
    let grants: TokenStream = capsules.iter().map(grants).collect();
    let drivers: TokenStream = (0..capsules.len())
        .flat_map(|second| (0..second).filter_map(move |first| drivers(capsules, first, second)))
        .collect();
    let codes = capsules.iter().map(capsule_code);
    let (upcalls, buffers) = (too_many_upcalls(), too_many_buffers());
    quote! {
        const _: () = {
            const fn needs<C: kernel::capsule::Capsule>(_: &C) -> kernel::capsule::Grants {
                kernel::capsule::Grants::needed_by::<C>()
            }
            #grants
            let capsules = [#(kernel::CapsuleDescriptor::new(&#codes, &[])),*];
            #drivers
            let (mut upcalls, mut buffers, mut number) = (0, 0, 0);
            while number < capsules.len() {
                upcalls += capsules[number].upcalls();
                buffers += capsules[number].buffers();
                number += 1;
            }
            assert!(upcalls <= #MAX_UPCALLS, #upcalls);
            assert!(buffers <= #MAX_BUFFERS, #buffers);
        };
    }
}

/// That a capsule needs nothing but what it is granted.
fn grants(capsule: &Capsule) -> TokenStream {
    let Origin::Package { grants, .. } = &capsule.origin else { return TokenStream::new() };
    let code = capsule_code(capsule);
    let others = Grant::ALL.into_iter().filter(|grant| !grants.contains(grant));
    others
        .map(|grant| {
            let field = Ident::new(grant.word(), Span::call_site());
            let message = not_granted(&capsule.name, [grant]);
            quote! { assert!(!needs(&#code).#field, #message); }
        })
        .collect()
}

/// That two capsules have different numbers. Those of Guichet's do.
fn drivers(capsules: &[Capsule], first: usize, second: usize) -> Option<TokenStream> {
    let [one, other] = [capsules.get(first)?, capsules.get(second)?];
    one.folder().or(other.folder())?;
    let message = same_driver(&one.name, &other.name);
    Some(quote! {
        assert!(capsules[#first].driver() != capsules[#second].driver(), #message);
    })
}
