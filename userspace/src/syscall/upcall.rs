//! Upcalls: what a capsule has to say, and when it is heard (CP-2).
//!
//! The kernel calls nothing. A yield returns the two words that the upcall was subscribed with, and it
//! is this side that makes a function of them. That is sound because a [`Subscription`] is made of a
//! function, or of this module's own mark, and cannot be made of a number: whatever the kernel hands
//! back was once in one. Who subscribes by [`raw::syscall`] vouches for it.

use core::{mem, ptr};

use guichet_abi::{Error, Message, Result, Results, Syscall, awaited_arguments, upcall_arguments};

use super::capsule::{CapsuleError, decode, swap};
use super::decode as decode_plain;
use crate::raw;
use crate::upcall::{Event, source_of};

/// What an upcall calls: with its three arguments, and the `user_data` that it was subscribed with.
pub type UpcallFunction = fn(usize, usize, usize, usize);

/// The function word of a subscription that is for events. It is the address of this very word, which
/// no function can have; a function of its own would not do, for the compiler may give two functions
/// that do the same one address.
static EVENTS: u32 = 0;

/// What becomes of an upcall: a function is called, [`crate::upcall`] hears of it, or nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    function: usize,
    user_data: usize,
}

impl Subscription {
    /// Nothing: the upcall stays pending until somebody subscribes.
    pub const NONE: Subscription = Subscription { function: 0, user_data: 0 };

    /// A call of `function`, with `user_data` as its last argument.
    pub fn new(function: UpcallFunction, user_data: usize) -> Subscription {
        Subscription { function: (function as *const ()).expose_provenance(), user_data }
    }

    /// An event, known by its place in the table of [`crate::upcall`].
    pub(crate) fn event(place: usize) -> Subscription {
        Subscription { function: (&raw const EVENTS).addr(), user_data: place }
    }

    /// Tells whether it is for events.
    pub(crate) fn is_event(self) -> bool {
        self.function == (&raw const EVENTS).addr()
    }

    /// Does with an upcall what it was subscribed for; it is not [`Subscription::NONE`].
    fn deliver(self, arguments: [usize; 3]) -> Result<Yielded> {
        if self.is_event() {
            let source = source_of(self.user_data).ok_or(Error::Internal)?;
            return Ok(Yielded::Event(Event { source, arguments }));
        }
        let function: *const () = ptr::with_exposed_provenance(self.function);
        // SAFETY: it is neither zero nor the mark, so `new` made it of such a function.
        let function: UpcallFunction = unsafe { mem::transmute(function) };
        let [first, second, third] = arguments;
        function(first, second, third, self.user_data);
        Ok(Yielded::Called)
    }
}

/// What a yield has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an event that is dropped has not been heard"]
pub enum Yielded {
    /// A function was subscribed, and has been called.
    Called,
    /// An upcall that [`crate::upcall::listen`] asked for.
    Event(Event),
}

/// Says what becomes of an upcall of a driver from now on, and returns what it was until now (CP-1).
/// What is pending stays so (CP-2). Never blocks.
///
/// # Errors
/// `NoDevice` if there is no such driver, `NoSupport` if it has no such upcall.
pub fn subscribe(
    driver: u32,
    number: u32,
    subscription: Subscription,
) -> core::result::Result<Subscription, CapsuleError> {
    let Subscription { function, user_data } = subscription;
    // SAFETY: the kernel touches no memory; it keeps the words and hands them back.
    let replaced = unsafe { swap(Syscall::Subscribe, [driver, number], [function, user_data]) };
    replaced.map(|(function, user_data)| Subscription { function, user_data })
}

/// Blocks until an upcall that is subscribed is pending, and delivers it: calls its function, or
/// returns it as an event (CP-2). Upcalls that nobody has subscribed stay pending.
///
/// # Errors
/// `FailedPrecondition` from a thread other than the main one.
pub fn yield_wait() -> Result<Yielded> {
    yielded(Syscall::YieldWait)?.ok_or(Error::Internal)
}

/// As [`yield_wait`], and `None` if no upcall that is subscribed is pending (CP-2). Does not block.
///
/// # Errors
/// As [`yield_wait`].
pub fn yield_no_wait() -> Result<Option<Yielded>> {
    yielded(Syscall::YieldNoWait)
}

/// Blocks until this upcall of the driver is pending, takes it, and returns its three arguments
/// (CP-2). It need not be subscribed, and no function is called.
///
/// # Errors
/// `NoDevice` if there is no such driver, `NoSupport` if it has no such upcall.
#[inline(always)]
pub fn yield_wait_for(driver: u32, number: u32) -> core::result::Result<[usize; 3], CapsuleError> {
    let arguments = [driver as usize, number as usize, 0, 0, 0, 0, 0];
    let (results, message) = yield_call(Syscall::YieldWaitFor, arguments);
    awaited(results, message).map(|(words, _)| words)
}

/// Gives a driver a command, and if that succeeds, blocks until one of its upcalls comes whose bits are set in
/// `upcalls`, and takes it: in one step, so that a request and its answer are one call. Returns the upcall's three
/// arguments and its number; with one bit set, the number is 0. None of them need be subscribed, and no
/// function is called (CP-2). What the command hands back is not told.
///
/// # Errors
/// What the command is refused with; then nothing was waited for. `NoSupport` if the driver has no such upcalls,
/// or no bit is set; then no command was given.
#[inline(always)]
pub fn command_and_yield_wait_for(
    driver: u32,
    [command, argument0, argument1]: [u32; 3],
    upcalls: u32,
) -> core::result::Result<([usize; 3], u32), CapsuleError> {
    let words = [driver, command, argument0, argument1, upcalls].map(|word| word as usize);
    let [driver, command, argument0, argument1, upcalls] = words;
    let arguments = [driver, command, argument0, argument1, upcalls, 0, 0];
    let (results, message) = yield_call(Syscall::CommandAndYieldWaitFor, arguments);
    awaited(results, message)
}

#[inline(always)]
fn awaited(
    results: Results,
    message: Message,
) -> core::result::Result<([usize; 3], u32), CapsuleError> {
    let (first, second) = decode(results)?;
    let (third, number) = awaited_arguments(message);
    Ok(([first, second, third], number))
}

/// Yields and delivers what came, if anything did.
fn yielded(kind: Syscall) -> Result<Option<Yielded>> {
    let (results, message) = yield_call(kind, [0; 7]);
    match decode_plain(results)? {
        (0, _) => Ok(None),
        (function, user_data) => {
            let subscription = Subscription { function, user_data };
            subscription.deliver(upcall_arguments(message)).map(Some)
        }
    }
}

#[inline(always)]
fn yield_call(kind: Syscall, arguments: guichet_abi::Arguments) -> (Results, Message) {
    // SAFETY: the call names no memory; what capsules write to meanwhile was given to them by an
    // allow, and its caller has vouched for it.
    unsafe { raw::syscall_message(kind as usize, arguments) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::{AtomicUsize, Ordering};

    static SUM: AtomicUsize = AtomicUsize::new(0);

    fn note(first: usize, second: usize, third: usize, user_data: usize) {
        SUM.store(first * 1000 + second * 100 + third * 10 + user_data, Ordering::Relaxed);
    }

    #[test]
    fn a_function_is_called_with_the_arguments_and_its_user_data() {
        let subscription = Subscription::new(note, 4);
        assert!(!subscription.is_event());
        assert_eq!(subscription.deliver([1, 2, 3]), Ok(Yielded::Called));
        assert_eq!(SUM.load(Ordering::Relaxed), 1234);
    }

    #[test]
    fn an_event_of_no_place_is_an_error_and_no_call() {
        assert!(Subscription::event(7).is_event());
        assert!(!Subscription::NONE.is_event());
        assert_eq!(Subscription::event(usize::MAX).deliver([0; 3]), Err(Error::Internal));
    }
}
