//! Measures, by the board's own clock, and says what came out.
//!
//! A line is `measured ROUNDS TICKS NAME`. The first name is that of a loop that does nothing: what
//! its rounds take has to be taken from all the others.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::hint::black_box;

use bench_codegen::round_trips::initiator::handle;
use bench_programs::{Deadlines, Manner, Message, Order, Sizes, finish};
use pw_status::{Error, Result};
use userspace::channel::{AsyncBuffers, Initiator, Progress, StaticBuffer};
use userspace::time::{Instant, SystemClock};
use userspace::{println, process_entry, syscall, syscall::Signals};

/// How often each thing is done between two looks at the clock.
const ROUNDS: u32 = 10_000;

/// How many round trips are looked at byte for byte before that.
const CHECKED_ROUNDS: u32 = 8;

static SEND: StaticBuffer<4> = StaticBuffer::new();
static RECEIVE: StaticBuffer<8> = StaticBuffer::new();

#[process_entry("initiator")]
fn entry() -> Result<()> {
    println!("clock {}", SystemClock::TICKS_PER_SEC);
    finish(measure_all())
}

fn measure_all() -> Result<()> {
    let ticks = measured(|_| Ok(()))?;
    println!("measured {ROUNDS} {ticks} nothing");
    let ticks = measured(|_| syscall::debug_nop())?;
    println!("measured {ROUNDS} {ticks} null call");
    let ticks = measured(wait_for_what_is_there)?;
    println!("measured {ROUNDS} {ticks} wait on an active signal");
    for manner in Manner::ALL {
        for deadlines in Deadlines::ALL {
            for sizes in Sizes::ALL {
                measure(Order { manner, sizes, deadlines, rounds: CHECKED_ROUNDS + ROUNDS })?;
            }
        }
    }
    let ticks = asynchronous()?;
    println!("measured {ROUNDS} {ticks} start + wait + complete");
    Ok(())
}

/// Does something again and again; gives how many ticks went by.
#[inline(always)]
fn measured(mut round: impl FnMut(u32) -> Result<()>) -> Result<u64> {
    let begin = SystemClock::now();
    for number in 0..ROUNDS {
        round(black_box(number))?;
    }
    Ok(SystemClock::now().ticks() - begin.ticks())
}

/// No transaction is pending, so that the signal is there (CH-7, WT-3).
fn wait_for_what_is_there(_: u32) -> Result<()> {
    syscall::object_wait(handle::IPC, Signals::WRITEABLE, Instant::MAX).map(|_| ())
}

fn measure(order: Order) -> Result<()> {
    syscall::channel_transact(handle::IPC, &order.to_bytes(), &mut [0; 0], Instant::MAX)?;
    let ticks = match order.sizes {
        Sizes::Nothing => round_trips::<0, 0>(order),
        Sizes::Words => round_trips::<4, 8>(order),
        Sizes::Small => round_trips::<64, 64>(order),
        Sizes::Medium => round_trips::<256, 256>(order),
        Sizes::Large => round_trips::<1024, 1024>(order),
    }?;
    let (manner, sizes, deadlines) =
        (order.manner.name(), order.sizes.name(), order.deadlines.name());
    println!("measured {ROUNDS} {ticks} {manner} {sizes}{deadlines}");
    Ok(())
}

#[inline(never)]
fn round_trips<const REQUEST: usize, const RESPONSE: usize>(order: Order) -> Result<u64> {
    let deadline = order.deadlines.instant();
    let expected = Message::<RESPONSE>::patterned(order.rounds);
    let mut request = Message::<REQUEST>::ZERO;
    let mut response = Message::<RESPONSE>::ZERO;
    for number in 0..CHECKED_ROUNDS {
        request = Message::patterned(number);
        let length = syscall::channel_transact(handle::IPC, &request.0, &mut response.0, deadline)?;
        check(length == RESPONSE && is_answer(&response, &request, &expected))?;
    }
    let ticks = measured(|number| {
        request.set_number(number);
        let length = syscall::channel_transact(handle::IPC, &request.0, &mut response.0, deadline)?;
        check(length == RESPONSE && response.has_number(number))
    })?;
    check(is_answer(&response, &request, &expected))?;
    Ok(ticks)
}

/// Round trips of 4 and 8 bytes that nobody blocks in (CH-6), with a handler that responds and receives in
/// one call.
#[inline(never)]
fn asynchronous() -> Result<u64> {
    let (manner, sizes) = (Manner::Combined, Sizes::Words);
    let order = Order { manner, sizes, deadlines: Deadlines::Never, rounds: ROUNDS };
    syscall::channel_transact(handle::IPC, &order.to_bytes(), &mut [0; 0], Instant::MAX)?;
    let (send, receive) = SEND.take().zip(RECEIVE.take()).ok_or(Error::ResourceExhausted)?;
    let mut free = Some(AsyncBuffers { send, receive });
    measured(|number| {
        let buffers = free.take().ok_or(Error::Internal)?;
        buffers.send.copy_from_slice(&number.to_le_bytes());
        let started = Initiator::new(handle::IPC).start(buffers, size_of::<u32>());
        let transaction = started.map_err(|refused| refused.error)?;
        transaction.wait(Instant::MAX)?;
        let Progress::Ended { result, buffers } = transaction.complete() else {
            return Err(Error::Internal);
        };
        check(result == Ok(8) && buffers.receive.starts_with(&number.to_le_bytes()))?;
        free = Some(buffers);
        Ok(())
    })
}

/// Tells whether the response begins with the request and goes on as the handler's messages do.
fn is_answer<const REQUEST: usize, const RESPONSE: usize>(
    response: &Message<RESPONSE>,
    request: &Message<REQUEST>,
    expected: &Message<RESPONSE>,
) -> bool {
    response.0[..REQUEST] == request.0 && response.0[REQUEST..] == expected.0[REQUEST..]
}

#[inline(always)]
fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err(Error::DataLoss) }
}
