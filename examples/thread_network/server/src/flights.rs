//! Packets in the air, and the requests that they belong to.
//!
//! A request is answered when its packet comes down, or is given up after a while. The radio tells what it
//! receives and not what it loses, so a packet is known by its bytes: whichever of two that are equal comes down
//! first is the first.

use thread_network::{Answer, Packet};
use userspace::mailbox::Request;
use userspace::time::{Duration, Instant};

use crate::respond;

/// How many packets can be in the air.
const FLIGHTS: usize = 4;
/// What has not come down after so long is lost.
const LONGEST: Duration = Duration::from_millis(20);

struct Flight {
    request: Request,
    packet: Packet,
    end: Instant,
}

#[derive(Default)]
pub(crate) struct Flights {
    flights: [Option<Flight>; FLIGHTS],
    arrived: u32,
    lost: u32,
}

impl Flights {
    /// How many packets have arrived, and how many were lost.
    pub(crate) fn counts(&self) -> (u32, u32) {
        (self.arrived, self.lost)
    }

    /// When the first of them must be given up.
    pub(crate) fn next_end(&self) -> Instant {
        let ends = self.flights.iter().flatten().map(|flight| flight.end);
        ends.min().unwrap_or(Instant::MAX)
    }

    /// Keeps the request until its packet comes down; gives it back if there is no room.
    pub(crate) fn take_off(
        &mut self,
        request: Request,
        packet: &Packet,
        now: Instant,
    ) -> Result<(), Request> {
        let Some(free) = self.flights.iter_mut().find(|flight| flight.is_none()) else {
            return Err(request);
        };
        *free = Some(Flight { request, packet: packet.clone(), end: now + LONGEST });
        Ok(())
    }

    /// Answers the request of a packet that has come down. Those of others than clients have none.
    pub(crate) fn land(&mut self, packet: &Packet, answer: Answer) {
        let is_it = |flight: &mut Flight| flight.packet.as_bytes() == packet.as_bytes();
        if let Some(flight) = self.flights.iter_mut().find_map(|flight| flight.take_if(is_it)) {
            self.arrived += u32::from(answer == Answer::Done);
            respond(flight.request, answer);
        }
    }

    /// Answers the requests of packets that are lost.
    pub(crate) fn give_up(&mut self, now: Instant) {
        for flight in &mut self.flights {
            if let Some(flight) = flight.take_if(|flight| flight.end <= now) {
                self.lost += 1;
                respond(flight.request, Answer::Lost);
            }
        }
    }
}
