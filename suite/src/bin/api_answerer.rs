//! The answering end of a channel, by the plain calls of the channel API (CH-3, CH-4, WT-5).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::api::Wish;
use suite_codegen::channel_api::answerer::handle;
use userspace::process_entry;
use userspace::syscall::{
    Signals, channel_read, channel_read_exact, channel_respond, object_set_peer_user_signal,
    object_wait,
};
use userspace::time::Instant;

#[process_entry("answerer")]
fn answer() -> Result<()> {
    loop {
        object_wait(handle::IN, Signals::READABLE, Instant::MAX)?;
        let mut wish = [0; 1];
        match channel_read_exact(handle::IN, 0, &mut wish) {
            Ok(_) => {}
            // It was cancelled before this process ran.
            Err(Error::Unavailable) => continue,
            Err(error) => return Err(error),
        }
        match Wish::from_byte(wish[0]).ok_or(Error::InvalidArgument)? {
            Wish::Echo => echo()?,
            Wish::EchoInPieces => echo_in_pieces()?,
            Wish::Nothing => await_end()?,
            Wish::Raise => {
                object_set_peer_user_signal(handle::IN, true)?;
                channel_respond(handle::IN, &[0u8; 0])?;
            }
            Wish::Lower => {
                object_set_peer_user_signal(handle::IN, false)?;
                channel_respond(handle::IN, &[0u8; 0])?;
            }
            Wish::Look => {
                let shows = object_wait(handle::IN, Signals::USER, Instant::MIN).is_ok();
                channel_respond(handle::IN, &[u8::from(shows)])?;
            }
        }
    }
}

/// Answers with everything after the wish.
fn echo() -> Result<()> {
    let mut rest = [0; 64];
    let length = channel_read(handle::IN, 1, &mut rest)?;
    channel_respond(handle::IN, &rest[..length])
}

/// The same by lists: it comes in two pieces of four bytes, and goes in three.
fn echo_in_pieces() -> Result<()> {
    let (mut first, mut second) = ([0; 4], [0; 4]);
    let mut pieces: [&mut [u8]; 2] = [&mut first, &mut second];
    if channel_read(handle::IN, 1, &mut pieces)? != 8 {
        return Err(Error::OutOfRange);
    }
    let answer: [&[u8]; 3] = [&first[..1], &first[1..], &second];
    channel_respond(handle::IN, &answer)
}

/// Waits until the request has been withdrawn: its signal falls, so an answer is too late.
fn await_end() -> Result<()> {
    loop {
        match channel_read(handle::IN, 0, &mut [0u8; 0]) {
            Ok(_) => suite::timing::sleep(suite::timing::SHORT),
            Err(Error::Unavailable) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
