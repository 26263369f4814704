//! The server: it alone has the radio. Clients ask it to open ports and to send packets, by the synchronous mailbox;
//! what arrives it puts into the inbox of whoever has opened the port, by the asynchronous one.
//!
//! It waits for no client. A packet's sender has its answer when the packet is out of the air, and so long the server
//! holds the request and does other things. A client that ends loses its ports.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod flights;
mod ports;
mod radio;

use flights::Flights;
use ports::Ports;
use pw_status::{Error, Result};
use radio::Radio;
use server_codegen::object::EVENTS;
use thread_network::{Answer, MAX_REQUEST_BYTES, NAME, Packet, Report, Wish};
use userspace::mailbox::{self, Request};
use userspace::time::{Instant, SystemClock};
use userspace::upcall::listen;
use userspace::{process_entry, registry};

struct Server {
    radio: Radio,
    ports: Ports,
    flights: Flights,
}

impl Server {
    /// Takes the requests that wait.
    fn serve(&mut self) -> Result<()> {
        let mut buffer = [0; MAX_REQUEST_BYTES];
        while let Some(request) =
            mailbox::Server.try_next(&mut buffer).map_err(|_| Error::Internal)?
        {
            let bytes = buffer.get(..request.full_len).unwrap_or_default();
            self.fulfil(request, bytes);
        }
        Ok(())
    }

    fn fulfil(&mut self, request: Request, bytes: &[u8]) {
        let wish = bytes.split_first().and_then(|(wish, packet)| {
            Some((Wish::from_byte(*wish)?, Packet::from_bytes(packet)?))
        });
        match wish {
            Some((Wish::Open, packet)) => {
                let answer = self.ports.open(packet.port(), request.from);
                respond(request, answer);
            }
            Some((Wish::Send, packet)) => self.send(request, packet),
            Some((Wish::Report, _)) => {
                let (arrived, lost) = self.flights.counts();
                let report = Report { open: self.ports.count(), arrived, lost }.to_bytes();
                let mut response = [Answer::Done as u8; 1 + Report::BYTES];
                response[1..].copy_from_slice(&report);
                let _ = request.respond(&response);
            }
            Some((Wish::Break, _)) => panic!("a client has broken me"),
            None => respond(request, Answer::Refused),
        }
    }

    fn send(&mut self, request: Request, packet: Packet) {
        let now = SystemClock::now();
        match self.flights.take_off(request, &packet, now) {
            Ok(()) => self.radio.send(packet, now),
            Err(request) => respond(request, Answer::NotNow),
        }
    }

    /// Looks what has arrived, and then, what no more will.
    fn look(&mut self, now: Instant) {
        while let Some(packet) = self.radio.receive(now) {
            let answer = self.ports.deliver(&packet);
            self.flights.land(&packet, answer);
        }
        self.flights.give_up(now);
    }
}

/// Answers; if nobody waits for it any more, nobody needs it.
fn respond(request: Request, answer: Answer) {
    let _ = request.respond(&[answer as u8]);
}

#[process_entry("server")]
fn entry() -> Result<()> {
    let ports = Ports::new()?;
    let mut server = Server { radio: Radio::new(), ports, flights: Flights::default() };
    for source in [mailbox::WAITING, ports::CLIENT_ENDED] {
        listen(source).map_err(|_| Error::FailedPrecondition)?;
    }
    registry::register(&NAME).map_err(|_| Error::AlreadyExists)?;
    loop {
        let next = server.flights.next_end().min(server.radio.next_look(SystemClock::now()));
        match EVENTS.wait(next) {
            Ok(event) if event.source == mailbox::WAITING => server.serve()?,
            Ok(event) => server.ports.hear(&event),
            Err(Error::DeadlineExceeded) => {}
            Err(error) => return Err(error),
        }
        server.look(SystemClock::now());
    }
}
