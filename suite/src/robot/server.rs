//! The robot's own side.

use pw_status::{Error, Result};
use userspace::channel::{Handler, Initiator};
use userspace::syscall::{self, Signals};
use userspace::time::{Duration, Instant, sleep_until};

use super::script::{Give, Step};
use super::wire::STEP_BYTES;
use super::{MAX_STEPS, Outcomes};
use crate::hostile::{self, Act};
use crate::{pattern, timing};

const CONTROL: Handler = Handler::new(0);
const IN: Handler = Handler::new(1);
const OUT: Initiator = Initiator::new(2);

/// One byte more than any transfer may have, so that too much can be asked for.
const BUFFER_BYTES: usize = 4097;

/// Carries out scripts for ever.
///
/// # Errors
/// Those of a call on the control channel; the tester keeps to the protocol, so there are none.
pub fn serve() -> Result<()> {
    let mut robot = Server { outcomes: Outcomes::new(), buffer: [0; BUFFER_BYTES], filled: 0 };
    loop {
        CONTROL.wait(Signals::READABLE, Instant::MAX)?;
        let mut script = [0; MAX_STEPS * STEP_BYTES];
        let length = CONTROL.read(0, &mut script)?;
        if length == 0 {
            CONTROL.respond(robot.outcomes.as_bytes())?;
        } else {
            CONTROL.respond(&[0u8; 0])?;
            robot.carry_out(&script[..length])?;
        }
    }
}

struct Server {
    outcomes: Outcomes,
    /// What the last read or transaction gave, and how much of it there is.
    buffer: [u8; BUFFER_BYTES],
    filled: usize,
}

impl Server {
    fn carry_out(&mut self, script: &[u8]) -> Result<()> {
        self.outcomes = Outcomes::new();
        let (steps, _) = script.as_chunks::<STEP_BYTES>();
        for step in steps {
            let step = Step::from_bytes(step).ok_or(Error::InvalidArgument)?;
            let outcome = self.perform(step);
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    fn perform(&mut self, step: Step) -> Result<u64> {
        match step {
            Step::Transact { send, room_bytes, until } => {
                let request = Pattern::of(send);
                let room = self.room(room_bytes)?;
                let result = OUT.transact(request.bytes(), room, until.instant());
                self.note_filled(result)
            }
            Step::Wait { mask, until } => {
                let mask = Signals::from_bits_truncate(mask);
                let found = IN.wait(mask, until.instant())?;
                Ok(found.pending_signals.bits().into())
            }
            Step::Read { offset, room_bytes } => {
                let offset = usize::try_from(offset).map_err(|_| Error::OutOfRange)?;
                let room = self.room(room_bytes)?;
                let result = IN.read(offset, room);
                self.note_filled(result)
            }
            Step::Respond(give) => IN.respond(Pattern::of(give).bytes()).map(|()| 0),
            Step::Echo => IN.respond(&self.buffer[..self.filled]).map(|()| 0),
            Step::Recognise { seed } => Ok(pattern::is(&self.buffer[..self.filled], seed).into()),
            Step::SleepUntil(ticks) => sleep_until(Instant::from_ticks(ticks)).map(|()| 0),
            Step::Sleep(milliseconds) => sleep_until(in_milliseconds(milliseconds)).map(|()| 0),
            Step::Spin(milliseconds) => {
                timing::spin_until(in_milliseconds(milliseconds));
                Ok(0)
            }
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

    fn room(&mut self, bytes: u16) -> Result<&mut [u8]> {
        self.filled = 0;
        self.buffer.get_mut(..usize::from(bytes)).ok_or(Error::OutOfRange)
    }

    fn note_filled(&mut self, result: Result<usize>) -> Result<u64> {
        self.filled = result?.min(BUFFER_BYTES);
        // A length fits 64 bits on every board.
        Ok(self.filled as u64)
    }
}

fn in_milliseconds(milliseconds: u32) -> Instant {
    timing::after(Duration::from_millis(milliseconds.into()))
}

/// Bytes to send.
struct Pattern {
    bytes: [u8; BUFFER_BYTES],
    length: usize,
}

impl Pattern {
    fn of(give: Give) -> Pattern {
        let mut bytes = [0; BUFFER_BYTES];
        pattern::fill(&mut bytes, give.seed);
        Pattern { bytes, length: usize::from(give.bytes).min(BUFFER_BYTES) }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
