//! Answers as it was ordered to: every response begins with the bytes of its request.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::round_trips::handler::handle;
use bench_programs::{Manner, Message, Order, Sizes};
use pw_status::Result;
use userspace::time::Instant;
use userspace::{process_entry, syscall, syscall::Signals};

#[process_entry("handler")]
fn entry() -> Result<()> {
    loop {
        obey(take_order()?)?;
    }
}

/// Takes an order and says so, with nothing.
fn take_order() -> Result<Order> {
    let mut bytes = [0; Order::BYTES];
    syscall::object_wait(handle::IPC, Signals::READABLE, Instant::MAX)?;
    syscall::channel_read_exact(handle::IPC, 0, &mut bytes)?;
    syscall::channel_respond(handle::IPC, &[0; 0])?;
    Order::from_bytes(bytes)
}

fn obey(order: Order) -> Result<()> {
    match order.sizes {
        Sizes::Nothing => serve::<0, 0>(order),
        Sizes::Words => serve::<4, 8>(order),
        Sizes::Small => serve::<64, 64>(order),
        Sizes::Medium => serve::<256, 256>(order),
        Sizes::Large => serve::<1024, 1024>(order),
    }
}

#[inline(never)]
fn serve<const REQUEST: usize, const RESPONSE: usize>(order: Order) -> Result<()> {
    match order.manner {
        Manner::Loop => serve_in_three_calls::<REQUEST, RESPONSE>(order),
        Manner::Combined => serve_in_one_call::<REQUEST, RESPONSE>(order),
    }
}

/// The loop of the channel guide.
fn serve_in_three_calls<const REQUEST: usize, const RESPONSE: usize>(order: Order) -> Result<()> {
    let deadline = order.deadlines.instant();
    let mut message = Message::<RESPONSE>::patterned(order.rounds);
    for _ in 0..order.rounds {
        syscall::object_wait(handle::IPC, Signals::READABLE, deadline)?;
        syscall::channel_read(handle::IPC, 0, &mut message.0[..REQUEST])?;
        syscall::channel_respond(handle::IPC, &message.0)?;
    }
    Ok(())
}

/// The loop of one call. Two messages take turns: while one is sent, the other is received.
fn serve_in_one_call<const REQUEST: usize, const RESPONSE: usize>(order: Order) -> Result<()> {
    let deadline = order.deadlines.instant();
    let mut one = Message::<RESPONSE>::patterned(order.rounds);
    let mut other = one;
    syscall::channel_receive(handle::IPC, &mut one.0[..REQUEST], deadline)?;
    // An order has an even number of rounds; the last one is answered without waiting for more.
    for _ in 1..order.rounds / 2 {
        let room = &mut other.0[..REQUEST];
        syscall::channel_respond_and_receive(handle::IPC, &one.0, room, deadline)?;
        let room = &mut one.0[..REQUEST];
        syscall::channel_respond_and_receive(handle::IPC, &other.0, room, deadline)?;
    }
    let room = &mut other.0[..REQUEST];
    syscall::channel_respond_and_receive(handle::IPC, &one.0, room, deadline)?;
    syscall::channel_respond(handle::IPC, &other.0)
}
