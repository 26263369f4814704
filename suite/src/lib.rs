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
//! to the explorer. A process has one thread, so nobody can start a second transaction on an initiator
//! (CH-2), answer in another thread's place (CH-5a), or change a request's slice table while the
//! call is pending (AB-8): the only hand that writes into a blocked process is the kernel's,
//! when it delivers the answer that ends the call, and that case is here. Nobody restarts, so an ERROR
//! of an initiator never falls (CH-7), and one of a handler never shows beside READABLE (CH-9). And
//! whether registers are cleared (AB-9) is for each port to show, where there are registers.
#![no_std]
#![deny(unsafe_code)]

pub mod hostile;
pub mod interrupts;
pub mod machine;
pub mod pattern;
pub mod report;
pub mod robot;
pub mod tasks;
pub mod timing;
pub mod wall;
