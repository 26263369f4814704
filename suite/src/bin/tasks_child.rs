//! A process that ends as it is told to, and knows which of its lives it is in only by what it was left.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::Result;
use suite::hostile::{self, Act};
use suite::tasks::Order;
use suite_codegen::tasks::child::{handle, object::IN};
use userspace::process_entry;
use userspace::syscall::{process_exit, thread_exit};
use userspace::thread::{self, Stack};
use userspace::time::{Instant, sleep_until};

/// Starts as something, so that a life which did not begin from the image shows.
static INITIALISED: AtomicU32 = AtomicU32::new(1_000);
static ZEROED: AtomicU32 = AtomicU32::new(0);
static STACK: Stack<1024> = Stack::new();

#[process_entry("child")]
fn entry() -> Result<()> {
    serve()
}

fn serve() -> Result<()> {
    let mut request = [0];
    loop {
        IN.receive(&mut request, Instant::MAX)?;
        let count = INITIALISED.fetch_add(1, Relaxed) + ZEROED.fetch_add(1, Relaxed);
        match Order::from_byte(request[0]) {
            Some(Order::Count) => IN.respond(&count.to_le_bytes())?,
            Some(Order::Keep) => sleep_until(Instant::MAX)?,
            Some(Order::Exit) => process_exit(3),
            Some(Order::Panic) => panic!("as it was told"),
            Some(Order::Crash) => hostile::act(Act::Illegal, 0),
            Some(Order::ReturnFromThread) => {
                thread::start(handle::HELPER, &STACK, hostile::ENTRY_THAT_RETURNS)?;
                sleep_until(Instant::MAX)?;
            }
            Some(Order::LeaveMain) => {
                thread::start(handle::HELPER, &STACK, serves_on)?;
                thread_exit(1)
            }
            None => IN.respond(&[0u8; 0])?,
        }
    }
}

/// A thread that goes on serving when the main thread has ended; then the process exits with its code.
extern "C" fn serves_on() -> ! {
    let mut request = [0];
    while IN.receive(&mut request, Instant::MAX).is_ok() {
        let _ = IN.respond(b"go on");
        if Order::from_byte(request[0]) == Some(Order::Exit) {
            break;
        }
    }
    thread_exit(44)
}
