//! Lends a region of shared memory again and again, and waits until it is back; both have it mapped. Then sends itself
//! messages through a ring in it, so that no switch is counted: nothing there may make a call.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::cell::Cell;
use core::sync::atomic::Ordering;

use bench_codegen::shared_memory::lender::{object::REGION, peer};
use bench_programs::{begin, finish, tell};
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::shared_memory::Rights;
use userspace::shared_memory::ring::{Consumer, Producer, Ring, Wake};
use userspace::time::Instant;

#[process_entry("lender")]
fn entry() -> Result<()> {
    finish(measure())
}

fn measure() -> Result<()> {
    begin()?;
    tell("shared memory, map + unmap", |_| REGION.map(Rights::ReadWrite).map(drop))?;
    let mut held = Some(REGION.claim()?);
    tell("shared memory, lend + return", |_| {
        let lent = held.take().ok_or(Error::Internal)?.lend(peer::BORROWER, Rights::ReadWrite)?;
        held = Some(lent.wait(Instant::MAX)?.held);
        Ok(())
    })?;
    drop(held);
    let mut bytes = [0; 64];
    tell("shared memory, read 64", |_| REGION.read(0, &mut bytes).map(drop))?;
    tell("shared memory, write 64", |_| REGION.write(0, &bytes).map(drop))?;
    ring()
}

/// A message of 32 bytes through a ring, in and out.
fn ring() -> Result<()> {
    let mapped = REGION.map(Rights::ReadWrite)?;
    mapped.words()?.iter().for_each(|word| word.store(0, Ordering::Relaxed));
    let calls = Calls::default();
    let mut producer = Producer::new(Ring::new(mapped.words()?)?, &calls)?;
    let mut consumer = Consumer::new(Ring::new(mapped.words()?)?, &calls)?;
    let mut room = [0; 32];
    tell("ring, 32 bytes in and out", |round| {
        let [byte, ..] = round.to_le_bytes();
        producer.push(&[byte; 32])?;
        let length = consumer.pop(&mut room)?;
        if length == 32 && room == [byte; 32] { Ok(()) } else { Err(Error::DataLoss) }
    })?;
    if calls.0.get() == 0 { Ok(()) } else { Err(Error::Internal) }
}

/// Counts how often anybody was to be woken, which would be a call.
#[derive(Default)]
struct Calls(Cell<u32>);

impl Wake for Calls {
    fn wake(&self) {
        self.0.set(self.0.get() + 1);
    }
}
