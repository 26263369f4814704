//! A client and the present life of the server.

use pw_status::{Error, Result};
use userspace::ProcessId;
use userspace::mailbox::{self, MailboxError};
use userspace::registry::{self, RegistryError};
use userspace::time::SystemClock;
use userspace::upcall::Upcalls;

use crate::protocol::{Answer, MAX_REQUEST_BYTES, NAME, PATIENCE, Report, Wish};
use crate::{MAX_BYTES, Packet};

/// Who the server is at present.
#[derive(Debug)]
pub struct Connection {
    upcalls: Upcalls,
    server: ProcessId,
}

impl Connection {
    /// Waits for the server's name.
    ///
    /// # Errors
    /// `DeadlineExceeded` if nobody has it.
    pub fn find(upcalls: Upcalls) -> Result<Connection> {
        let found = registry::wait_for_until(&NAME, upcalls, SystemClock::now() + PATIENCE);
        match found {
            Ok(server) => Ok(Connection { upcalls, server }),
            Err(RegistryError::DeadlineExceeded) => Err(Error::DeadlineExceeded),
            Err(_) => Err(Error::FailedPrecondition),
        }
    }

    /// Waits for it again, since the server has ended: its next life is another process.
    ///
    /// # Errors
    /// As [`Connection::find`].
    pub fn find_again(&mut self) -> Result<()> {
        *self = Connection::find(self.upcalls)?;
        Ok(())
    }

    /// The server's id.
    pub fn server(&self) -> ProcessId {
        self.server
    }

    /// The object that waits have their deadlines by.
    pub fn upcalls(&self) -> Upcalls {
        self.upcalls
    }

    /// Asks for something.
    ///
    /// # Errors
    /// `Unavailable` if the server has ended; `DeadlineExceeded` if it does not answer.
    pub fn ask(&self, wish: Wish, packet: &Packet) -> Result<Answer> {
        let mut answer = [0];
        self.call(wish, packet, &mut answer)?;
        Answer::from_byte(answer[0]).ok_or(Error::Unknown)
    }

    /// Asks how it goes.
    ///
    /// # Errors
    /// As [`Connection::ask`].
    pub fn report(&self) -> Result<Report> {
        let mut response = [0; 1 + Report::BYTES];
        self.call(Wish::Report, &Packet::empty(0), &mut response)?;
        let [_, report @ ..] = response;
        Ok(Report::from_bytes(&report))
    }

    fn call(&self, wish: Wish, packet: &Packet, response: &mut [u8]) -> Result<()> {
        let mut request = [0; MAX_REQUEST_BYTES];
        let length = packet.as_bytes().len().min(MAX_BYTES);
        request[0] = wish as u8;
        request[1..=length].copy_from_slice(packet.as_bytes());
        let deadline = SystemClock::now() + PATIENCE;
        let request = &request[..=length];
        let called =
            mailbox::Client.call_until(self.server, request, response, self.upcalls, deadline);
        match called {
            Ok(answered) if answered.full_len == response.len() => Ok(()),
            Ok(_) => Err(Error::Unknown),
            Err(MailboxError::ServerGone) => Err(Error::Unavailable),
            Err(MailboxError::DeadlineExceeded) => Err(Error::DeadlineExceeded),
            Err(_) => Err(Error::Internal),
        }
    }
}
