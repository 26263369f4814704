//! The same for capsules: the name registry, the two mailboxes, and the calls that drive them.
//!
//! They have their own room because they share nothing with the windows but the machine below and the way of
//! visiting. The [oracle] is written without a look at the kernel's tables: it is maps keyed by lives of
//! processes. It predicts every result, every byte and every wake of a step, and the [audit] compares.
//!
//! ```text
//!   scenarios + moves             what may happen
//!   graph                         states and actions, for the checker
//!   situation                     one event, taken by the real kernel
//!     oracle                      what the specification says of the same event
//!     spy                         a capsule that tells what capsules hear of processes
//!     audit                       what does not hold
//!   walk                          the same audit over long random walks
//!   plan   places                 systems, and where their programs keep what they allow
//!   policy                        who may have which name, other than system.json5 says
//! ```

pub mod audit;
pub mod graph;
pub mod moves;
pub mod oracle;
pub mod places;
pub mod plan;
pub mod policy;
pub mod scenarios;
pub mod situation;
pub mod spy;
pub mod walk;
