//! Serves several initiators; every response begins with its request, and goes on with how many requests
//! have been served. Some requests change the manner.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::fan_in::handler::handle;
use bench_programs::{BEGIN_OTHERS, CHANGE_MANNER, END_OTHERS, Message};
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

/// What has been served, if the others are to end: it stays like this.
const ENDED: u32 = u32::MAX;

struct Server {
    request: Message<4>,
    response: Message<8>,
    served: u32,
}

#[process_entry("handler")]
fn entry() -> Result<()> {
    let (request, response) = (Message::ZERO, Message::patterned(1));
    let mut server = Server { request, response, served: 0 };
    loop {
        server.serve_combined()?;
        server.serve_in_a_loop()?;
    }
}

impl Server {
    /// Responds and receives in one call (CH-10), until the manner is to change.
    fn serve_combined(&mut self) -> Result<()> {
        syscall::channel_receive(handle::IPC, &mut self.request.0, Instant::MAX)?;
        loop {
            self.obey()?;
            let (response, room) = (&self.response.0, &mut self.request.0);
            if self.response.has_number(CHANGE_MANNER) {
                return syscall::channel_respond(handle::IPC, response);
            }
            syscall::channel_respond_and_receive(handle::IPC, response, room, Instant::MAX)?;
        }
    }

    /// Waits, reads and responds, until the manner is to change.
    fn serve_in_a_loop(&mut self) -> Result<()> {
        loop {
            syscall::object_wait(handle::IPC, Signals::READABLE, Instant::MAX)?;
            syscall::channel_read(handle::IPC, 0, &mut self.request.0)?;
            self.obey()?;
            syscall::channel_respond(handle::IPC, &self.response.0)?;
            if self.response.has_number(CHANGE_MANNER) {
                return Ok(());
            }
        }
    }

    /// Does what the request says, and makes the response to it.
    #[inline(always)]
    fn obey(&mut self) -> Result<()> {
        self.response.0[..4].copy_from_slice(&self.request.0);
        if self.request.has_number(BEGIN_OTHERS) {
            syscall::object_set_peer_user_signal(handle::IPC, true)?;
        }
        if self.request.has_number(END_OTHERS) {
            syscall::object_set_peer_user_signal(handle::IPC, false)?;
            self.served = ENDED;
        }
        self.served = self.served.saturating_add(1);
        self.response.set_served(self.served);
        Ok(())
    }
}
