//! The side that is notified.

use core::marker::PhantomData;

use super::{NotifyError, Shared, discover, notify_client, upcall_of};
use crate::time::Instant;
use crate::upcall::{Event, Source, Upcalls, wait_for_any};

/// This process as a service. What came before it was opened is not lost.
#[derive(Debug)]
pub struct Service {
    number: u32,
}

impl Service {
    /// Opens it, by the name that system.json5 gives this process. Never blocks.
    ///
    /// # Errors
    /// `NotFound` if no process is called so; `NoRoom` if all numbers are others'; `NoDriver`.
    pub fn open(own_name: &str) -> Result<Service, NotifyError> {
        let number = discover(own_name);
        let number = number.map_err(|error| NotifyError::of(error, NotifyError::NotFound))?;
        Ok(Service { number })
    }

    /// Blocks until somebody has notified the service, and says who, and what it shares.
    ///
    /// # Errors
    /// `Failed`, which only the system's making can cause.
    pub fn wait(&mut self) -> Result<Notice<'_>, NotifyError> {
        let event = wait_for_any([self.upcall()]);
        let event = event.map_err(|error| NotifyError::of(error, NotifyError::Gone))?;
        Ok(Notice::of(event))
    }

    /// As [`Service::wait`], until the deadline. `upcalls` is the process's object of that type.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first.
    pub fn wait_until(
        &mut self,
        upcalls: Upcalls,
        deadline: Instant,
    ) -> Result<Notice<'_>, NotifyError> {
        let event = upcalls.wait_for_any([self.upcall()], deadline);
        let event = event.map_err(|error| NotifyError::of(error, NotifyError::Gone))?;
        Ok(Notice::of(event))
    }

    /// The upcall by which clients notify the service, for programs that are driven by events.
    pub fn upcall(&self) -> Source {
        upcall_of(self.number)
    }
}

/// That somebody has notified the service.
#[derive(Debug)]
pub struct Notice<'s> {
    sender: u32,
    words: [usize; 3],
    of_service: PhantomData<&'s mut Service>,
}

impl Notice<'_> {
    fn of(event: Event) -> Self {
        let [sender, ..] = event.arguments;
        let sender = u32::try_from(sender).unwrap_or(u32::MAX);
        Notice { sender, words: event.arguments, of_service: PhantomData }
    }

    /// The number by which this process knows who has notified it.
    pub fn sender(&self) -> u32 {
        self.sender
    }

    /// What it shared when this was told, if anything.
    pub fn shared(&self) -> Option<Shared<'_>> {
        // SAFETY: the words of an upcall of the service.
        unsafe { Shared::of_words(self.words) }
    }

    /// Notifies who has notified, as its service. Never blocks.
    ///
    /// # Errors
    /// `Gone` if it has ended; `NoRoom` if it has no number left for this process.
    pub fn notify_back(&self) -> Result<(), NotifyError> {
        notify_client(self.sender).map_err(|error| NotifyError::of(error, NotifyError::Gone))
    }
}
