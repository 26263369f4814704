//! What the measured programs share: the order that the initiator gives before it measures, and
//! the messages that then go to and fro.
//!
//! One image measures every way to make a round trip. The initiator first sends an [`Order`], in a
//! transaction of its own, so that the handler knows what is coming and serves it in a loop that
//! was compiled for those lengths, as a real program's would be.
#![no_std]
#![forbid(unsafe_code)]

mod fate;
mod finish;
pub mod mailbox;
mod measure;
mod message;
mod order;

pub use fate::{Fate, PIECES, pieces_mut};
pub use finish::finish;
pub use measure::{ROUNDS, begin, clock, tell, tell_shared};
pub use message::{BEGIN_OTHERS, CHANGE_MANNER, END_OTHERS, Message};
pub use order::{Deadlines, Manner, Order, Sizes};
