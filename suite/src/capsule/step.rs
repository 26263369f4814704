//! What a party can do.

use super::Way;
use crate::robot::{Give, Until};

/// What a step does. What it comes to is a value, or why it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum What {
    /// Gives the driver `seed` the command `small` with the argument `id`. The value is the first that comes back.
    Command,
    /// Takes the upcall `small` of the driver `seed` if it is due. The value is a [`Came`](super::Came).
    Look,
    /// Subscribes to the upcall `small` of the driver `seed`, and leaves it so. The value is 1 if it was subscribed
    /// already.
    Hear,
    /// Waits for the upcall `small` of the driver `seed`. The value is a [`Came`](super::Came).
    WaitFor,
    /// Registers the name `small`. The value is 0.
    Register,
    /// Discovers the name `small`, if it is there. The value is the id.
    Find,
    /// Waits for the name `small`. The value is the id.
    Await,
    /// Begins to discover the name `small`, if it is there. The value is 0.
    BeginFind,
    /// Begins to wait for the name `small`. The value is 0.
    BeginAwait,
    /// Waits for what was begun. The value is the id.
    Found,
    /// Withdraws what was begun. The value is 0.
    CancelFind,
    /// Asks `id` and waits, with `small` bytes of room. The value is an [`Answer`](super::Answer).
    Ask,
    /// Asks `id` and goes on. The value is 0.
    Begin,
    /// Waits for the answer. The value is an [`Answer`](super::Answer).
    Collect,
    /// Withdraws what was begun, and gives its buffers back. The value is 0.
    Withdraw,
    /// Waits for a request, and takes it, with `small` bytes of room. The value is a [`Taken`](super::Taken).
    Take,
    /// Takes a request if there is one.
    TryTake,
    /// Takes a request of `id` if there is one.
    TakeFrom,
    /// Responds to the request taken latest, or `small` before. The value is 0.
    Respond,
    /// Responds to the request `small` of `id`, whether it was taken or not. The value is 0.
    RespondTo,
    /// Opens the inbox. The value is 0.
    Open,
    /// Closes the inbox. The value is 0.
    Close,
    /// Takes messages of `id` too. The value is 0.
    Allow,
    /// Takes no messages of `id` any more. The value is 0.
    Forbid,
    /// Sends a message to `id`. The value is 0.
    Send,
    /// Waits for what the inbox has to tell. The value is a [`Notice`](super::Notice).
    Notice,
    /// Swaps the buffers of the inbox. The value is how many messages there were, and 256 more if one
    /// found no room.
    Swap,
    /// The message `small` of those. The value is a [`Message`](super::Message).
    Message,
}

impl What {
    const ALL: [What; 28] = [
        What::Command,
        What::Look,
        What::Hear,
        What::WaitFor,
        What::Register,
        What::Find,
        What::Await,
        What::BeginFind,
        What::BeginAwait,
        What::Found,
        What::CancelFind,
        What::Ask,
        What::Begin,
        What::Collect,
        What::Withdraw,
        What::Take,
        What::TryTake,
        What::TakeFrom,
        What::Respond,
        What::RespondTo,
        What::Open,
        What::Close,
        What::Allow,
        What::Forbid,
        What::Send,
        What::Notice,
        What::Swap,
        What::Message,
    ];
}

/// A step, and what it is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub what: What,
    /// By which way, if there are several.
    pub way: Way,
    /// The number of a name, a command, an upcall, a place or bytes of room.
    pub small: u8,
    /// A deadline, for the way that has one; at most 65 seconds.
    pub until: Until,
    /// A process id, or a word.
    pub id: u32,
    /// What is sent.
    pub give: Give,
}

/// Steps on their way: their numbers begin here.
const FIRST: u32 = 64;
const FOREVER: u32 = 0xFFFF;

impl Step {
    /// Does this by plain calls.
    pub const fn new(what: What) -> Step {
        let give = Give { seed: 0, bytes: 0 };
        Step { what, way: Way::Plain, small: 0, until: Until::Forever, id: 0, give }
    }

    /// The same by this way.
    pub const fn by(self, way: Way) -> Step {
        Step { way, ..self }
    }

    /// The same with this number.
    pub const fn of(self, small: u8) -> Step {
        Step { small, ..self }
    }

    /// The same with this process.
    pub const fn with(self, id: u32) -> Step {
        Step { id, ..self }
    }

    /// The same with these bytes.
    pub const fn giving(self, seed: u8, bytes: u16) -> Step {
        Step { give: Give { seed, bytes }, ..self }
    }

    /// The same by the way with a deadline, which is so many milliseconds away.
    pub const fn within(self, milliseconds: u16) -> Step {
        let until = Until::Milliseconds(milliseconds as u32);
        Step { way: Way::Deadline, until, ..self }
    }

    /// The upcall of this driver.
    pub const fn at(self, driver: u8) -> Step {
        self.giving(driver, 0)
    }

    pub(crate) fn to_words(self) -> [u32; 4] {
        let until = self.until.to_word().min(FOREVER);
        let second = self.way as u32 | u32::from(self.small) << 8 | until << 16;
        [FIRST + self.what as u32, second, self.id, self.give.to_word()]
    }

    pub(crate) fn from_words([what, second, id, give]: [u32; 4]) -> Option<Step> {
        let what = What::ALL.get(usize::try_from(what.checked_sub(FIRST)?).ok()?)?;
        let [way, small, ..] = second.to_le_bytes();
        let until = match second >> 16 {
            FOREVER => Until::Forever,
            milliseconds => Until::from_word(milliseconds),
        };
        Some(Step {
            what: *what,
            way: *Way::ALL.get(usize::from(way))?,
            small,
            until,
            id,
            give: Give::from_word(give)?,
        })
    }
}
