//! What system.json5 says to the process `camera`: its handles, objects and constants by name.
#![no_std]
#![forbid(unsafe_code)]

include!(concat!(env!("OUT_DIR"), "/codegen.rs"));
