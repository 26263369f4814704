//! What clients and the server say to each other by the synchronous mailbox.
//!
//! A request is a byte, a [`Wish`], and a packet behind it. A response is a byte, an [`Answer`]; that to
//! [`Wish::Report`] has a [`Report`] behind it. What arrives at a port, the server puts into its owner's inbox: the
//! packet as it came.

use userspace::registry::Name;
use userspace::time::Duration;

use crate::MAX_BYTES;

/// The server's name in the registry.
pub const NAME: Name = Name::new("thread");
/// How long a request is at most, in bytes.
pub const MAX_REQUEST_BYTES: usize = 1 + MAX_BYTES;
/// Whoever is silent for so long does not come back.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What a client wants of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To get what arrives at the port of the packet.
    Open = 1,
    /// To send the packet.
    Send,
    /// To know how it goes; the packet is of no matter.
    Report,
    /// That it breaks down. No real server would offer that.
    Break,
}

impl Wish {
    /// The wish that this byte is.
    pub fn from_byte(byte: u8) -> Option<Wish> {
        let all = [Wish::Open, Wish::Send, Wish::Report, Wish::Break];
        all.into_iter().find(|wish| *wish as u8 == byte)
    }
}

/// What the server says to a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The port is open; the packet has arrived, and whoever has opened its port has it.
    Done = 1,
    /// The radio has lost the packet.
    Lost,
    /// The server has no room now, or nobody has the port or room for the packet: try again.
    NotNow,
    /// It makes no sense, or another process has the port.
    Refused,
}

impl Answer {
    /// The answer that this byte is.
    pub fn from_byte(byte: u8) -> Option<Answer> {
        let all = [Answer::Done, Answer::Lost, Answer::NotNow, Answer::Refused];
        all.into_iter().find(|answer| *answer as u8 == byte)
    }
}

/// How it goes in the present life of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many ports are open.
    pub open: u32,
    /// How many packets have arrived of those that clients sent.
    pub arrived: u32,
    /// How many the radio has lost.
    pub lost: u32,
}

impl Report {
    /// How long it is as bytes.
    pub const BYTES: usize = 12;

    /// The report as bytes: three words, the low byte first.
    pub fn to_bytes(self) -> [u8; Report::BYTES] {
        let mut bytes = [0; Report::BYTES];
        let words = [self.open, self.arrived, self.lost];
        for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes
    }

    /// The report that these bytes are.
    pub fn from_bytes(bytes: &[u8; Report::BYTES]) -> Report {
        let [open, arrived, lost] = *bytes.as_chunks().0 else { return Report::default() };
        let [open, arrived, lost] = [open, arrived, lost].map(u32::from_le_bytes);
        Report { open, arrived, lost }
    }
}
