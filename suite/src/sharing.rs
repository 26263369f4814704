//! Processes that do with shared memory what the tester of the system `shared_memory` tells them to.

use pw_status::{Error, MemoryRights, OWN_PROCESS, Result, StatusCode};
use userspace::channel::{Handler, Initiator};
use userspace::raw::Syscall;
use userspace::syscall::{
    ExitStatus, FaultCause, Signals, object_wait, process_exit, process_start, task_fault,
    task_join, task_terminate,
};
use userspace::time::{Instant, SystemClock};

use crate::hostile::{self, share};
use crate::report::Case;
use crate::timing::{PATIENCE, patience};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Maps the region of a handle; the values are its address and length.
    Map(u32, MemoryRights),
    /// Unmaps it.
    Unmap(u32),
    /// Lends it to the process with this number, or holds it.
    Lend(u32, u32, MemoryRights),
    /// Gives it back.
    Return(u32),
    /// Copies a word out of it, from an offset; the value is the word.
    Read(u32, usize),
    /// Copies a word into it, to an offset.
    Write(u32, usize, u32),
    /// Loads the byte at an address; the value is the byte.
    Load(usize),
    /// Stores a byte at an address.
    Store(usize, u8),
    /// Looks for signals of an object without waiting; the value is what it shows.
    Look(u32, Signals),
    /// Waits for a signal of an object, for a long time; the value is what it shows.
    Wait(u32, Signals),
    /// Sends 16 bytes from an address and has the answer at the next 16; the value is the answer's length.
    Transact(u32, usize),
    /// Exits.
    Exit,
}

/// Holding a region, which is lending it to oneself.
pub const fn hold(handle: u32) -> Order {
    Order::Lend(handle, OWN_PROCESS as u32, MemoryRights::ReadWrite)
}

/// How long what a transaction sends from a region is, and what it has for the answer there.
pub const MESSAGE_BYTES: usize = 16;

/// What an order came to: two values.
pub type Outcome = Result<(usize, usize)>;

impl Order {
    /// Does it.
    ///
    /// # Errors
    /// Those of the call.
    #[inline(never)]
    pub fn perform(self) -> Outcome {
        let object = |handle: u32| handle as usize;
        let one = |value: usize| (value, 0);
        match self {
            Order::Map(handle, rights) => {
                share(Syscall::SharedMemoryMap, [object(handle), rights.word(), 0])
            }
            Order::Unmap(handle) => share(Syscall::SharedMemoryUnmap, [object(handle), 0, 0]),
            Order::Lend(handle, to, rights) => {
                share(Syscall::ShareLend, [object(handle), to as usize, rights.word()])
            }
            Order::Return(handle) => share(Syscall::ShareReturn, [object(handle), 0, 0]),
            Order::Read(handle, offset) => {
                hostile::read_shared(handle, offset).map(|word| one(word as usize))
            }
            Order::Write(handle, offset, value) => {
                hostile::write_shared(handle, offset, value).map(|()| (0, 0))
            }
            Order::Load(address) => Ok(one(hostile::load(address).into())),
            Order::Store(address, value) => {
                hostile::store(address, value);
                Ok((0, 0))
            }
            Order::Look(handle, mask) => signals(handle, mask, Instant::MIN),
            Order::Wait(handle, mask) => signals(handle, mask, SystemClock::now() + PATIENCE),
            Order::Transact(handle, address) => {
                let answer = address + MESSAGE_BYTES;
                hostile::transact_shared(handle, address, answer, MESSAGE_BYTES).map(one)
            }
            Order::Exit => process_exit(3),
        }
    }

    fn to_words(self) -> [u64; 4] {
        match self {
            Order::Map(handle, rights) => [0, handle.into(), rights.word() as u64, 0],
            Order::Unmap(handle) => [1, handle.into(), 0, 0],
            Order::Lend(handle, to, rights) => [2, handle.into(), to.into(), rights.word() as u64],
            Order::Return(handle) => [3, handle.into(), 0, 0],
            Order::Read(handle, offset) => [4, handle.into(), offset as u64, 0],
            Order::Write(handle, offset, word) => [5, handle.into(), offset as u64, word.into()],
            Order::Load(address) => [6, address as u64, 0, 0],
            Order::Store(address, value) => [7, address as u64, value.into(), 0],
            Order::Look(handle, mask) => [8, handle.into(), mask.bits().into(), 0],
            Order::Wait(handle, mask) => [9, handle.into(), mask.bits().into(), 0],
            Order::Transact(handle, address) => [10, handle.into(), address as u64, 0],
            Order::Exit => [11, 0, 0, 0],
        }
    }

    fn from_words([what, first, second, third]: [u64; 4]) -> Option<Order> {
        let handle = first as u32;
        let mask = Signals::from_bits_truncate(second as u32);
        Some(match what {
            0 => Order::Map(handle, MemoryRights::from_word(second as usize)?),
            1 => Order::Unmap(handle),
            2 => Order::Lend(handle, second as u32, MemoryRights::from_word(third as usize)?),
            3 => Order::Return(handle),
            4 => Order::Read(handle, second as usize),
            5 => Order::Write(handle, second as usize, third as u32),
            6 => Order::Load(first as usize),
            7 => Order::Store(first as usize, second as u8),
            8 => Order::Look(handle, mask),
            9 => Order::Wait(handle, mask),
            10 => Order::Transact(handle, second as usize),
            11 => Order::Exit,
            _ => return None,
        })
    }
}

fn signals(handle: u32, mask: Signals, deadline: Instant) -> Outcome {
    let found = object_wait(handle, mask, deadline)?;
    Ok((found.pending_signals.bits() as usize, 0))
}

/// An order and when to do it; or an outcome: three words and one that is spare.
const WIRE_BYTES: usize = 5 * 8;
/// The order is done, then answered.
const NOW: u64 = 0;
/// It is answered, then done.
const LATER: u64 = 1;
/// What came of the one that was done later is asked for.
const WHAT_CAME: u64 = 2;

fn to_wire(words: [u64; 5]) -> [u8; WIRE_BYTES] {
    let mut bytes = [0; WIRE_BYTES];
    for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn from_wire(bytes: &[u8; WIRE_BYTES]) -> [u64; 5] {
    let mut words = [0; 5];
    let (places, _) = bytes.as_chunks();
    for (word, place) in words.iter_mut().zip(places) {
        *word = u64::from_le_bytes(*place);
    }
    words
}

fn outcome_to_wire(outcome: Outcome) -> [u8; WIRE_BYTES] {
    let (first, second) = outcome.unwrap_or((0, 0));
    to_wire([outcome.status_code().into(), first as u64, second as u64, 0, 0])
}

/// Does as it is told, for ever.
///
/// # Errors
/// Those of a handler.
pub fn serve(control: Handler) -> Result<()> {
    let mut bytes = [0; WIRE_BYTES];
    let mut kept = Err(Error::NotFound);
    loop {
        control.receive(&mut bytes, Instant::MAX)?;
        let [when, order @ ..] = from_wire(&bytes);
        let perform = || Order::from_words(order).map_or(Err(Error::Unimplemented), Order::perform);
        match when {
            NOW => control.respond(&outcome_to_wire(perform()))?,
            LATER => {
                control.respond(&outcome_to_wire(Ok((0, 0))))?;
                kept = perform();
            }
            _ => control.respond(&outcome_to_wire(kept))?,
        }
    }
}

/// A process that serves so, seen from the tester.
#[derive(Clone, Copy, Debug)]
pub struct Sharer {
    control: Initiator,
    process: u32,
}

impl Sharer {
    /// The process at the other end of its control channel, and its process object.
    pub const fn new(control: Initiator, process: u32) -> Sharer {
        Sharer { control, process }
    }

    /// What an order comes to; `Aborted` if the process has ended.
    ///
    /// # Errors
    /// Those of the order.
    #[inline(never)]
    pub fn does(self, order: Order) -> Outcome {
        self.asks(NOW, order)
    }

    /// Has it begin with an order, which may block.
    ///
    /// # Errors
    /// `Aborted` if the process has ended.
    pub fn begins(self, order: Order) -> Result<()> {
        self.asks(LATER, order).map(|_| ())
    }

    /// What the order came to that it began; blocks until it is done.
    ///
    /// # Errors
    /// As [`Sharer::does`].
    pub fn came_to(self) -> Outcome {
        self.asks(WHAT_CAME, Order::Exit)
    }

    fn asks(self, when: u64, order: Order) -> Outcome {
        let [what, first, second, third] = order.to_words();
        let mut answer = [0; WIRE_BYTES];
        let request = to_wire([when, what, first, second, third]);
        let answered = self.control.transact(&request, &mut answer, patience());
        answered.map_err(|_| Error::Aborted)?;
        let [status, first, second, ..] = from_wire(&answer);
        match Error::from_status(status as u32) {
            Some(error) => Err(error),
            None => Ok((first as usize, second as usize)),
        }
    }

    /// Checks that an order ends it as a fault at this address, and starts it again.
    ///
    /// # Errors
    /// Those of the calls.
    #[track_caller]
    #[inline(never)]
    pub fn faults(self, case: &mut Case, order: Order, address: usize) -> Result<()> {
        case.equal(self.does(order), Err(Error::Aborted));
        let fault = task_fault(self.process)?;
        case.equal((fault.cause, fault.address), (FaultCause::MemoryAccess, address));
        let _ = task_join(self.process);
        self.start()
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of the calls.
    #[inline(never)]
    pub fn end(self, case: &mut Case) -> Result<()> {
        task_terminate(self.process)?;
        case.equal(task_join(self.process), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    }

    /// Starts it.
    ///
    /// # Errors
    /// Those of the call.
    pub fn start(self) -> Result<()> {
        process_start(self.process)
    }
}

/// What the partner of the system `shared_memory_guards` is to do, once it has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Task {
    /// Takes a loan, inverts every byte, and gives it back.
    Invert,
    /// Takes a loan to read, and keeps the sum of its bytes for who asks.
    Sum,
    /// Answers with the sum.
    Tell,
    /// Takes a loan, writes a byte, and exits.
    Die,
    /// Adds one to a word of the mapped region, a thousand times.
    Count,
    /// Writes [`MESSAGES`] messages to the ring.
    Produce,
    /// Claims the region and lends it to the tester to be read; takes it back.
    LendBack,
}

/// How many messages go through the ring.
pub const MESSAGES: u32 = 2_000;

impl Task {
    const ALL: [Task; 7] = [
        Task::Invert,
        Task::Sum,
        Task::Tell,
        Task::Die,
        Task::Count,
        Task::Produce,
        Task::LendBack,
    ];

    /// The task that a byte stands for, if it stands for one.
    pub fn from_byte(byte: u8) -> Option<Task> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// Message number `number` of the ring: up to twelve bytes that are all different from the next one's.
pub fn ring_message(number: u32) -> ([u8; 12], usize) {
    let mut bytes = [number as u8; 12];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    (bytes, 4 + number as usize % 9)
}
