//! A process that tells how it was born, and ends as it is told to.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result, StatusCode};
use suite::hostile::{self, Act};
use suite::lives::{Birth, ORDER_BYTES, Order};
use suite_codegen::ten_thousand_lives::mortal::handle;
use suite_codegen::ten_thousand_lives::mortal::object::{GROUP, IN, OUT};
use userspace::channel::{AsyncBuffers, AsyncTransaction, StaticBuffer};
use userspace::process_entry;
use userspace::syscall::{Signals, object_wait, process_exit, thread_exit};
use userspace::thread::{self, Stack};
use userspace::time::{Instant, sleep_until};

/// Starts as something, so that a life which did not begin from the image shows.
static INITIALISED: AtomicU32 = AtomicU32::new(1_000);
/// Starts as zeroes, and every life leaves its number there.
static ZEROED: [AtomicU32; 16] = [const { AtomicU32::new(0) }; 16];
static NUMBER: AtomicU32 = AtomicU32::new(0);
static STACK: Stack<1024> = Stack::new();
static SEND: StaticBuffer<4> = StaticBuffer::new();
static RECEIVE: StaticBuffer<4> = StaticBuffer::new();

#[process_entry("mortal")]
fn entry() -> Result<()> {
    let birth = Birth {
        initialised: INITIALISED.fetch_add(1, Relaxed),
        zeroed: ZEROED.iter().fold(0, |all, word| all | word.load(Relaxed)),
        handler: shown(handle::IN)?,
        initiator: shown(handle::OUT)?,
        joining: GROUP.add(handle::IN, Signals::READABLE, 7).status_code(),
        number: 0,
    };
    // Whoever comes after this life must not find these raised.
    IN.set_peer_user_signal(true)?;
    OUT.set_peer_user_signal(true)?;
    loop {
        GROUP.wait(Instant::MAX)?;
        let mut request = [0; ORDER_BYTES];
        IN.read_exact(0, &mut request)?;
        let (order, number) = Order::from_request(request).ok_or(Error::InvalidArgument)?;
        obey(order, number, birth)?;
    }
}

/// What an end shows now.
fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}

fn obey(order: Order, number: u32, birth: Birth) -> Result<()> {
    match order {
        Order::Tell => {
            let before = NUMBER.swap(number, Relaxed);
            ZEROED.iter().for_each(|word| word.store(number, Relaxed));
            return IN.respond(&Birth { number: before, ..birth }.to_bytes());
        }
        Order::Exit => process_exit(NUMBER.load(Relaxed)),
        Order::Panic => panic!("as it was told"),
        Order::Crash => hostile::act(Act::Illegal, 0),
        Order::Touch => hostile::act(Act::LoadByte, usize::MAX),
        Order::Hold => {}
        Order::Doze | Order::Ask | Order::Start | Order::LeaveMain => {
            IN.respond(&NUMBER.load(Relaxed).to_le_bytes())?;
        }
    }
    let own = NUMBER.load(Relaxed).to_le_bytes();
    match order {
        Order::Ask => drop(OUT.transact(&own, &mut [0; 4], Instant::MAX)),
        Order::Start => {
            start(own)?.wait(Instant::MAX)?;
            process_exit(NUMBER.load(Relaxed));
        }
        Order::LeaveMain => {
            thread::start(handle::HELPER, &STACK, exits)?;
            thread_exit(1);
        }
        _ => {}
    }
    sleep_until(Instant::MAX)
}

/// Asks the tester without blocking.
fn start(request: [u8; 4]) -> Result<AsyncTransaction> {
    let (Some(send), Some(receive)) = (SEND.take(), RECEIVE.take()) else {
        return Err(Error::ResourceExhausted);
    };
    send.copy_from_slice(&request);
    OUT.start(AsyncBuffers { send, receive }, request.len()).map_err(|refused| refused.error)
}

/// A thread that ends the process when the main thread has ended.
extern "C" fn exits() -> ! {
    process_exit(NUMBER.load(Relaxed))
}
