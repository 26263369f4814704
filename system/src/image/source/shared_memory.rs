//! The kernel's memory for shared memory as Rust source (SH-1).

use guichet_kernel::{StorageSizes, System};
use proc_macro2::TokenStream;
use quote::quote;

/// The statics of a system whose processes may have more than their own memory; nothing for one without.
pub(super) fn statics(system: &System<'_>) -> TokenStream {
    let StorageSizes { shared_regions, sharers, mappings, processes, .. } =
        StorageSizes::of(system);
    if mappings == 0 {
        return TokenStream::new();
    }
    quote! {
        static SHARED_MEMORY_CELL: port::SharedMemoryCell<#shared_regions, #sharers, #mappings> =
            port::SharedMemoryCell::new();

        static SPARE_WALL_CELL: port::SpareWallCell<#processes> = port::SpareWallCell::new();

        /// Where the memory for shared memory is.
        pub(super) struct SharedMemory;

        impl port::SharedMemory for SharedMemory {
            fn take() -> Option<port::SharedMemoryTables> {
                SHARED_MEMORY_CELL.take(&SPARE_WALL_CELL)
            }
        }
    }
}

/// What the type of the kernel's memory says of shared memory.
pub(super) fn parameter(system: &System<'_>) -> TokenStream {
    if StorageSizes::of(system).mappings == 0 {
        quote! { () }
    } else {
        quote! { SharedMemory }
    }
}
