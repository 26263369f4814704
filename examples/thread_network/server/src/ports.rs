//! Who gets what arrives.

use pw_status::{Error, Result};
use thread_network::{Answer, Packet};
use userspace::ProcessId;
use userspace::channel::StaticBuffer;
use userspace::inbox::{self, Allowlist, Inbox, Notice, SendError};
use userspace::upcall::{Event, Source};

/// The event of a client that has ended, for [`Ports::hear`].
pub(crate) const CLIENT_ENDED: Source = inbox::ENDED;

/// How many ports can be open at once.
const PORTS: usize = 8;

/// The clients that have ports.
static CLIENTS: Allowlist<PORTS> = Allowlist::new();
/// Clients send nothing this way; an inbox is how a process learns of the end of others.
static BUFFERS: [StaticBuffer<16>; 2] = [const { StaticBuffer::new() }; 2];

#[derive(Clone, Copy)]
struct Port {
    number: u16,
    owner: ProcessId,
}

pub(crate) struct Ports {
    open: [Option<Port>; PORTS],
    clients: Inbox,
}

impl Ports {
    pub(crate) fn new() -> Result<Ports> {
        let [first, second] = BUFFERS.each_ref().map(StaticBuffer::take);
        let buffers = first.zip(second).ok_or(Error::AlreadyExists)?;
        let clients =
            Inbox::open(buffers.into(), &CLIENTS).map_err(|_| Error::FailedPrecondition)?;
        Ok(Ports { open: [None; PORTS], clients })
    }

    pub(crate) fn count(&self) -> u32 {
        self.open.iter().flatten().map(|_| 1).sum()
    }

    /// Opens a port for a client. Opening one's own again is fine.
    pub(crate) fn open(&mut self, number: u16, owner: ProcessId) -> Answer {
        if let Some(port) = self.open.iter().flatten().find(|port| port.number == number) {
            return if port.owner == owner { Answer::Done } else { Answer::Refused };
        }
        let Some(free) = self.open.iter_mut().find(|port| port.is_none()) else {
            return Answer::NotNow;
        };
        // There is a place for it: each of its fellows has a port too.
        let is_known = CLIENTS.add(owner);
        *free = is_known.then_some(Port { number, owner });
        if is_known { Answer::Done } else { Answer::NotNow }
    }

    /// Puts a packet into the inbox of whoever has opened its port.
    pub(crate) fn deliver(&mut self, packet: &Packet) -> Answer {
        let mut ports = self.open.iter().flatten();
        let Some(port) = ports.find(|port| port.number == packet.port()) else {
            return Answer::NotNow;
        };
        match inbox::send(port.owner, packet.as_bytes()) {
            Ok(()) => Answer::Done,
            Err(SendError::TooLong) => Answer::Refused,
            // It is full or closed, or its owner has ended, of which an event will tell.
            Err(_) => Answer::NotNow,
        }
    }

    /// Closes the ports of a client that has ended.
    pub(crate) fn hear(&mut self, event: &Event) {
        let Some(Notice::Ended(client)) = self.clients.notice(event) else { return };
        CLIENTS.remove(client);
        for port in &mut self.open {
            port.take_if(|port| port.owner == client);
        }
    }
}
