//! The process `handler` as system.json5 declares it: its handles and constants by name.
#![no_std]
#![forbid(unsafe_code)]

include!(concat!(env!("OUT_DIR"), "/codegen.rs"));
