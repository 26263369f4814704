//! What the harness is as a console: it keeps every line, and does what a program asks of it.
//!
//! No program can end another one yet, but some cases are about exactly that. So a line `end NAME` of
//! a tester asks whoever has hands outside of the system, and a line `type TEXT` whoever has a keyboard.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::linux;
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
    end_process: fn(&str) -> Result<(), String>,
}

impl Console {
    /// A console that ends processes in this way when it is asked to.
    pub(crate) fn new(end_process: fn(&str) -> Result<(), String>) -> Console {
        let (bytes, broken, refusals) = (Vec::new(), BTreeSet::new(), String::new());
        let kept = Kept { bytes, seen: 0, broken, refusals, end_process };
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
            if let Said::EndProcess(name) = said(&line)
                && !goes_on
                && let Err(reason) = (self.end_process)(&name)
            {
                self.refusals += &format!("harness: {reason}\n");
            }
            if let Said::Type(text) = said(&line)
                && !goes_on
                && let Err(reason) = linux::type_text(&text)
            {
                self.refusals += &format!("harness: {reason}\n");
            }
            self.seen += length + 1;
        }
    }
}
