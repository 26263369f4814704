//! Attacks on a wall, and a witness that goes on.
//!
//! Every attack has an attacker of its own, because an attack that the wall stops is the attacker's end.
//! All attackers are one program ([`serve`]); the tester tells each what to do ([`Wall`]). Beside them
//! lives a neighbour, the same program, which does no harm: after every attack it must still answer, and
//! the first and last bytes of its memory must be what they were.
//!
//! What the kernel says of a fault goes to the console, where no program can look. So the tester
//! announces each end with what it knows of it (why, where, at which address), and the harness holds
//! the kernel's line against it:
//!
//! ```text
//! ends load_null Memory 0x8000104c-0x8000104c 0x0-0x0 PR-2 a read of null ends its process alone
//! ```

mod attacker;
mod memory;
mod tester;
mod wire;

pub use attacker::serve;
pub use memory::{Aim, Mark, Memory};
pub use tester::{AimedAttack, Attack, Attacker, Cause, Wall, memory_of};
