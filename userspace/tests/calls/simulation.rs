//! A kernel with capsules, as far as a program can tell: it keeps what is allowed and subscribed, and
//! the test says what the commands do.

use std::collections::BTreeMap;

use guichet_abi::{
    CommandReturn, Error, ErrorCode, Message, Results, Signals, Syscall, awaited_message,
    upcall_message,
};

use crate::harness::{Call, bytes, run_all};

type Slot = (u32, u32);
type Words = (usize, usize);

/// The state of the kernel.
#[derive(Debug, Default)]
pub(crate) struct Simulation {
    pub(crate) read_only: BTreeMap<Slot, Words>,
    pub(crate) read_write: BTreeMap<Slot, Words>,
    pub(crate) subscribed: BTreeMap<Slot, Words>,
    pub(crate) pending: Vec<(Slot, [usize; 3])>,
    /// The last command that was given: its driver, its number and its arguments.
    pub(crate) commanded: Option<[u32; 4]>,
}

impl Simulation {
    /// The bytes that are allowed for reading.
    pub(crate) fn read(&self, slot: Slot) -> &'static [u8] {
        let (address, length) = self.read_only.get(&slot).copied().unwrap_or((0, 0));
        if length == 0 { &[] } else { bytes(address, length) }
    }

    /// Writes as much as there is room for.
    pub(crate) fn write(&self, slot: Slot, content: &[u8]) {
        let (address, length) = self.read_write.get(&slot).copied().unwrap_or((0, 0));
        if length > 0 {
            let room = bytes(address, length);
            let length = content.len().min(room.len());
            room[..length].copy_from_slice(&content[..length]);
        }
    }

    /// Makes an upcall pending.
    pub(crate) fn tell(&mut self, slot: Slot, arguments: [usize; 3]) {
        self.pending.push((slot, arguments));
    }

    /// Fails unless nothing is allowed, subscribed or pending.
    pub(crate) fn assert_clean(&self) {
        let nothing =
            |slots: &BTreeMap<Slot, Words>| slots.values().all(|(_, length)| *length == 0);
        assert!(nothing(&self.read_only) && nothing(&self.read_write), "{self:?}");
        assert!(self.subscribed.values().all(|(function, _)| *function == 0), "{self:?}");
        assert_eq!(self.pending, []);
    }

    fn is_heard(&self, slot: Slot) -> bool {
        self.subscribed.get(&slot).is_some_and(|(function, _)| *function != 0)
    }

    fn take(&mut self, wanted: impl Fn(&Simulation, Slot) -> bool) -> Option<(Words, [usize; 3])> {
        let found = self.pending.iter().position(|(slot, _)| wanted(self, *slot))?;
        let (slot, arguments) = self.pending.remove(found);
        Some((self.subscribed.get(&slot).copied().unwrap_or((0, 0)), arguments))
    }

    fn serve(
        &mut self,
        (number, arguments): &Call,
        command: &mut impl FnMut(&mut Simulation, [u32; 4]) -> CommandReturn,
    ) -> (Results, Message) {
        let words = arguments.map(|word| word as u32);
        let slot = (words[0], words[1]);
        let given = (arguments[2], arguments[3]);
        let plain = |words: Option<Words>| (answer(words.unwrap_or((0, 0))), Message::default());
        let upcall = |(words, arguments)| (answer(words), upcall_message(arguments));
        // A program that would wait for ever is told so.
        let hang = (refusal(Error::DataLoss as u32), Message::default());
        match Syscall::from_number(*number) {
            Some(Syscall::Command) => {
                let given = [words[0], words[1], words[2], words[3]];
                self.commanded = Some(given);
                command(self, given).to_registers()
            }
            Some(Syscall::AllowReadOnly) => plain(self.read_only.insert(slot, given)),
            Some(Syscall::AllowReadWrite) => plain(self.read_write.insert(slot, given)),
            Some(Syscall::Subscribe) => plain(self.subscribed.insert(slot, given)),
            Some(Syscall::YieldWait) => self.take(Simulation::is_heard).map_or(hang, upcall),
            Some(Syscall::YieldNoWait) => {
                self.take(Simulation::is_heard).map_or(plain(None), upcall)
            }
            Some(Syscall::YieldWaitFor) => {
                self.take(|_, pending| pending == slot).map_or(hang, |(_, words)| awaited(words, 0))
            }
            Some(Syscall::CommandAndYieldWaitFor) => {
                let given = [words[0], words[1], words[2], words[3]];
                self.commanded = Some(given);
                let given = command(self, given);
                if given.failure.is_some() {
                    return given.to_registers();
                }
                for number in (0..32).filter(|number| words[4] & 1 << number != 0) {
                    if let Some((_, arguments)) = self.take(|_, slot| slot == (words[0], number)) {
                        let is_one = words[4].is_power_of_two();
                        return awaited(arguments, if is_one { 0 } else { number });
                    }
                }
                hang
            }
            Some(Syscall::ObjectWait) => {
                match self.pending.iter().any(|(slot, _)| self.is_heard(*slot)) {
                    true => plain(Some((0, Signals::READABLE.bits() as usize))),
                    false => (refusal(Error::DeadlineExceeded as u32), Message::default()),
                }
            }
            _other => (refusal(Error::Unimplemented as u32), Message::default()),
        }
    }
}

/// An upcall that was waited for, in registers.
fn awaited([first, second, third]: [usize; 3], number: u32) -> (Results, Message) {
    (answer((first, second)), awaited_message(third, number))
}

fn answer((value0, value1): Words) -> Results {
    Results { status: 0, value0, value1 }
}

fn refusal(status: u32) -> Results {
    Results { status, value0: 0, value1: 0 }
}

/// Runs a program against a kernel with these capsules; returns what the program returned, the kernel
/// as it was left, and how many calls it took.
pub(crate) fn simulate<T>(
    mut command: impl FnMut(&mut Simulation, [u32; 4]) -> CommandReturn + Send,
    program: impl FnOnce() -> T,
) -> (T, Simulation, usize) {
    let mut simulation = Simulation::default();
    let kernel = |call: &Call| simulation.serve(call, &mut command);
    let (result, calls) = run_all(kernel, program);
    (result, simulation, calls.len())
}

/// A command that fails.
pub(crate) fn fail(code: ErrorCode) -> CommandReturn {
    CommandReturn::failure(code)
}
