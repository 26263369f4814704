//! The synchronous mailbox, by every way.

use pw_status::Error;
use userspace::ProcessId;
use userspace::allow::{Allowed, with_read_only, with_read_write};
use userspace::channel::StaticBuffer;
use userspace::mailbox::{
    ANSWERED, Buffers, Client, FAILED, MailboxError, Pending, Progress, Request, Response, Server,
    WAITING,
};
use userspace::syscall::{CapsuleError, ErrorCode};
use userspace::time::Instant;
use userspace::upcall::{self, Event, Upcalls};

use super::plain::{ask, called, status, wait_for};
use super::values::{Answer, Said, Taken, recognise};
use super::{CANARY, DRIVERS, MAILBOX, ROOM_BYTES, Step, Way};
use crate::robot::Give;

const DRIVER: u32 = DRIVERS[MAILBOX as usize];
/// One byte more than any transfer may have.
const LONG_BYTES: usize = super::MAX_BYTES as usize + 1;

type Result<T> = core::result::Result<T, CapsuleError>;

static REQUEST: StaticBuffer<ROOM_BYTES> = StaticBuffer::new();
static RESPONSE: StaticBuffer<ROOM_BYTES> = StaticBuffer::new();

/// A party's side of the mailbox.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    under_way: UnderWay,
    /// What was taken, the latest first.
    held: [Option<Held>; 4],
}

/// A request that nobody blocks in.
#[derive(Debug, Default)]
enum UnderWay {
    /// There was none yet.
    #[default]
    Never,
    /// There is none, and these are the buffers.
    None(Buffers),
    Plain(Allowed, Allowed),
    Events(Pending),
}

#[derive(Debug)]
enum Held {
    Plain(u32, u32),
    Safe(Request),
}

/// What an error of the library's stands for.
fn error(error: MailboxError) -> CapsuleError {
    match error {
        MailboxError::ServerGone | MailboxError::ClientGone => ErrorCode::NoDevice.into(),
        MailboxError::Withdrawn => ErrorCode::Cancel.into(),
        MailboxError::Busy => ErrorCode::Busy.into(),
        MailboxError::TooLong => ErrorCode::Size.into(),
        MailboxError::NoMailbox => ErrorCode::Uninstalled.into(),
        MailboxError::DeadlineExceeded => Error::DeadlineExceeded.into(),
        MailboxError::Refused(code) => code.into(),
        MailboxError::Failed(error) => error.into(),
    }
}

fn process(id: u32) -> Result<ProcessId> {
    ProcessId::from_word(id).ok_or(ErrorCode::NoDevice.into())
}

fn answer(room: &[u8], response: Response) -> Said {
    let Response { len, full_len, .. } = response;
    let is_told = response.was_cut() == (full_len > len);
    let seed = if is_told { recognise(room, len) } else { 0 };
    Ok(Answer { len, full: full_len, seed }.to_value())
}

/// What upcall 0 or 1 says about a request with this room.
fn outcome(room: &[u8], (number, [first, full, _]): (u32, [usize; 3])) -> Said {
    let is_cut = full > room.len();
    match (number, status(first)) {
        (0, Ok(())) if !is_cut => {}
        (0, Err(CapsuleError::Refused(ErrorCode::Size))) if is_cut => {}
        (1, Err(error)) => return Err(error),
        _ => return Err(Error::DataLoss.into()),
    }
    answer(room, Response { len: full.min(room.len()), full_len: full })
}

// Out of line: the stack holds its buffers only meanwhile.
#[inline(never)]
pub(super) fn call(step: Step, upcalls: Upcalls, deadline: Instant) -> Said {
    let (mut request, mut response) = ([0; LONG_BYTES], [CANARY; 255]);
    let request = step.give.fill(&mut request);
    let room = &mut response[..usize::from(step.small)];
    let asked = match step.way {
        Way::Events => return Err(Error::Unimplemented.into()),
        Way::Plain => {
            let exchange = || {
                ask(DRIVER, 1, [step.id, 0])?;
                called(DRIVER, [0, 1])
            };
            let with_room = || with_read_write(DRIVER, 0, room, exchange);
            let came = with_read_only(DRIVER, 0, request, with_room)???;
            return outcome(&response[..usize::from(step.small)], came);
        }
        Way::Blocking => Client.call(process(step.id)?, request, room),
        Way::Deadline => Client.call_until(process(step.id)?, request, room, upcalls, deadline),
    };
    answer(room, asked.map_err(error)?)
}

impl Mailbox {
    pub(super) fn begin(&mut self, step: Step) -> Said {
        let safe = process(step.id);
        if step.way != Way::Plain {
            safe?;
        }
        let Buffers { request, response } = match core::mem::take(&mut self.under_way) {
            UnderWay::Never => {
                let (request, response) = (REQUEST.take(), RESPONSE.take());
                let request = request.ok_or(Error::ResourceExhausted)?;
                Buffers { request, response: response.ok_or(Error::ResourceExhausted)? }
            }
            UnderWay::None(buffers) => buffers,
            busy => {
                self.under_way = busy;
                return Err(CapsuleError::InUse);
            }
        };
        let length = step.give.fill(request).len();
        response.fill(CANARY);
        if let (true, Ok(server)) = (step.way != Way::Plain, safe) {
            return match Client.start(server, Buffers { request, response }, length) {
                Ok(pending) => {
                    self.under_way = UnderWay::Events(pending);
                    Ok(0)
                }
                Err(refused) => {
                    self.under_way = UnderWay::None(refused.buffers);
                    Err(error(refused.error))
                }
            };
        }
        let request = Allowed::read_only(DRIVER, 0, request, length).map_err(|no| no.error)?;
        let response = Allowed::read_write(DRIVER, 0, response).map_err(|no| no.error)?;
        match ask(DRIVER, 1, [step.id, 0]) {
            Ok(_) => {
                self.under_way = UnderWay::Plain(request, response);
                Ok(0)
            }
            Err(error) => {
                let buffers = Buffers { request: request.take(), response: response.take() };
                self.under_way = UnderWay::None(buffers);
                Err(error)
            }
        }
    }

    pub(super) fn collect(&mut self) -> Said {
        match core::mem::take(&mut self.under_way) {
            UnderWay::Plain(request, response) => {
                let came = called(DRIVER, [0, 1])?;
                let buffers = Buffers { request: request.take(), response: response.take() };
                let said = outcome(buffers.response, came);
                self.under_way = UnderWay::None(buffers);
                said
            }
            UnderWay::Events(pending) => self.complete(pending),
            nothing => {
                self.under_way = nothing;
                Err(Error::FailedPrecondition.into())
            }
        }
    }

    fn complete(&mut self, mut pending: Pending) -> Said {
        upcall::listen(ANSWERED)?;
        upcall::listen(FAILED)?;
        let (result, buffers) = loop {
            let event: Event = upcall::wait()?;
            match pending.complete(&event) {
                Progress::Pending(still) => pending = still,
                Progress::Ended { result, buffers } => break (result, buffers),
            }
        };
        upcall::ignore(ANSWERED)?;
        upcall::ignore(FAILED)?;
        let said = result.map_err(error).and_then(|response| answer(buffers.response, response));
        self.under_way = UnderWay::None(buffers);
        said
    }

    /// Withdraws a request. By plain calls it is told whether there was one.
    pub(super) fn withdraw(&mut self) -> Said {
        let (buffers, said) = match core::mem::take(&mut self.under_way) {
            UnderWay::Plain(request, response) => {
                let said = ask(DRIVER, 2, [0; 2]);
                (Buffers { request: request.take(), response: response.take() }, said.map(|_| 0))
            }
            UnderWay::Events(pending) => (pending.cancel(), Ok(0)),
            nothing => {
                self.under_way = nothing;
                return ask(DRIVER, 2, [0; 2]).map(|_| 0);
            }
        };
        self.under_way = UnderWay::None(buffers);
        said
    }

    // Out of line, as above.
    #[inline(never)]
    pub(super) fn take(&mut self, step: Step, upcalls: Upcalls, deadline: Instant) -> Said {
        let mut buffer = [CANARY; 255];
        let room = &mut buffer[..usize::from(step.small)];
        if step.way == Way::Plain {
            let [from, full, serial] = with_read_write(DRIVER, 1, room, || {
                loop {
                    match ask(DRIVER, 3, [0; 2]) {
                        Err(CapsuleError::Refused(ErrorCode::NoDevice)) => {
                            let [count, rest @ ..] = wait_for(DRIVER, 2)?;
                            if count == 0 || rest != [0; 2] {
                                return Err(Error::DataLoss.into());
                            }
                        }
                        said => return said,
                    }
                }
            })??;
            return Ok(self.hold_plain(room, from, full, serial));
        }
        let request = match step.way {
            Way::Deadline => Server.next_until(room, upcalls, deadline).map_err(error)?,
            Way::Events => loop {
                upcall::listen(WAITING)?;
                let _ = upcall::wait()?;
                upcall::ignore(WAITING)?;
                if let Some(request) = Server.try_next(room).map_err(error)? {
                    break request;
                }
            },
            _ => Server.next(room).map_err(error)?,
        };
        Ok(self.hold(room, request))
    }

    /// Takes a request if there is one: of anybody, or of the process of the step.
    #[inline(never)]
    pub(super) fn try_take(&mut self, step: Step, is_anybodys: bool) -> Said {
        let mut buffer = [CANARY; 255];
        let room = &mut buffer[..usize::from(step.small)];
        if step.way == Way::Plain {
            let command = if is_anybodys { (3, 0) } else { (4, step.id) };
            let take = || ask(DRIVER, command.0, [command.1, 0]);
            let [from, full, serial] = with_read_write(DRIVER, 1, room, take)??;
            return Ok(self.hold_plain(room, from, full, serial));
        }
        let taken = match is_anybodys {
            true => Server.try_next(room),
            false => Server.try_next_from(process(step.id)?, room),
        };
        let request = taken.map_err(error)?.ok_or(ErrorCode::NoDevice)?;
        Ok(self.hold(room, request))
    }

    fn hold_plain(&mut self, room: &[u8], from: u32, full: u32, serial: u32) -> u64 {
        let full = full as usize;
        let len = full.min(room.len());
        self.push(Held::Plain(from, serial));
        Taken { from, len, full, seed: recognise(room, len), serial }.to_value()
    }

    fn hold(&mut self, room: &[u8], request: Request) -> u64 {
        let (from, serial) = (request.from.word(), request.serial());
        let Request { len, full_len: full, .. } = request;
        self.push(Held::Safe(request));
        Taken { from, len, full, seed: recognise(room, len), serial }.to_value()
    }

    fn push(&mut self, held: Held) {
        self.held.rotate_right(1);
        if let Some(Held::Safe(request)) = self.held[0].replace(held) {
            request.ignore();
        }
    }

    /// Responds to a request that was taken.
    pub(super) fn respond(&mut self, place: u8, give: Give) -> Said {
        let place = self.held.get_mut(usize::from(place)).ok_or(Error::NotFound)?;
        match place.take().ok_or(Error::NotFound)? {
            Held::Plain(id, serial) => {
                *place = Some(Held::Plain(id, serial));
                respond_to(id, serial, give)
            }
            Held::Safe(request) => {
                let mut response = [0; LONG_BYTES];
                request.respond(give.fill(&mut response)).map(|()| 0).map_err(|not| {
                    *place = not.request.map(Held::Safe);
                    error(not.error)
                })
            }
        }
    }
}

/// Responds to any request.
#[inline(never)]
pub(super) fn respond_to(id: u32, serial: u32, give: Give) -> Said {
    let mut response = [0; LONG_BYTES];
    let respond = || ask(DRIVER, 5, [id, serial]);
    with_read_only(DRIVER, 1, give.fill(&mut response), respond)?.map(|_| 0)
}
