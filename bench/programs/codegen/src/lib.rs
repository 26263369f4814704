//! What the bench's system files say to their processes: a module for each system, and in it one for
//! each process with its handles by name.
#![no_std]
#![forbid(unsafe_code)]

include!(concat!(env!("OUT_DIR"), "/codegen.rs"));
