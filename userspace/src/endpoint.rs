//! Endpoints by typed handles: bounded queues of messages, and calls with a reply right.
//!
//! The process that owns an endpoint has its [`Receiver`]; others have a [`Sender`] with the rights that
//! system.json5 gives them. `MAX` is the longest message, so that a buffer that holds any message is an
//! array. What is received is a [`Message`], and if its sender waits for an answer it comes with a
//! [`Reply`], which answers once: dropped instead, it tells the sender so.
//!
//! - **full**: [`Sender::send`] waits, [`Sender::try_send`] gives the message back.
//! - **empty**: [`Receiver::receive`] waits, [`Receiver::try_receive`] does not.
//! - **the other side ended**: `Unavailable`; **closed**: `Aborted`.

mod receiver;
mod sender;

pub use crate::syscall::{AnswerWords, SenderId};
pub use receiver::{Message, Messages, Receiver, Refused, Reply};
pub use sender::{Caller, CanCall, CanSend, MayCall, MaySend, MaySendAndCall, Sender};
