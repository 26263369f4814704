//! What programs are compiled with: handles and constants by name (CF-1).
//!
//! Each process has a codegen crate whose build script is one call of [`build_script`], so that plain
//! cargo and an editor see the names of a fresh clone without any tool of ours having run. The crate
//! itself only includes the file that the call writes:
//!
//! ```text
//! #![no_std]
//! include!(concat!(env!("OUT_DIR"), "/codegen.rs"));
//! ```
//!
//! A file with errors ends the build with the same text that `guichet check` shows, and nothing is
//! written (TL-4). Warnings are left to the tool: a build script would repeat them for every process.

mod module;
mod objects;
mod script;

use proc_macro2::TokenStream;

use crate::model::System;

pub use script::{BOARD_VARIABLE, Failure, build_script, build_script_for_all};

/// The generated Rust code of the process called `process`; `None` if `system` has none.
///
/// It has the modules `handle`, `object` (typed handles), `peer` (the processes that send to it),
/// `signals`, `constants` and `mapping`, and expects a crate of the name `userspace` if there is
/// anything in `object`, `signals` or `mapping`.
pub fn process_source(system: &System, process: &str) -> Option<String> {
    let index = system.process_index(process)?;
    let module = module::process(system, index)?;
    formatted(&module)
}

/// The generated Rust code of a crate for several systems, each with its name: a module for each
/// system, and in it one for each process with what [`process_source`] has. `None` if a system's
/// name is no Rust identifier even after `-` became `_`.
pub fn systems_source(systems: &[(String, System)]) -> Option<String> {
    let modules = systems.iter().map(|(name, system)| module::system(name, system));
    formatted(&modules.collect::<Option<TokenStream>>()?)
}

/// Lays code out for people, who read it when they follow a name from their editor.
fn formatted(code: &TokenStream) -> Option<String> {
    let file = syn::parse2(code.clone()).ok()?;
    Some(format!(
        "// Generated from system.json5 by guichet_system.\n\n{}",
        prettyplease::unparse(&file)
    ))
}
