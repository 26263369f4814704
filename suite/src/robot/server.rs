//! The robot's own side.

use pw_status::{Error, Result};
use userspace::channel::{AsyncBuffers, Handler, Initiator, StaticBuffer};
use userspace::syscall::{self, Signals};
use userspace::time::{Duration, Instant, sleep_until};

use super::script::{Give, Step, Until};
use super::wire::STEP_BYTES;
use super::{EndpointStep, MAX_STEPS, Outcomes};
use crate::capsule::{self, Party};
use crate::hostile::{self, Act};
use crate::{pattern, timing};

const CONTROL: Handler = Handler::new(0);
const IN: Handler = Handler::new(1);
const OUT: Initiator = Initiator::new(2);

static SEND: StaticBuffer<16> = StaticBuffer::new();
static RECEIVE: StaticBuffer<16> = StaticBuffer::new();

/// Carries out scripts for ever, with buffers of so many bytes.
///
/// # Errors
/// Those of a call on the control channel; the tester keeps to the protocol, so there are none.
pub fn serve<const BUFFER_BYTES: usize>() -> Result<()> {
    serve_all::<BUFFER_BYTES>(|_| Err(Error::Unimplemented))
}

/// The same for a robot that knows what to do at endpoints.
///
/// # Errors
/// As [`serve`].
pub fn serve_with<const BUFFER_BYTES: usize>(
    mut at_endpoint: impl FnMut(EndpointStep) -> Result<u64>,
) -> Result<()> {
    serve_all::<BUFFER_BYTES>(|step| match step {
        Step::Endpoint(step) => at_endpoint(step),
        _ => Err(Error::Unimplemented),
    })
}

/// The same for a robot that has to do with capsules.
///
/// # Errors
/// As [`serve`].
pub fn serve_capsules<const BUFFER_BYTES: usize>(party: &mut Party) -> Result<()> {
    serve_all::<BUFFER_BYTES>(|step| match step {
        Step::Capsule(step) => capsule::to_outcome(party.does(step)),
        _ => Err(Error::Unimplemented),
    })
}

/// Carries out scripts, with the help of whoever knows what to do beyond channels.
fn serve_all<const BUFFER_BYTES: usize>(mut beyond: impl FnMut(Step) -> Result<u64>) -> Result<()> {
    let mut robot =
        Server::<BUFFER_BYTES> { outcomes: Outcomes::new(), buffer: [0; BUFFER_BYTES], filled: 0 };
    loop {
        CONTROL.wait(Signals::READABLE, Instant::MAX)?;
        let mut script = [0; MAX_STEPS * STEP_BYTES];
        let length = CONTROL.read(0, &mut script)?;
        if length == 0 {
            CONTROL.respond(robot.outcomes.as_bytes())?;
        } else {
            CONTROL.set_peer_user_signal(false)?;
            CONTROL.respond(&[0u8; 0])?;
            robot.carry_out(&script[..length], &mut beyond)?;
        }
    }
}

struct Server<const BUFFER_BYTES: usize> {
    outcomes: Outcomes,
    /// What the last read or transaction gave, and how much of it there is.
    buffer: [u8; BUFFER_BYTES],
    filled: usize,
}

impl<const BUFFER_BYTES: usize> Server<BUFFER_BYTES> {
    fn carry_out(
        &mut self,
        script: &[u8],
        beyond: &mut impl FnMut(Step) -> Result<u64>,
    ) -> Result<()> {
        self.outcomes = Outcomes::new();
        let (steps, _) = script.as_chunks::<STEP_BYTES>();
        for step in steps {
            let step = Step::from_bytes(step).ok_or(Error::InvalidArgument)?;
            let outcome = match step {
                Step::Endpoint(_) | Step::Capsule(_) => beyond(step),
                step => self.perform(step),
            };
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    fn perform(&mut self, step: Step) -> Result<u64> {
        match step {
            Step::Transact { send, room_bytes, until } => self.transact(send, room_bytes, until),
            Step::Start { seed } => start(seed),
            Step::Begin => begin(),
            Step::Cancel => syscall::channel_async_cancel(OUT.handle()).map(|()| 0),
            Step::Wait { mask, until } => {
                let mask = Signals::from_bits_truncate(mask);
                let found = IN.wait(mask, until.instant())?;
                Ok(found.pending_signals.bits().into())
            }
            Step::Read { offset, room_bytes } => {
                let offset = usize::try_from(offset).map_err(|_| Error::OutOfRange)?;
                let room = self.room(room_bytes);
                let result = IN.read(offset, room);
                self.note_filled(result)
            }
            Step::Receive { room_bytes } => {
                let result = IN.receive(self.room(room_bytes), Instant::MAX);
                self.note_filled(result.map(|received| received.len))
            }
            Step::Respond(give) => respond::<BUFFER_BYTES>(give),
            Step::Echo => IN.respond(&self.buffer[..self.filled]).map(|()| 0),
            Step::Recognise { seed } => Ok(pattern::is(&self.buffer[..self.filled], seed).into()),
            Step::SignalIn(set) => IN.set_peer_user_signal(set).map(|()| 0),
            Step::SignalOut(set) => OUT.set_peer_user_signal(set).map(|()| 0),
            Step::SleepUntil(ticks) => sleep_until(Instant::from_ticks(ticks)).map(|()| 0),
            Step::Sleep(milliseconds) => sleep_until(in_milliseconds(milliseconds)).map(|()| 0),
            Step::Spin(milliseconds) => {
                timing::spin_until(in_milliseconds(milliseconds));
                Ok(0)
            }
            Step::Endpoint(_) | Step::Capsule(_) => Err(Error::Unimplemented),
            Step::Done => CONTROL.set_peer_user_signal(true).map(|()| 0),
            Step::Stamp => Ok(syscall::debug_clock_now().ticks()),
            Step::Exit(code) => syscall::process_exit(code),
            Step::Panic => panic!("as the script says"),
            Step::Crash => {
                hostile::act(Act::LoadByte, usize::MAX);
                panic!("survived a crash")
            }
            Step::Shutdown(status) => {
                let result = Error::from_status(status).map_or(Ok(()), Err);
                syscall::debug_shutdown(result).map(|()| 0)
            }
        }
    }

    // Out of line, and so the other one below: the stack then holds their buffers only meanwhile, and
    // one at a time.
    #[inline(never)]
    fn transact(&mut self, send: Give, room_bytes: u16, until: Until) -> Result<u64> {
        let mut request = [0; BUFFER_BYTES];
        let request = send.fill(&mut request);
        let result = OUT.transact(request, self.room(room_bytes), until.instant());
        self.note_filled(result)
    }

    /// So much of the buffer, as far as it goes.
    fn room(&mut self, bytes: u16) -> &mut [u8] {
        self.filled = 0;
        &mut self.buffer[..usize::from(bytes).min(BUFFER_BYTES)]
    }

    fn note_filled(&mut self, result: Result<usize>) -> Result<u64> {
        self.filled = result?.min(BUFFER_BYTES);
        // A length fits 64 bits on every board.
        Ok(self.filled as u64)
    }
}

/// Starts a transaction that nobody collects.
fn start(seed: u8) -> Result<u64> {
    let (Some(send), Some(receive)) = (SEND.take(), RECEIVE.take()) else {
        return Err(Error::ResourceExhausted);
    };
    pattern::fill(send, seed);
    let length = send.len();
    let started = OUT.start(AsyncBuffers { send, receive }, length);
    started.map(core::mem::forget).map_err(|refused| refused.error)?;
    Ok(0)
}

/// Starts a transaction of no bytes, so that no buffer has to come back.
fn begin() -> Result<u64> {
    let nothing = AsyncBuffers { send: &mut [], receive: &mut [] };
    let begun = OUT.start(nothing, 0);
    begun.map(core::mem::forget).map_err(|refused| refused.error)?;
    Ok(0)
}

fn in_milliseconds(milliseconds: u32) -> Instant {
    timing::after(Duration::from_millis(milliseconds.into()))
}

#[inline(never)]
fn respond<const BUFFER_BYTES: usize>(give: Give) -> Result<u64> {
    IN.respond(give.fill(&mut [0; BUFFER_BYTES])).map(|()| 0)
}

impl Give {
    /// Puts the bytes into a buffer, as far as it goes, and gives them.
    pub fn fill(self, buffer: &mut [u8]) -> &[u8] {
        let length = usize::from(self.bytes).min(buffer.len());
        let bytes = &mut buffer[..length];
        pattern::fill(bytes, self.seed);
        bytes
    }
}
