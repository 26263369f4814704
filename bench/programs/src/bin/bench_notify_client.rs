//! Notifies a service and waits until it is notified back: with nothing shared, then with a buffer that the service has
//! mapped.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_programs::{begin, finish, tell};
use pw_status::{Error, Result};
use userspace::notify::Client;
use userspace::{process_entry, shared_buffer};

#[process_entry("client")]
fn entry() -> Result<()> {
    finish(measure())
}

fn measure() -> Result<()> {
    begin()?;
    let mut service = Client::of("service").map_err(|_| Error::NotFound)?;
    tell("notify round trip", |_| ask(&service, 0))?;
    let buffer = shared_buffer!(64);
    service.share(buffer).map_err(|_| Error::Internal)?;
    let mut rounds = 0u8;
    tell("notify round trip, 64 bytes shared", |_| {
        buffer.write(0, &[rounds]);
        ask(&service, 0)?;
        rounds = rounds.wrapping_add(1);
        let mut answer = [0];
        buffer.read(0, &mut answer);
        if answer == [rounds] { Ok(()) } else { Err(Error::DataLoss) }
    })
}

/// One round trip, back from which nothing is shared.
#[inline(always)]
fn ask(service: &Client, bytes: usize) -> Result<()> {
    let shared = service.call().map_err(|_| Error::Unavailable)?;
    if shared.map_or(0, |shared| shared.len()) == bytes { Ok(()) } else { Err(Error::DataLoss) }
}
