//! What the harness is as a console: it keeps every line, and does what a program asks of it.
//!
//! Some cases are about what no program can do or see. So a line `end NAME` of a tester asks whoever has
//! hands outside of the system, a line `type TEXT` whoever has a keyboard, and a line `weigh` whoever has
//! scales: what the kernel's own process holds is compared with what it held the first time.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::linux;
use crate::stock::Stock;
use crate::transcript::{BROKEN, Owner, Said, owner, said};

/// A console that is shared between a run, which writes, and the harness, which reads.
#[derive(Clone)]
pub(crate) struct Console(Arc<Mutex<Kept>>);

struct Kept {
    bytes: Vec<u8>,
    /// How many bytes at the beginning have been looked at for requests.
    seen: usize,
    /// Whose line was broken and goes on in the next one.
    broken: BTreeSet<Owner>,
    /// What was asked for and could not be done, as lines that no system expects.
    refusals: String,
    hands: Hands,
    /// What the kernel's process held when it was first weighed.
    stock: Option<Stock>,
}

/// What somebody outside of a system can do.
#[derive(Clone, Copy)]
pub(crate) struct Hands {
    /// Ends the process of this name.
    pub(crate) end_process: fn(&str) -> Result<(), String>,
    /// Weighs the kernel's own process.
    pub(crate) weigh: fn() -> Result<Stock, String>,
}

impl Console {
    /// A console with somebody who has such hands.
    pub(crate) fn new(hands: Hands) -> Console {
        let (bytes, broken, refusals) = (Vec::new(), BTreeSet::new(), String::new());
        let kept = Kept { bytes, seen: 0, broken, refusals, hands, stock: None };
        Console(Arc::new(Mutex::new(kept)))
    }

    /// Everything that was written, and what the harness could not do.
    pub(crate) fn text(&self) -> String {
        let kept = self.kept();
        String::from_utf8_lossy(&kept.bytes).into_owned() + &kept.refusals
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.kept();
        kept.bytes.extend_from_slice(bytes);
        kept.serve();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    /// Does what the lines that have been completed ask for.
    fn serve(&mut self) {
        while let Some(length) = self.bytes[self.seen..].iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.bytes[self.seen..][..length]).into_owned();
            let goes_on = self.broken.remove(&owner(&line));
            if line.ends_with(BROKEN) {
                self.broken.insert(owner(&line));
            }
            if !goes_on && let Err(reason) = self.do_as(said(&line)) {
                self.refusals += &format!("harness: {reason}\n");
            }
            self.seen += length + 1;
        }
    }

    /// Does what a line asks for, if it asks for something.
    fn do_as(&mut self, said: Said) -> Result<(), String> {
        match said {
            Said::EndProcess(name) => (self.hands.end_process)(&name),
            Said::Type(text) => linux::type_text(&text),
            Said::Weigh => {
                let now = (self.hands.weigh)()?;
                let more = now.more_than(*self.stock.get_or_insert(now));
                more.map_or(Ok(()), Err)
            }
            Said::Plan(_)
            | Said::Passed(_)
            | Said::Failed(_)
            | Said::LeftOut(_)
            | Said::Ends(_)
            | Said::Other(_) => Ok(()),
        }
    }
}
