//! The side that finds a service and notifies it.

use super::{DRIVER, NotifyError, SERVICE, Shared, discover, notify_service, upcall_of};
use crate::allow::AllowedCells;
use crate::shared_buffer::SharedBuffer;
use crate::syscall::{CapsuleError, command_and_yield_wait_for};
use crate::time::Instant;
use crate::upcall::{Event, Source, Upcalls, wait_for_any};

/// A process that this one has found, and uses as a service.
#[derive(Debug)]
pub struct Client {
    number: u32,
    buffer: Option<AllowedCells>,
}

impl Client {
    /// Finds the service by the name of its process, which system.json5 gives it. Never blocks.
    ///
    /// # Errors
    /// `NotFound`, `NoRoom`, `NoDriver`.
    pub fn of(name: &str) -> Result<Client, NotifyError> {
        let number = discover(name).map_err(|error| NotifyError::of(error, NotifyError::NotFound));
        Ok(Client { number: number?, buffer: None })
    }

    /// Finds the next life of the service, which has the same number and, when it is notified, the same buffer.
    /// Never blocks.
    ///
    /// # Errors
    /// As [`Client::of`].
    pub fn find_again(&mut self, name: &str) -> Result<(), NotifyError> {
        let found =
            discover(name).map_err(|error| NotifyError::of(error, NotifyError::NotFound))?;
        if found != self.number {
            // It was another's, by that one's first notification.
            self.buffer = None;
            self.number = found;
        }
        Ok(())
    }

    /// The number by which this process knows the service.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Lets the service use this buffer, from the next notification on, in place of what was shared with it before,
    /// which is mapped there no more. Never blocks.
    ///
    /// # Errors
    /// `InUse`. Whether it can be shared, the notification tells.
    pub fn share(&mut self, buffer: SharedBuffer) -> Result<(), NotifyError> {
        self.take_back();
        let allowed = AllowedCells::new(DRIVER, self.number, buffer.cells());
        self.buffer = Some(allowed.map_err(|error| NotifyError::of(error, NotifyError::Gone))?);
        Ok(())
    }

    /// Shares nothing with the service any more, at once. Never blocks.
    pub fn take_back(&mut self) {
        self.buffer = None;
    }

    /// Notifies the service. Never blocks.
    ///
    /// # Errors
    /// `Gone` if it has ended; `NoRoom`, `CannotBeShared`.
    pub fn notify(&self) -> Result<(), NotifyError> {
        notify_service(self.number).map_err(|error| NotifyError::of(error, NotifyError::Gone))
    }

    /// Notifies the service, and blocks until it has notified this process: for ever, if it never does. One that it
    /// has not taken yet counts.
    ///
    /// # Errors
    /// As [`Client::notify`].
    pub fn call(&self) -> Result<Option<Shared<'_>>, NotifyError> {
        let ended = command_and_yield_wait_for(DRIVER, [SERVICE, self.number, 0], 1 << self.number);
        self.shared_by(ended.map(|(arguments, _)| arguments))
    }

    /// Blocks until the service has notified this process, and gives what it shares.
    ///
    /// # Errors
    /// `Failed`, which only the system's making can cause.
    pub fn wait(&self) -> Result<Option<Shared<'_>>, NotifyError> {
        self.shared_by(wait_for_any([self.upcall()]).map(|Event { arguments, .. }| arguments))
    }

    /// As [`Client::wait`], until the deadline. `upcalls` is the process's object of that type.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first.
    pub fn wait_until(
        &self,
        upcalls: Upcalls,
        deadline: Instant,
    ) -> Result<Option<Shared<'_>>, NotifyError> {
        let event = upcalls.wait_for_any([self.upcall()], deadline);
        self.shared_by(event.map(|Event { arguments, .. }| arguments))
    }

    /// The upcall by which the service notifies this process, for programs that are driven by events.
    pub fn upcall(&self) -> Source {
        upcall_of(self.number)
    }

    fn shared_by(
        &self,
        told: Result<[usize; 3], CapsuleError>,
    ) -> Result<Option<Shared<'_>>, NotifyError> {
        let words = told.map_err(|error| NotifyError::of(error, NotifyError::Gone))?;
        // SAFETY: the words of this upcall.
        Ok(unsafe { Shared::of_words(words) })
    }
}
