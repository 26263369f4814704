//! The calls on capsules, by every way that a program has.
//!
//! Whatever the mailboxes and the registry offer, a program can have by the plain calls of Tock, or by the
//! safe libraries on top of them, which block, or go on and hear of events, or give up at a deadline. Each
//! must come to the same. A case is therefore written once, for a [`Way`], and made with all that
//! apply. What is done is a [`Step`], which the tester or a robot carries out: a [`Party`].

mod inbox;
mod mailbox;
mod party;
mod plain;
mod registry;
mod step;
mod values;

pub use party::Party;
pub use step::{Step, What};
pub use values::{
    Answer, Came, Message, Notice, Said, Taken, code, failed, from_outcome, must, to_outcome,
};

use pw_status::Result;
use userspace::registry::Name;

use crate::report::{Case, Report};

/// The drivers that steps name by their places here.
pub const DRIVERS: [u32; 4] = [0x9_0000, 0x9_0001, 0x9_0002, 0xA_0000];
/// The places of the drivers.
pub const REGISTRY: u8 = 0;
/// The synchronous mailbox.
pub const MAILBOX: u8 = 1;
/// The asynchronous mailbox.
pub const INBOX: u8 = 2;
/// The capsule of one's own.
pub const LATEST_VALUE: u8 = 3;

/// The longest transfer of the systems that have mailboxes.
pub const MAX_BYTES: u16 = 256;
/// As much room as most requests and responses have.
pub const ROOM_BYTES: usize = 100;
/// What stands in a room before anything arrives; no pattern of the cases begins so.
const CANARY: u8 = 0xC5;

/// How a program has something done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By command, allow, subscribe and yield.
    Plain,
    /// By the safe library, which blocks.
    Blocking,
    /// By the safe library, which goes on; then it waits for the event.
    Events,
    /// By the safe library, which blocks until a deadline.
    Deadline,
}

impl Way {
    /// Every way.
    pub const ALL: [Way; 4] = [Way::Plain, Way::Blocking, Way::Events, Way::Deadline];
    /// Those that differ for what never blocks.
    pub const AT_ONCE: [Way; 2] = [Way::Plain, Way::Blocking];
    /// Those that go on while something is under way.
    pub const FREE: [Way; 2] = [Way::Plain, Way::Events];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Way::Plain => "plain calls",
            Way::Blocking => "calls that block",
            Way::Events => "events",
            Way::Deadline => "a deadline",
        }
    }
}

/// Makes a case with each of some ways, which must all come to the same.
#[track_caller]
pub fn each_of(
    report: &mut Report,
    ways: &[Way],
    title: &'static str,
    mut body: impl FnMut(&mut Case, Way) -> Result<()>,
) {
    report.case(title, |case| {
        for way in ways {
            case.part(way.name());
            body(case, *way)?;
        }
        Ok(())
    });
}

/// Names that system.json5 keeps for a process.
pub const DECLARED: [&str; 2] = ["kept", "kept too"];
/// From here on, the numbers of names are those of [`DECLARED`].
pub const FIRST_DECLARED: u8 = 200;

/// The name with this number: any bytes, all different.
pub fn name_bytes(number: u8) -> [u8; 20] {
    let declared = number.checked_sub(FIRST_DECLARED).map(usize::from);
    match declared.and_then(|place| DECLARED.get(place)) {
        Some(text) => *Name::new(text).as_bytes(),
        None => crate::pattern::array(number),
    }
}

fn name(number: u8) -> Name {
    Name::from_bytes(&name_bytes(number)).unwrap_or(Name::new("no name"))
}
