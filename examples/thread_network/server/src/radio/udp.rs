//! The radio of the capsule `udp_capsule`, which lives in the kernel: this process may not open sockets.
//!
//! It is asked now and then what has arrived, as a radio without an interrupt would be.

use pw_status::ErrorCode;
use thread_network::{MAX_BYTES, Packet};
use userspace::allow::{with_read_only, with_read_write};
use userspace::syscall::command;
use userspace::time::Duration;

/// How often it is asked.
pub(crate) const PERIOD: Duration = Duration::from_millis(2);

/// The capsule's number, its commands, and its buffer for each.
const DRIVER: u32 = 0xA_0001;
const SEND: u32 = 1;
const RECEIVE: u32 = 2;
const BUFFER: u32 = 0;

pub(crate) struct Udp;

impl Udp {
    /// The radio, if there is one: then it says that there is no room for a packet yet.
    pub(crate) fn new() -> Option<Udp> {
        let asked = command(DRIVER, RECEIVE, 0, 0).ok()?;
        (asked.failure == Some(ErrorCode::Size)).then_some(Udp)
    }

    /// Sends a packet. What it cannot send is lost, as in any air.
    pub(crate) fn send(&self, packet: &Packet) {
        let send = || command(DRIVER, SEND, 0, 0);
        let _ = with_read_only(DRIVER, BUFFER, packet.as_bytes(), send);
    }

    /// What has arrived next, and is a packet.
    pub(crate) fn receive(&self) -> Option<Packet> {
        let mut bytes = [0; MAX_BYTES];
        loop {
            let receive = || command(DRIVER, RECEIVE, 0, 0);
            let received = with_read_write(DRIVER, BUFFER, &mut bytes, receive).ok()?.ok()?;
            if received.failure.is_some() {
                return None;
            }
            let length = received.values[0] as usize;
            if let Some(packet) = bytes.get(..length).and_then(Packet::from_bytes) {
                return Some(packet);
            }
        }
    }
}
