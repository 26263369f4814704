//! Air that exists in this process only: one packet of eight is lost, the others come down after a while, and perhaps
//! in another order. It is the same in each life of the server.

use thread_network::Packet;
use userspace::time::{Duration, Instant};

/// How many packets it can hold; those beyond are lost.
const PACKETS: usize = 4;
/// How long they fly at least and at most, in milliseconds.
const SHORTEST: u64 = 1;
const LONGEST: u64 = 6;
/// One of how many is lost.
const LOSS: u64 = 8;

struct Flying {
    packet: Packet,
    arrival: Instant,
}

pub(crate) struct Simulated {
    seed: u64,
    air: [Option<Flying>; PACKETS],
}

impl Default for Simulated {
    fn default() -> Simulated {
        Simulated { seed: 45, air: [const { None }; PACKETS] }
    }
}

impl Simulated {
    pub(crate) fn send(&mut self, packet: Packet, now: Instant) {
        let is_lost = self.roll(LOSS) == 0;
        let milliseconds = SHORTEST + self.roll(LONGEST - SHORTEST + 1);
        let free = self.air.iter_mut().find(|place| place.is_none());
        if let Some(place) = free.filter(|_| !is_lost) {
            let arrival = now + Duration::from_millis(milliseconds);
            *place = Some(Flying { packet, arrival });
        }
    }

    /// The first that has come down by now.
    pub(crate) fn receive(&mut self, now: Instant) -> Option<Packet> {
        let first = self.next_arrival();
        let is_it = |flying: &mut Flying| flying.arrival == first && first <= now;
        self.air.iter_mut().find_map(|place| place.take_if(is_it)).map(|flying| flying.packet)
    }

    pub(crate) fn next_arrival(&self) -> Instant {
        let arrivals = self.air.iter().flatten().map(|flying| flying.arrival);
        arrivals.min().unwrap_or(Instant::MAX)
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % sides
    }
}
