//! A client's side of the network.
//!
//! ```ignore
//! let mut network = Network::join(EVENTS, [port::SWITCH])?;
//! network.send(&Packet::new(port::LAMP, b"on")?)?;
//! network.receive(deadline, |packet| handle(packet))?;
//! ```
//!
//! The server may end at any time. Whoever sends then hears of it in place of an answer; whoever listens, because the
//! server is on the list of its inbox. Either waits for the name again, opens its ports again, and goes on.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod connection;
mod numbered;
mod packet;
mod protocol;

pub use connection::Connection;
pub use numbered::{Numbered, Receiver, Sender};
pub use packet::{MAX_BYTES, Packet};
pub use protocol::{Answer, MAX_REQUEST_BYTES, NAME, PATIENCE, Report, Wish};

use pw_status::{Error, Result};
use userspace::channel::StaticBuffer;
use userspace::inbox::{Allowlist, Inbox, InboxError, Notice};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::upcall::Upcalls;

/// The ports of this network.
pub mod port {
    /// The lamp's, for commands.
    pub const LAMP: u16 = 1;
    /// The lamp's, for what it is to show to people.
    pub const NOTES: u16 = 2;
    /// The switch's, for what the lamp reports.
    pub const SWITCH: u16 = 3;
    /// How many they are.
    pub const COUNT: u32 = 3;
}

/// How long to wait before what could not be done is tried again.
const PAUSE: Duration = Duration::from_millis(2);

static SERVER: Allowlist<1> = Allowlist::new();
static BUFFERS: [StaticBuffer<256>; 2] = [const { StaticBuffer::new() }; 2];

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Whoever has the port has it.
    Arrived,
    /// The radio has lost it, every copy of it.
    Lost,
}

/// This process's membership in the network, with `PORTS` ports of its own.
#[derive(Debug)]
pub struct Network<const PORTS: usize> {
    connection: Connection,
    ports: [u16; PORTS],
    inbox: Inbox,
    recoveries: u32,
    doubts: u32,
}

impl<const PORTS: usize> Network<PORTS> {
    /// Finds the server, and opens the ports. `upcalls` is the process's object of that type.
    ///
    /// # Errors
    /// `DeadlineExceeded` if there is no server, `AlreadyExists` if another process has one of the ports.
    pub fn join(upcalls: Upcalls, ports: [u16; PORTS]) -> Result<Network<PORTS>> {
        let [first, second] = BUFFERS.each_ref().map(StaticBuffer::take);
        let buffers = first.zip(second).ok_or(Error::AlreadyExists)?;
        let inbox = Inbox::open(buffers.into(), &SERVER).map_err(|_| Error::FailedPrecondition)?;
        let connection = Connection::find(upcalls)?;
        let mut network = Network { connection, ports, inbox, recoveries: 0, doubts: 0 };
        network.open_ports()?;
        Ok(network)
    }

    /// How often the server has been found again.
    pub fn recoveries(&self) -> u32 {
        self.recoveries
    }

    /// How often the server has ended over a packet, which was sent again then.
    pub fn doubts(&self) -> u32 {
        self.doubts
    }

    /// Sends a packet, and blocks until it is known what became of it.
    ///
    /// If the server ends meanwhile, the packet may have arrived or not. It is sent again then, until a copy has
    /// arrived for certain: so it may come twice, but is never missing.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the server is silent or does not come back.
    pub fn send(&mut self, packet: &Packet) -> Result<Sent> {
        let mut is_in_doubt = false;
        loop {
            match self.connection.ask(Wish::Send, packet) {
                Ok(Answer::Done) => return Ok(Sent::Arrived),
                Ok(Answer::Lost) if !is_in_doubt => return Ok(Sent::Lost),
                Ok(Answer::Lost) => {}
                Ok(Answer::NotNow) => pause()?,
                Ok(Answer::Refused) => return Err(Error::InvalidArgument),
                Err(Error::Unavailable) => {
                    is_in_doubt = true;
                    self.doubts += 1;
                    self.recover()?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Hands over the packets that have come; waits for some, if none have. Tells whether there was anything
    /// to do before the deadline.
    ///
    /// # Errors
    /// Those of `take`; `DeadlineExceeded` if the server does not come back.
    pub fn receive(
        &mut self,
        deadline: Instant,
        mut take: impl FnMut(&Packet) -> Result<()>,
    ) -> Result<bool> {
        match self.inbox.wait_until(self.connection.upcalls(), deadline) {
            Ok(Notice::Messages { .. }) => {
                let messages = self.inbox.take().map_err(|_| Error::Internal)?;
                let mut packets = messages.filter_map(|message| Packet::from_bytes(message.bytes));
                packets.try_for_each(|packet| take(&packet))?;
            }
            Ok(Notice::Ended(id)) if id == self.connection.server() => self.recover()?,
            // Of that one's end, the answer to a packet has told already.
            Ok(Notice::Ended(_)) => {}
            Err(InboxError::DeadlineExceeded) => return Ok(false),
            Err(_) => return Err(Error::Internal),
        }
        Ok(true)
    }

    /// Goes on with the server's next life.
    fn recover(&mut self) -> Result<()> {
        self.find_server_again()?;
        self.open_ports()?;
        self.recoveries += 1;
        Ok(())
    }

    /// What the earlier life has put into the inbox stays there.
    fn find_server_again(&mut self) -> Result<()> {
        SERVER.remove(self.connection.server());
        self.connection.find_again()
    }

    fn open_ports(&mut self) -> Result<()> {
        while let Err(error) = self.try_open_ports() {
            match error {
                Error::Unavailable => self.find_server_again()?,
                Error::ResourceExhausted => pause()?,
                error => return Err(error),
            }
        }
        Ok(())
    }

    fn try_open_ports(&self) -> Result<()> {
        if !SERVER.add(self.connection.server()) {
            return Err(Error::Internal);
        }
        for port in self.ports {
            match self.connection.ask(Wish::Open, &Packet::empty(port))? {
                Answer::Done => {}
                Answer::Refused => return Err(Error::AlreadyExists),
                Answer::NotNow | Answer::Lost => return Err(Error::ResourceExhausted),
            }
        }
        Ok(())
    }
}

fn pause() -> Result<()> {
    sleep_until(SystemClock::now() + PAUSE)
}
