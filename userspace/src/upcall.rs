//! Upcalls as events: a program asks "what came?", and no function is called behind its back.
//!
//! ```ignore
//! upcall::listen(mailbox::WAITING)?;
//! upcall::listen(inbox::MESSAGES)?;
//! loop {
//!     match upcall::wait()? {
//!         Event { source: mailbox::WAITING, .. } => serve(),
//!         Event { source: inbox::MESSAGES, .. } => read(),
//!         _ => {}
//!     }
//! }
//! ```
//!
//! - **nothing came**: [`wait`] blocks, [`next()`] does not; [`Upcalls::wait`] has a deadline.
//! - **nobody listens**: what came stays with the kernel until somebody does, and is not lost.
//! - **functions** that other parts of the program have subscribed with [`subscribe`] are called on the
//!   way, and are no events.
//! - **a blocking call meanwhile**, say of [`crate::mailbox`], takes only what it waits for itself:
//!   events stay where they are until it is over ([`wait_for_any`]).
//!
//! All of this is the main thread's, as the calls beneath it are.

mod chosen;
mod table;

pub use table::MAX_SOURCES;
pub(crate) use table::source_of;

use guichet_abi::{Error, Result, Signals};

use crate::syscall::{
    self, CapsuleError, Subscription, Yielded, command_values, object_wait, subscribe,
    yield_no_wait,
};
use crate::time::Instant;

/// An upcall of a driver, as the one that an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The number of the driver.
    pub driver: u32,
    /// The number of its upcall.
    pub number: u32,
}

impl Source {
    /// Says what becomes of its upcalls, and returns what became of them until now.
    fn subscribe(
        self,
        subscription: Subscription,
    ) -> core::result::Result<Subscription, CapsuleError> {
        subscribe(self.driver, self.number, subscription)
    }
}

/// An upcall that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Which upcall it is.
    pub source: Source,
    /// Its three arguments; the driver says what they mean.
    pub arguments: [usize; 3],
}

/// Asks for the upcalls of a source as events from now on, in place of whatever they were subscribed
/// with; one that is pending already is among them (CP-2). Listening twice is fine. Never blocks.
///
/// # Errors
/// `NoDevice` if the system has no such driver, `NoSupport` if the driver has no such upcall;
/// `ResourceExhausted` if the program listens to [`MAX_SOURCES`] already.
pub fn listen(source: Source) -> core::result::Result<(), CapsuleError> {
    let place = table::find(source, table::OUTSIDE).or_else(table::free);
    let place = place.ok_or(Error::ResourceExhausted)?;
    // While something blocks in `wait_for_any` the event must wait.
    match table::depth() {
        table::OUTSIDE => source.subscribe(Subscription::event(place)).map(|_| ())?,
        _inside => silence(source)?,
    }
    table::keep(place, source, table::OUTSIDE);
    Ok(())
}

/// Asks for them no more; those that come now stay pending. Never blocks.
///
/// # Errors
/// As [`listen`].
pub fn ignore(source: Source) -> core::result::Result<(), CapsuleError> {
    silence(source)?;
    if let Some(place) = table::find(source, table::OUTSIDE) {
        table::clear(place);
    }
    Ok(())
}

/// Has nobody hear of a source, but for a wait that is under way for it.
fn silence(source: Source) -> core::result::Result<(), CapsuleError> {
    let is_awaited =
        table::depth() != table::OUTSIDE && table::find(source, table::depth()).is_some();
    match is_awaited {
        // This changes nothing, and is refused to the same threads.
        true => command_values(source.driver, 0, 0, 0).map(|_| ()),
        false => source.subscribe(Subscription::NONE).map(|_| ()),
    }
}

/// The next event, if one has come. Does not block.
///
/// # Errors
/// `FailedPrecondition` from a thread other than the main one.
pub fn next() -> Result<Option<Event>> {
    loop {
        match yield_no_wait()? {
            Some(Yielded::Called) => {}
            Some(Yielded::Event(event)) => return Ok(Some(event)),
            None => return Ok(None),
        }
    }
}

/// Blocks until an event comes.
///
/// # Errors
/// `FailedPrecondition` from a thread other than the main one.
pub fn wait() -> Result<Event> {
    loop {
        if let Yielded::Event(event) = syscall::yield_wait()? {
            return Ok(event);
        }
    }
}

/// Blocks until an upcall of one of these sources comes, whether the program listens to them or not,
/// and takes it. What else the program listens to stays pending meanwhile; functions are called. What
/// a source was subscribed with before, it is again afterwards.
///
/// # Errors
/// As [`listen`], for each of them.
pub fn wait_for_any<const N: usize>(
    sources: [Source; N],
) -> core::result::Result<Event, CapsuleError> {
    chosen::wait(sources, || syscall::yield_wait().map(Some))
}

/// As [`wait_for_any`], and `None` if no upcall of these sources has come. Does not block.
///
/// # Errors
/// As [`wait_for_any`].
pub fn try_any<const N: usize>(
    sources: [Source; N],
) -> core::result::Result<Option<Event>, CapsuleError> {
    // No yield fails so by itself.
    let at_once = || yield_no_wait()?.map(Some).ok_or(Error::DeadlineExceeded);
    match chosen::wait(sources, at_once) {
        Ok(event) => Ok(Some(event)),
        Err(CapsuleError::Failed(Error::DeadlineExceeded)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The object `upcalls` of the process (CP-6): READABLE while an upcall that is subscribed is pending,
/// so that a wait for events can have a deadline, or be one of several in a wait group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Upcalls {
    handle: u32,
}

impl Upcalls {
    /// The object with this handle; the generated `object` module makes it.
    pub const fn new(handle: u32) -> Self {
        Upcalls { handle }
    }

    /// The handle, for calls that take a number.
    pub const fn handle(self) -> u32 {
        self.handle
    }

    /// As [`wait()`], until the deadline.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first; otherwise as [`object_wait`] and [`wait()`].
    pub fn wait(self, deadline: Instant) -> Result<Event> {
        loop {
            if let Some(Yielded::Event(event)) = self.yield_until(deadline)? {
                return Ok(event);
            }
        }
    }

    /// As [`wait_for_any`], until the deadline.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first; otherwise as [`object_wait`] and
    /// [`wait_for_any`].
    pub fn wait_for_any<const N: usize>(
        self,
        sources: [Source; N],
        deadline: Instant,
    ) -> core::result::Result<Event, CapsuleError> {
        chosen::wait(sources, || self.yield_until(deadline))
    }

    /// What has come by the deadline, if another wait has not taken it first.
    fn yield_until(self, deadline: Instant) -> Result<Option<Yielded>> {
        object_wait(self.handle, Signals::READABLE, deadline)?;
        yield_no_wait()
    }
}
