//! What the two ends of the measured mailbox agree on.

use userspace::registry::Name;

/// The server's name.
pub const SERVER: Name = Name::new("server");

/// How long requests and responses are, in bytes.
pub const SIZES: [usize; 3] = [0, 64, 256];

/// How the two ends use the mailbox: with a call of its own for each command and for each wait; or with one
/// call for a command and the wait for what comes of it, which for the server is its next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Five calls for a round trip.
    Apart,
    /// Two.
    Together,
}

impl Manner {
    /// Both.
    pub const ALL: [Manner; 2] = [Manner::Together, Manner::Apart];

    /// What each length is called in the output.
    pub const fn names(self) -> [&'static str; 3] {
        match self {
            Manner::Apart => [
                "mailbox round trip 0/0, five calls",
                "mailbox round trip 64/64, five calls",
                "mailbox round trip 256/256, five calls",
            ],
            Manner::Together => {
                ["mailbox round trip 0/0", "mailbox round trip 64/64", "mailbox round trip 256/256"]
            }
        }
    }
}

/// The longest of them.
pub const BYTES: usize = 256;

/// What every byte of a request is; one of a response is one more.
pub const PIECE: u8 = 0x5A;

/// The command to send a request, to take one, and to respond.
pub const SEND: u32 = 1;
/// See [`SEND`].
pub const TAKE: u32 = 3;
/// See [`SEND`].
pub const RESPOND: u32 = 5;

/// The upcall that tells a client of its response.
pub const RESPONSE: u32 = 0;

/// A bit for it, and one for the upcall that its request has failed.
pub const ENDS: u32 = 0b11;

/// The upcall that tells a server of a request.
pub const REQUEST: u32 = 2;

/// The upcall that gives a server its next request.
pub const TAKEN: u32 = 3;

/// Two buffers, once.
pub fn buffers() -> Option<[&'static mut [u8]; 2]> {
    static FIRST: static_cell::ConstStaticCell<Aligned> =
        static_cell::ConstStaticCell::new(Aligned([0; BYTES]));
    static SECOND: static_cell::ConstStaticCell<Aligned> =
        static_cell::ConstStaticCell::new(Aligned([0; BYTES]));
    Some([&mut FIRST.try_take()?.0, &mut SECOND.try_take()?.0])
}

#[repr(align(8))]
struct Aligned([u8; BYTES]);
