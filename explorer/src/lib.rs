//! Every interleaving of small systems, over the kernel that ships.
//!
//! The kernel is a pure function from a state and an event to a state and an outcome, so a small
//! system is a graph, and a graph can be visited completely. That is what this room does: two
//! processes, a channel between them, programs that make any call at any time, interrupts and a clock
//! that come when they like, processes that are killed at the worst moment; and after each step a list of
//! [invariants](invariant) that must hold. What comes out is not "no test failed" but "there is no
//! way to get there", for systems of that size.
//!
//! The way of a step:
//!
//! ```text
//!   scenario + repertoire         what may happen
//!   model                         states and actions, for the checker
//!   situation                     one event, taken by the real kernel
//!     machine                     the machine below it, as a plain value
//!     oracle                      what the specification says of the same event
//!     audit -> invariant          what does not hold
//!   explore, narrate, report      visiting; telling a counterexample in words
//!   walk, hostile, random         the same audit over long random walks in a larger system
//!   side_by_side                  several of these at once
//!   capsules                      the same for capsules, in a room of its own
//!   subject                       a scenario of either kind
//! ```
//!
//! States are told apart by a 64-bit fingerprint, as the checker that does the visiting (stateright)
//! has it. That two of a million states share one, so that the second is never entered, has odds of
//! about one in forty million for each run.
//!
//! What is not covered: systems larger than the scenarios, and a second boot. What the kernel keeps
//! that has no bound, instants and the number of lives, is dealt with in [model].
#![forbid(unsafe_code)]

pub mod audit;
pub mod capsules;
pub mod declared;
pub mod explore;
pub mod hostile;
pub mod invariant;
pub mod layout;
pub mod machine;
pub mod model;
pub mod narrate;
pub mod oracle;
pub mod plan;
pub mod random;
pub mod repertoire;
pub mod report;
pub mod scenario;
pub mod side_by_side;
pub mod situation;
pub mod subject;
pub mod walk;
pub mod words;
