//! A port that is nothing but memory and a clock that stands still.

use guichet_kernel::{
    Grant, Inexpressible, Instant, InterruptLine, NotStarted, Port, ProcessIndex, Region, Report,
    Side, TableIndex, ThreadIndex, Unreadable,
};

use crate::system::{MEMORY_BYTES, base};

/// The memories of the processes.
#[derive(Debug)]
pub(crate) struct Memory {
    processes: Vec<Vec<u8>>,
}

impl Memory {
    /// Memory full of zeros for so many processes.
    pub(crate) fn new(processes: usize) -> Memory {
        Memory { processes: vec![vec![0; MEMORY_BYTES]; processes] }
    }

    /// A range of one process's memory, if it is there.
    pub(crate) fn range(
        &mut self,
        process: usize,
        address: usize,
        length: usize,
    ) -> Option<&mut [u8]> {
        let offset = address.checked_sub(base(process))?;
        let end = offset.checked_add(length)?;
        self.processes.get_mut(process)?.get_mut(offset..end)
    }

    fn granted(&mut self, grant: Grant) -> Option<&mut [u8]> {
        self.range(grant.process().position(), grant.address(), grant.length())
    }
}

/// Moves the bytes of a transfer. A function of its own, so that callgrind can leave it out.
#[inline(never)]
fn port_copies(memory: &mut Memory, source: Grant, destination: Grant) -> Result<(), Side> {
    let bytes = memory.granted(source).ok_or(Side::Source)?.to_vec();
    let room = memory.granted(destination).ok_or(Side::Destination)?;
    if room.len() != bytes.len() {
        return Err(Side::Destination);
    }
    room.copy_from_slice(&bytes);
    Ok(())
}

impl Port for Memory {
    const ENTRY_BYTES: usize = 0;
    const STACK_ALIGNMENT: usize = 16;
    const CONSOLE_INPUT: InterruptLine = InterruptLine::NONE;

    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        port_copies(self, source, destination)
    }

    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side> {
        bytes.copy_from_slice(self.granted(source).ok_or(Side::Source)?);
        Ok(())
    }

    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side> {
        self.granted(destination).ok_or(Side::Destination)?.copy_from_slice(bytes);
        Ok(())
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        let bytes = self.granted(source).ok_or(Unreadable)?;
        let (chunks, _) = bytes.as_chunks();
        for (word, chunk) in words.iter_mut().zip(chunks) {
            *word = usize::from_ne_bytes(*chunk);
        }
        Ok(())
    }

    fn now(&mut self) -> Instant {
        Instant::from_ticks(0)
    }

    // No deadline ever passes and nothing is said: what is counted is the way to these, not they.

    fn set_alarm(&mut self, _at: Instant) {}

    fn start_process(&mut self, _process: ProcessIndex) -> Result<(), NotStarted> {
        Ok(())
    }

    fn start_thread(&mut self, _thread: ThreadIndex, _pc: usize, _stack: Grant) {}

    fn stop_process(&mut self, _process: ProcessIndex) {}

    /// Nobody here shares anything.
    fn set_mapping(
        &mut self,
        _process: ProcessIndex,
        _place: usize,
        _region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        Err(Inexpressible)
    }

    fn enable_line(&mut self, _line: InterruptLine) {}

    fn disable_line(&mut self, _line: InterruptLine) {}

    fn read_console(&mut self, _destination: Grant) -> Result<usize, Unreadable> {
        Err(Unreadable)
    }

    fn log(&mut self, _text: Grant) {}

    fn log_character(&mut self, _process: ProcessIndex, _character: char) {}

    fn report(&mut self, _process: ProcessIndex, _report: Report) {}
}
