//! Serves endpoints in the order in which the client measures.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::endpoints::server::handle;
use bench_programs::{Message, ROUNDS};
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall::{
    ReceivedMessage, endpoint_receive, endpoint_receive_words, endpoint_reply,
    endpoint_reply_and_receive, endpoint_reply_and_receive_words, endpoint_reply_words,
};
use userspace::time::{Instant, sleep_until};

#[process_entry("server")]
fn entry() -> Result<()> {
    serve_words(handle::WORDS)?;
    serve_words(handle::MANY)?;
    for _ in 0..ROUNDS {
        let message = endpoint_receive_words(handle::WORDS, Instant::MAX)?;
        endpoint_reply_words(right(&message)?, answer(&message))?;
    }
    serve_bytes::<8>()?;
    serve_bytes::<64>()?;
    serve_bytes::<256>()?;
    serve_bytes::<1024>()?;
    for endpoint in [handle::WORDS, handle::MANY] {
        for _ in 0..ROUNDS {
            endpoint_receive_words(endpoint, Instant::MAX)?;
        }
    }
    let mut message = Message::<1024>::ZERO;
    for _ in 0..ROUNDS {
        endpoint_receive(handle::BYTES, &mut message.0, Instant::MAX)?;
    }
    sleep_until(Instant::MAX)
}

fn right(message: &ReceivedMessage) -> Result<u32> {
    message.reply.ok_or(Error::DataLoss)
}

fn answer(message: &ReceivedMessage) -> [u32; 4] {
    let [number, first, second, third] = message.words;
    [number, third, second, first]
}

/// Answers as many calls of words as are measured.
fn serve_words(endpoint: u32) -> Result<()> {
    let mut message = endpoint_receive_words(endpoint, Instant::MAX)?;
    for _ in 1..ROUNDS {
        let (right, words) = (right(&message)?, answer(&message));
        message = endpoint_reply_and_receive_words(endpoint, right, words)?;
    }
    endpoint_reply_words(right(&message)?, answer(&message))
}

/// Answers as many calls with as many bytes.
fn serve_bytes<const BYTES: usize>() -> Result<()> {
    let mut room = Message::<1024>::ZERO;
    let mut answer = Message::<BYTES>::patterned(2);
    let mut message = endpoint_receive(handle::BYTES, &mut room.0, Instant::MAX)?;
    for _ in 1..ROUNDS {
        answer.set_number(number(&room));
        let right = right(&message)?;
        message = endpoint_reply_and_receive(handle::BYTES, right, &answer.0, &mut room.0)?;
    }
    answer.set_number(number(&room));
    endpoint_reply(right(&message)?, &answer.0)
}

fn number(message: &Message<1024>) -> u32 {
    message.0.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
