//! Does with shared memory, by the safe library, what the tester tells it to.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::Ordering;

use pw_status::Result;
use suite::sharing::{MESSAGES, Task, ring_message};
use suite::timing::patience;
use suite_codegen::shared_memory_guards::partner::object::{self, FRAME, RING};
use suite_codegen::shared_memory_guards::partner::peer;
use userspace::process_entry;
use userspace::shared_memory::Rights;
use userspace::shared_memory::ring::{Producer, Ring};
use userspace::syscall::process_exit;
use userspace::time::Instant;

#[process_entry("partner")]
fn entry() -> Result<()> {
    let mut sum = 0;
    loop {
        let mut order = [0];
        object::ORDERS.receive(&mut order, Instant::MAX)?;
        let task = Task::from_byte(order[0]);
        if task == Some(Task::Tell) {
            object::ORDERS.respond(&u32::to_le_bytes(sum))?;
            continue;
        }
        object::ORDERS.respond(&[0u8; 0])?;
        match task {
            Some(Task::Invert) => invert()?,
            Some(Task::Sum) => {
                let frame = FRAME.wait_for_read_loan(patience())?;
                sum = frame.iter().map(|byte| u32::from(*byte)).sum();
            }
            Some(Task::Die) => {
                let mut frame = FRAME.wait_for_loan(patience())?;
                frame.fill(0xDD);
                process_exit(3)
            }
            Some(Task::Count) => count()?,
            Some(Task::Produce) => produce()?,
            Some(Task::LendBack) => {
                let mut frame = FRAME.claim()?;
                frame.fill(0x77);
                let back = frame.lend(peer::TESTER, Rights::Read)?.wait(patience())?;
                back.held.give_back();
            }
            Some(Task::Tell) | None => {}
        }
    }
}

fn invert() -> Result<()> {
    let mut frame = FRAME.wait_for_loan(patience())?;
    for byte in frame.iter_mut() {
        *byte = !*byte;
    }
    Ok(())
}

fn count() -> Result<()> {
    let mapped = FRAME.map(Rights::ReadWrite)?;
    for _ in 0..1_000 {
        if let Some(word) = mapped.atomic_u32(7) {
            word.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

fn produce() -> Result<()> {
    let mapped = RING.map(Rights::ReadWrite)?;
    let mut producer = Producer::new(Ring::new(mapped.words()?)?, object::FILLED)?;
    for number in 0..MESSAGES {
        let (message, length) = ring_message(number);
        producer.push_wait(&message[..length], &object::EMPTIED, patience())?;
    }
    Ok(())
}
