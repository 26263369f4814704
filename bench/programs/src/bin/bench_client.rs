//! Calls a server's endpoints and sends to them, in the order in which the server serves them.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::endpoints::client::handle;
use bench_programs::{Message, begin, finish, tell};
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall::{endpoint_call, endpoint_call_words, endpoint_send, endpoint_send_words};
use userspace::time::Instant;

#[process_entry("client")]
fn entry() -> Result<()> {
    finish(measure())
}

fn measure() -> Result<()> {
    begin()?;
    tell("call and reply, 4 words", |number| words(handle::WORDS, number))?;
    tell("call and reply, 4 words, capacity 64", |number| words(handle::MANY, number))?;
    tell("call, receive, reply, 4 words", |number| words(handle::WORDS, number))?;
    tell("call and reply 4/8", call::<4, 8>())?;
    tell("call and reply 64/64", call::<64, 64>())?;
    tell("call and reply 256/256", call::<256, 256>())?;
    tell("call and reply 1024/1024", call::<1024, 1024>())?;
    tell("send + receive, 4 words", |number| {
        endpoint_send_words(handle::WORDS, [number, 1, 2, 3], Instant::MAX)
    })?;
    tell("send + receive, 4 words, capacity 64", |number| {
        endpoint_send_words(handle::MANY, [number, 1, 2, 3], Instant::MAX)
    })?;
    let mut message = Message::<64>::patterned(1);
    tell("send + receive 64", |number| {
        message.set_number(number);
        endpoint_send(handle::BYTES, &message.0, Instant::MAX)
    })
}

/// Calls with four words, the first of which must come back.
#[inline(always)]
fn words(endpoint: u32, number: u32) -> Result<()> {
    let answer = endpoint_call_words(endpoint, [number, 1, 2, 3], Instant::MAX)?;
    let [first, _, _, last] = answer.words;
    if first == number && last == 1 { Ok(()) } else { Err(Error::DataLoss) }
}

/// Calls with so many bytes, and as many for the answer, which begins with the number of the call.
#[inline(always)]
fn call<const SEND: usize, const RECEIVE: usize>() -> impl FnMut(u32) -> Result<()> {
    let mut request = Message::<SEND>::patterned(1);
    let mut answer = Message::<RECEIVE>::ZERO;
    move |number| {
        request.set_number(number);
        let length = endpoint_call(handle::BYTES, &request.0, &mut answer.0, Instant::MAX)?;
        let is_right = length == RECEIVE && answer.has_number(number);
        if is_right { Ok(()) } else { Err(Error::DataLoss) }
    }
}
