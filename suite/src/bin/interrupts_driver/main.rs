//! Has a device, and does with it what it is told.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

#[cfg(target_arch = "arm")]
mod arm;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_arch = "riscv32")]
mod riscv32;

// The machine that the program is built for.
#[cfg(target_arch = "arm")]
use arm as device;
#[cfg(target_os = "linux")]
use linux as device;
#[cfg(target_arch = "riscv32")]
use riscv32 as device;

use pw_status::{Error, Result};
use suite::hostile::{self, Act, call_with};
use suite::interrupts::{Order, response};
use suite::timing::after;
use suite_codegen::interrupts::driver::object::ORDERS;
use suite_codegen::interrupts::driver::{handle, signals};
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::{Signals, interrupt_ack, object_wait};
use userspace::time::{Duration, Instant};

#[process_entry("driver")]
fn entry() -> Result<()> {
    device::serve();
    let mut request = [0; 5];
    loop {
        ORDERS.receive(&mut request, Instant::MAX)?;
        let order = Order::from_request(request);
        let result = order.map_or(Err(Error::InvalidArgument), |(order, word)| obey(order, word));
        ORDERS.respond(&response(result))?;
    }
}

fn obey(order: Order, word: u32) -> Result<u32> {
    match order {
        Order::Fire => {
            device::fire();
            Ok(0)
        }
        Order::Wait => {
            let both = signals::TICK | signals::NOWHERE;
            let deadline = after(Duration::from_millis(word.into()));
            object_wait(handle::LINES, both, deadline).map(|found| found.pending_signals.bits())
        }
        Order::Serve => {
            device::serve();
            Ok(0)
        }
        Order::Acknowledge => match Signals::from_bits(word) {
            Some(mask) => interrupt_ack(handle::LINES, mask).map(|()| 0),
            None => acknowledge(handle::LINES, word),
        },
        Order::AcknowledgeWrongly => acknowledge(handle::ORDERS, word),
        Order::ReceiveThere => {
            raw(Syscall::ChannelRead, [handle::ORDERS as usize, 0, device::ADDRESS, 4])
        }
        Order::LoadBeyond => {
            hostile::act(Act::LoadWord, device::BEYOND);
            Ok(0)
        }
        Order::ExecuteThere => {
            hostile::act(Act::Execute, device::ADDRESS);
            Ok(0)
        }
    }
}

/// As `interrupt_ack`, of any object and with bits that are no signals too.
fn acknowledge(handle: u32, bits: u32) -> Result<u32> {
    raw(Syscall::InterruptAck, [handle as usize, bits as usize])
}

fn raw<const N: usize>(call: Syscall, words: [usize; N]) -> Result<u32> {
    Error::from_status(call_with(call, words).status).map_or(Ok(0), Err)
}
