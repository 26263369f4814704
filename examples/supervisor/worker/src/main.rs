//! Squares numbers for two clients, and does not survive all of them.
//!
//! A request is a number as four bytes, little end first, and so is the answer. A number that ends in 7
//! is too much for it, and with one that ends in 4 it has had enough: who asks for those learns that
//! nobody is there, and nothing else happens to them.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::channel::Handler;
use userspace::process_entry;
use userspace::syscall::{Signals, process_exit};
use userspace::time::Instant;
use worker_codegen::object::{FIRST, GROUP, SECOND};

/// Answers one request.
fn serve(channel: Handler) -> Result<()> {
    let mut request = [0; 4];
    channel.read(0, &mut request)?;
    let number = u32::from_le_bytes(request);
    match number % 10 {
        7 => panic!("{number} is too much"),
        4 => process_exit(number),
        _ => channel.respond(&number.wrapping_mul(number).to_le_bytes()),
    }
}

#[process_entry("worker")]
fn entry() -> Result<()> {
    let clients = [FIRST, SECOND];
    for (number, client) in clients.iter().enumerate() {
        GROUP.add(client.handle(), Signals::READABLE, number)?;
    }
    loop {
        let ready = GROUP.wait(Instant::MAX)?;
        serve(clients[ready.user_data])?;
    }
}
