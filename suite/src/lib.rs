//! What the programs of the conformance suite share.
//!
//! The suite is a set of little systems, each about one part of the specification. Their programs
//! assert clauses by name and know nothing of the board that they run on: they call, they look at
//! what came back, and they print one line for each case. The harness builds and runs the systems
//! and reads the lines; whatever belongs to a board is there.
//!
//! A program asserts with [`report`]. Most systems have a process that asserts, the tester, and
//! others that only do as they are told, so that everything about a case can be read in one place:
//! those are robots ([`robot`]). What a well-behaved program cannot do (pass a pointer that is
//! nobody's, jump into data, leave its memory) is in [`hostile`], the only module with unsafe code.
//!
//! Some of the specification is out of a program's sight, and is left to the kernel's own tests and
//! to the explorer. A second transaction on an initiator (CH-2) and a slice table that changes while it is
//! offered (AB-8) are in the system `asynchronous`, whose transactions leave the program free to try.
//! Robots have one thread, so whoever answers in another thread's place (CH-5a) is the tester of
//! `fan_in`, where ERROR of a handler also shows beside READABLE (CH-9). And whether registers are
//! cleared (AB-9) is for each port to show, where there are registers; the systems of endpoints look at
//! those that a message may come in. Their cases are made with each way that a message can take
//! ([`endpoint`]).
#![no_std]
#![deny(unsafe_code)]

pub mod api;
pub mod capsule;
pub mod endpoint;
pub mod hostile;
pub mod interrupts;
pub mod lives;
pub mod machine;
pub mod notifying;
pub mod pattern;
pub mod race;
pub mod report;
pub mod robot;
pub mod sharing;
pub mod tasks;
pub mod timing;
pub mod wall;
