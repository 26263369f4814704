//! What the initiator will ask of the handler next.

use pw_status::{Error, Result};
use userspace::time::{Duration, Instant, SystemClock};

/// How the handler serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As the channel guide shows it: wait, read, respond.
    Loop,
    /// One call that responds to a request and receives the next (CH-10).
    Combined,
}

impl Manner {
    /// All of them.
    pub const ALL: [Manner; 2] = [Manner::Loop, Manner::Combined];

    /// Its name in the output.
    pub const fn name(self) -> &'static str {
        match self {
            Manner::Loop => "wait + read + respond",
            Manner::Combined => "respond and receive",
        }
    }
}

/// The lengths of a request and of its response, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// 0 and 0.
    Nothing,
    /// 4 and 8.
    Words,
    /// 64 and 64.
    Small,
    /// 256 and 256.
    Medium,
    /// 1024 and 1024.
    Large,
}

impl Sizes {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Sizes; 5] =
        [Sizes::Nothing, Sizes::Words, Sizes::Small, Sizes::Medium, Sizes::Large];

    /// Their name in the output.
    pub const fn name(self) -> &'static str {
        match self {
            Sizes::Nothing => "0/0",
            Sizes::Words => "4/8",
            Sizes::Small => "64/64",
            Sizes::Medium => "256/256",
            Sizes::Large => "1024/1024",
        }
    }
}

/// Which deadline both sides give to every call that may block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadlines {
    /// None.
    Never,
    /// One that is so far away that it does not pass.
    Finite,
}

impl Deadlines {
    /// Both.
    pub const ALL: [Deadlines; 2] = [Deadlines::Never, Deadlines::Finite];

    /// What the output says of it.
    pub const fn name(self) -> &'static str {
        match self {
            Deadlines::Never => "",
            Deadlines::Finite => ", deadlines",
        }
    }

    /// The instant that stands for it now.
    pub fn instant(self) -> Instant {
        match self {
            Deadlines::Never => Instant::MAX,
            Deadlines::Finite => SystemClock::now() + Duration::from_secs(3600),
        }
    }
}

/// What the initiator will ask of the handler next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// How the handler serves.
    pub manner: Manner,
    /// How long the messages are.
    pub sizes: Sizes,
    /// Which deadline both sides give.
    pub deadlines: Deadlines,
    /// How many round trips there will be: an even number.
    pub rounds: u32,
}

impl Order {
    /// The length of an order in bytes.
    pub const BYTES: usize = 8;

    /// The order as it travels.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let [a, b, c, d] = self.rounds.to_le_bytes();
        [self.manner as u8, self.sizes as u8, self.deadlines as u8, 0, a, b, c, d]
    }

    /// The order that came.
    ///
    /// # Errors
    /// `InvalidArgument` for bytes that are none.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Result<Order> {
        let [manner, sizes, deadlines, _, a, b, c, d] = bytes;
        let find = || {
            Some(Order {
                manner: *Manner::ALL.get(usize::from(manner))?,
                sizes: *Sizes::ALL.get(usize::from(sizes))?,
                deadlines: *Deadlines::ALL.get(usize::from(deadlines))?,
                rounds: u32::from_le_bytes([a, b, c, d]),
            })
        };
        find().ok_or(Error::InvalidArgument)
    }
}
