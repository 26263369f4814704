//! Processes that notify and share as the tester of the system `notify` tells them to (NO).

use pw_status::{Error, ErrorCode, OK, Result, StatusCode, driver};
use userspace::channel::{Handler, Initiator};
use userspace::notify::{
    Client, NotifyError, Service, discover, notify_client, notify_service, upcall_of,
};
use userspace::syscall::{
    CapsuleError, ExitStatus, FaultCause, process_exit, process_start, task_fault, task_join,
    task_terminate, yield_wait_for,
};
use userspace::time::Instant;
use userspace::upcall::{Event, Upcalls, try_any};
use userspace::{SharedBuffer, shared_buffer};

use crate::hostile;
use crate::report::Case;
use crate::timing::patience;

/// How long each buffer is that a process can share.
pub const BUFFER_BYTES: usize = 64;

/// The name of a process: eight bytes, with zeros behind its end.
pub type Name = [u8; 8];

/// A name of at most eight letters.
pub const fn name(letters: &str) -> Name {
    let mut name = [0; 8];
    let bytes = letters.as_bytes();
    let mut place = 0;
    while place < bytes.len() {
        name[place] = bytes[place];
        place += 1;
    }
    name
}

fn text(name: &Name) -> &str {
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    core::str::from_utf8(&name[..end]).unwrap_or("")
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Discovers a process; the value is its number.
    Discover(Name),
    /// Notifies the service with this number.
    Service(u32),
    /// Notifies the client with this number.
    Client(u32),
    /// Allows one of its two buffers under a number; the values are its address and length.
    Allow(u32, u8),
    /// Allows so many bytes at an address; an empty one takes back.
    AllowPlain(u32, usize, usize),
    /// Whether the upcall of a number is due, without waiting, and its words.
    Look(u32),
    /// Waits for the upcall of a number, and has its words.
    Wait(u32),
    /// Loads the byte at an address; the value is the byte.
    Load(usize),
    /// Stores a byte at an address.
    Store(usize, u8),
    /// Fills one of its buffers with this byte.
    Fill(u8, u8),
    /// The byte at the start and that at the end of one of its buffers.
    Ends(u8),
    /// Serves one notification by the library, as the service of this name: adds one to each byte that is shared,
    /// and notifies back. The values are the sender's number and how many bytes there were.
    Serve(Name),
    /// Has a service of this name change its first buffer, by the library; the values are as of [`Order::Ends`].
    Call(Name),
    /// Exits.
    Exit,
}

/// What an order came to: up to three values.
pub type Outcome = core::result::Result<[usize; 3], CapsuleError>;

/// A driver's refusal, as an outcome.
pub const fn refused(code: ErrorCode) -> Outcome {
    Err(CapsuleError::Refused(code))
}

/// A value, as an outcome.
pub const fn value(value: usize) -> Outcome {
    Ok([value, 0, 0])
}

/// Nothing but success.
pub const DONE: Outcome = value(0);
/// Nothing is due.
pub const NOTHING: Outcome = Err(CapsuleError::Failed(Error::Unavailable));

/// One of the two buffers of the process.
pub fn buffer(number: u8) -> SharedBuffer {
    match number {
        0 => shared_buffer!(64),
        _ => shared_buffer!(64),
    }
}

fn ends(buffer: SharedBuffer) -> [usize; 3] {
    let mut bytes = [0; BUFFER_BYTES];
    buffer.read(0, &mut bytes);
    [bytes[0].into(), bytes[BUFFER_BYTES - 1].into(), 0]
}

fn allow(number: u32, address: usize, length: usize) -> Outcome {
    let given = hostile::allow_to_notify(number, address, length);
    match given.status {
        OK => Ok([address, length, 0]),
        status => Err(from_status(status)),
    }
}

/// A library's error, as that of the calls beneath it.
fn plain(error: NotifyError) -> CapsuleError {
    match error {
        NotifyError::NotFound | NotifyError::Gone => ErrorCode::NoDevice.into(),
        NotifyError::NoRoom => ErrorCode::NoMemory.into(),
        NotifyError::CannotBeShared => ErrorCode::Invalid.into(),
        NotifyError::InUse => CapsuleError::InUse,
        NotifyError::NoDriver => Error::Unimplemented.into(),
        NotifyError::DeadlineExceeded => Error::DeadlineExceeded.into(),
        NotifyError::Refused(code) => code.into(),
        NotifyError::Failed(error) => error.into(),
    }
}

/// Serves one notification by the library.
fn serve_once(own: &Name, events: Upcalls) -> core::result::Result<[usize; 3], NotifyError> {
    let mut service = Service::open(text(own))?;
    let notice = service.wait_until(events, patience())?;
    let mut bytes = [0; BUFFER_BYTES];
    let count = notice.shared().map_or(0, |shared| {
        let count = shared.read(0, &mut bytes);
        bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_add(1));
        shared.write(0, &bytes[..count])
    });
    notice.notify_back()?;
    Ok([notice.sender() as usize, count, 0])
}

/// Has a service change a buffer, by the library.
fn call_once(service: &Name, events: Upcalls) -> core::result::Result<[usize; 3], NotifyError> {
    let mut client = Client::of(text(service))?;
    client.share(buffer(0))?;
    client.notify()?;
    client.wait_until(events, patience())?;
    client.take_back();
    Ok(ends(buffer(0)))
}

impl Order {
    /// Does it.
    ///
    /// # Errors
    /// Those of the call.
    #[inline(never)]
    pub fn perform(self, events: Upcalls) -> Outcome {
        match self {
            Order::Discover(name) => discover(text(&name)).map(|number| [number as usize, 0, 0]),
            Order::Service(number) => notify_service(number).map(|()| [0; 3]),
            Order::Client(number) => notify_client(number).map(|()| [0; 3]),
            Order::Allow(number, which) => {
                let cells = buffer(which).cells();
                allow(number, cells.as_ptr().expose_provenance(), cells.len())
            }
            Order::AllowPlain(number, address, length) => allow(number, address, length),
            Order::Look(number) => match try_any([upcall_of(number)])? {
                Some(Event { arguments, .. }) => Ok(arguments),
                None => NOTHING,
            },
            Order::Wait(number) => yield_wait_for(driver::NOTIFY, number),
            Order::Load(address) => value(hostile::load(address).into()),
            Order::Store(address, byte) => {
                hostile::store(address, byte);
                DONE
            }
            Order::Fill(which, byte) => {
                buffer(which).write(0, &[byte; BUFFER_BYTES]);
                DONE
            }
            Order::Ends(which) => Ok(ends(buffer(which))),
            Order::Serve(own) => serve_once(&own, events).map_err(plain),
            Order::Call(service) => call_once(&service, events).map_err(plain),
            Order::Exit => process_exit(3),
        }
    }

    fn to_words(self) -> [u64; 4] {
        let word = u64::from_le_bytes;
        match self {
            Order::Discover(name) => [0, word(name), 0, 0],
            Order::Service(number) => [1, number.into(), 0, 0],
            Order::Client(number) => [2, number.into(), 0, 0],
            Order::Allow(number, which) => [3, number.into(), which.into(), 0],
            Order::AllowPlain(number, address, length) => {
                [4, number.into(), address as u64, length as u64]
            }
            Order::Look(number) => [5, number.into(), 0, 0],
            Order::Wait(number) => [6, number.into(), 0, 0],
            Order::Load(address) => [7, address as u64, 0, 0],
            Order::Store(address, byte) => [8, address as u64, byte.into(), 0],
            Order::Fill(which, byte) => [9, which.into(), byte.into(), 0],
            Order::Ends(which) => [10, which.into(), 0, 0],
            Order::Serve(name) => [11, word(name), 0, 0],
            Order::Call(name) => [12, word(name), 0, 0],
            Order::Exit => [13, 0, 0, 0],
        }
    }

    fn from_words([what, first, second, third]: [u64; 4]) -> Option<Order> {
        let (number, which) = (first as u32, first as u8);
        let name = first.to_le_bytes();
        Some(match what {
            0 => Order::Discover(name),
            1 => Order::Service(number),
            2 => Order::Client(number),
            3 => Order::Allow(number, second as u8),
            4 => Order::AllowPlain(number, second as usize, third as usize),
            5 => Order::Look(number),
            6 => Order::Wait(number),
            7 => Order::Load(first as usize),
            8 => Order::Store(first as usize, second as u8),
            9 => Order::Fill(which, second as u8),
            10 => Order::Ends(which),
            11 => Order::Serve(name),
            12 => Order::Call(name),
            13 => Order::Exit,
            _ => return None,
        })
    }
}

/// The word of a place that another part of the program has.
const IN_USE: u32 = 0x200;

fn to_status(outcome: Outcome) -> u32 {
    match outcome {
        Ok(_) => OK,
        Err(CapsuleError::Refused(code)) => code.status(),
        Err(CapsuleError::Failed(error)) => error.status_code(),
        Err(CapsuleError::InUse) => IN_USE,
    }
}

fn from_status(status: u32) -> CapsuleError {
    match (ErrorCode::from_status(status), Error::from_status(status)) {
        (Some(code), _) => code.into(),
        (None, Some(error)) => error.into(),
        (None, None) => CapsuleError::InUse,
    }
}

/// An order and when to do it, or an outcome.
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
    let [first, second, third] = outcome.unwrap_or_default().map(|word| word as u64);
    to_wire([to_status(outcome).into(), first, second, third, 0])
}

/// Does as it is told, for ever.
///
/// # Errors
/// Those of a handler.
pub fn serve(control: Handler, events: Upcalls) -> Result<()> {
    let mut bytes = [0; WIRE_BYTES];
    let mut kept = NOTHING;
    loop {
        control.receive(&mut bytes, Instant::MAX)?;
        let [when, order @ ..] = from_wire(&bytes);
        let perform = || match Order::from_words(order) {
            Some(order) => order.perform(events),
            None => Err(Error::Unimplemented.into()),
        };
        match when {
            NOW => control.respond(&outcome_to_wire(perform()))?,
            LATER => {
                control.respond(&outcome_to_wire(DONE))?;
                kept = perform();
            }
            _ => control.respond(&outcome_to_wire(kept))?,
        }
    }
}

/// A process that serves so, seen from the tester.
#[derive(Clone, Copy, Debug)]
pub struct Partner {
    control: Initiator,
    process: u32,
    name: Name,
}

impl Partner {
    /// The process at the other end of its control channel, its process object, and its name.
    pub const fn new(control: Initiator, process: u32, letters: &str) -> Partner {
        Partner { control, process, name: name(letters) }
    }

    /// Its name.
    pub const fn name(self) -> Name {
        self.name
    }

    /// What an order comes to; `Failed(Aborted)` if the process has ended.
    ///
    /// # Errors
    /// Those of the order.
    #[inline(never)]
    pub fn does(self, order: Order) -> Outcome {
        self.asks(NOW, order)
    }

    /// The value of an order that must come to one.
    ///
    /// # Errors
    /// `Unknown` if it does not; the case has failed then.
    #[track_caller]
    #[inline(never)]
    pub fn must(self, case: &mut Case, order: Order) -> Result<usize> {
        must(case, order, self.does(order))
    }

    /// Has it begin with an order, which may block.
    ///
    /// # Errors
    /// `Failed(Aborted)` if the process has ended.
    pub fn begins(self, order: Order) -> Outcome {
        self.asks(LATER, order)
    }

    /// What the order came to that it began; blocks until it is done.
    ///
    /// # Errors
    /// As [`Partner::does`].
    pub fn came_to(self) -> Outcome {
        self.asks(WHAT_CAME, Order::Exit)
    }

    fn asks(self, when: u64, order: Order) -> Outcome {
        let [what, first, second, third] = order.to_words();
        let mut answer = [0; WIRE_BYTES];
        let request = to_wire([when, what, first, second, third]);
        let answered = self.control.transact(&request, &mut answer, patience());
        answered.map_err(|_| Error::Aborted)?;
        let [status, words @ .., _] = from_wire(&answer);
        match status as u32 {
            OK => Ok(words.map(|word| word as usize)),
            status => Err(from_status(status)),
        }
    }

    /// Checks that an order ends it as a fault at this address, and starts it again.
    ///
    /// # Errors
    /// Those of the calls.
    #[track_caller]
    #[inline(never)]
    pub fn faults(self, case: &mut Case, order: Order, address: usize) -> Result<()> {
        case.equal(self.does(order), Err(Error::Aborted.into()));
        let fault = task_fault(self.process)?;
        case.equal((fault.cause, fault.address), (FaultCause::MemoryAccess, address));
        let _ = task_join(self.process);
        process_start(self.process)
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

    /// Ends it and starts it again.
    ///
    /// # Errors
    /// Those of the calls.
    #[inline(never)]
    pub fn restart(self, case: &mut Case) -> Result<()> {
        self.end(case)?;
        self.start()
    }

    /// Starts it.
    ///
    /// # Errors
    /// Those of the call.
    pub fn start(self) -> Result<()> {
        process_start(self.process)
    }
}

/// The first value of an outcome, which must be one.
///
/// # Errors
/// `Unknown` if it is not; the case has failed then.
#[track_caller]
pub fn must(case: &mut Case, order: Order, outcome: Outcome) -> Result<usize> {
    match outcome {
        Ok([value, ..]) => Ok(value),
        Err(error) => {
            case.equal_for(order, Err(error), DONE);
            Err(Error::Unknown)
        }
    }
}
