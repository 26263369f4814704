//! A capsule that writes down what it hears of processes (PR-9), and whether what it keeps of a process was
//! zero when a life began and still there when it ended.
//!
//! A capsule has no memory of its own, so it tells whoever steps the kernel through a variable of the thread
//! that does.

use std::cell::RefCell;

use guichet_abi::{CommandReturn, ErrorCode};
use guichet_kernel::capsule::{Capsule, Due, Means, ProcessChange, Unneeded};
use guichet_kernel::{ProcessIndex, TableIndex};

/// The number by which programs name it.
pub const DRIVER: usize = 0x777;

/// What it keeps of a process that runs, and of each pair.
const MARK: u32 = 0x5EC2_E755;

/// The capsule.
#[derive(Clone, Copy, Debug)]
pub struct Spy;

/// It.
pub static SPY: Spy = Spy;

/// What it heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The process that changed.
    pub process: usize,
    /// How.
    pub change: ProcessChange,
    /// Whether what it keeps of the process was as it should be.
    pub was_kept_right: bool,
}

thread_local! {
    static NOTES: RefCell<Vec<Heard>> = const { RefCell::new(Vec::new()) };
}

/// Takes what was heard in this thread since this was last asked.
pub fn take_notes() -> Vec<Heard> {
    NOTES.with_borrow_mut(std::mem::take)
}

impl Capsule for Spy {
    const DRIVER: u32 = 0x777;
    const READ_ONLY: u8 = 0;
    const READ_WRITE: u8 = 0;
    const UPCALLS: u8 = 0;
    type State = u32;
    type Pair = u32;
    type Copying = Unneeded;
    type Reading = Unneeded;
    type Identities = Unneeded;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        _means: &mut Means<'_, Self>,
        _caller: ProcessIndex,
        _command: u32,
        _arguments: [u32; 2],
    ) -> CommandReturn {
        CommandReturn::failure(ErrorCode::NoSupport)
    }

    fn upcall(
        &self,
        _means: &mut Means<'_, Self>,
        _process: ProcessIndex,
        _upcall: u8,
    ) -> Option<Due> {
        None
    }

    fn process_changed(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        let (found, left) = match change {
            ProcessChange::Started => (0, MARK),
            ProcessChange::Ended => (MARK, MARK),
        };
        let mut was_kept_right = true;
        if let Some(state) = means.state_mut(process) {
            was_kept_right &= std::mem::replace(state, left) == found;
        }
        for other in means.processes() {
            if let Some(pair) = means.pair_mut(process, other) {
                was_kept_right &= std::mem::replace(pair, left) == found;
            }
        }
        let heard = Heard { process: process.position(), change, was_kept_right };
        NOTES.with_borrow_mut(|notes| notes.push(heard));
    }
}
