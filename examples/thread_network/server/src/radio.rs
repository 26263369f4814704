//! The radio: what is sent comes back after a while, or is lost; what others send comes too.

mod simulated;
mod udp;

use simulated::Simulated;
use thread_network::Packet;
use udp::Udp;
use userspace::println;
use userspace::time::Instant;

#[expect(clippy::large_enum_variant, reason = "there is one, and nothing to put it in")]
pub(crate) enum Radio {
    /// That of a capsule.
    Udp(Udp),
    /// One that this process imagines.
    Simulated(Simulated),
}

impl Radio {
    /// That of the capsule, if there is one and it works.
    pub(crate) fn new() -> Radio {
        match Udp::new() {
            Some(udp) => {
                println!("the air is UDP on this machine");
                Radio::Udp(udp)
            }
            None => {
                println!("the air is simulated");
                Radio::Simulated(Simulated::default())
            }
        }
    }

    pub(crate) fn send(&mut self, packet: Packet, now: Instant) {
        match self {
            Radio::Udp(radio) => radio.send(&packet),
            Radio::Simulated(radio) => radio.send(packet, now),
        }
    }

    /// What has arrived next.
    pub(crate) fn receive(&mut self, now: Instant) -> Option<Packet> {
        match self {
            Radio::Udp(radio) => radio.receive(),
            Radio::Simulated(radio) => radio.receive(now),
        }
    }

    /// When to ask for what has arrived.
    pub(crate) fn next_look(&self, now: Instant) -> Instant {
        match self {
            Radio::Udp(_) => now + udp::PERIOD,
            Radio::Simulated(radio) => radio.next_arrival(),
        }
    }
}
