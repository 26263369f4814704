//! What is run: a null call, or a round trip over a channel.

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use guichet_abi::{ARGUMENT_COUNT, OK, Signals, Syscall, deadline_to_words};
use guichet_kernel::{Action, Call, Kernel, Outcome, TableIndex};
use guichet_kernel_tables::KernelTables;

use crate::entry::Way;
use crate::memory::Memory;
use crate::system::{HANDLER, INITIATOR, SYSTEM, base};

/// The lengths of a round trip's two messages.
const REQUEST_BYTES: usize = 4;
const RESPONSE_BYTES: usize = 8;

/// Where each process keeps what it sends, and behind it what it receives.
const RECEIVED_OFFSET: usize = 64;

/// What is run.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Scenario {
    /// The initiator's thread makes a call that does nothing.
    NullCall,
    /// The handler waits, reads and responds; 4 bytes there, 8 bytes back; nobody has a deadline.
    RoundTrip,
    /// The same, with a finite deadline on both sides, which never passes.
    RoundTripWithDeadlines,
}

impl Scenario {
    /// Boots the system and does it `rounds` times.
    pub(crate) fn run(self, way: Way, rounds: u64) -> Result<()> {
        let mut tables = KernelTables::before_boot(&SYSTEM);
        let mut bench =
            Bench { kernel: tables.kernel(&SYSTEM), port: Memory::new(2), way, deadline: u64::MAX };
        let first = bench.kernel.boot(&mut bench.port);
        ensure!(first.thread.position() == HANDLER, "the handler does not run first: {first:?}");
        match self {
            Scenario::NullCall => bench.null_calls(rounds),
            Scenario::RoundTrip => bench.round_trips(rounds),
            Scenario::RoundTripWithDeadlines => {
                bench.deadline = 1_000_000;
                bench.round_trips(rounds)
            }
        }
    }
}

struct Bench<'s> {
    kernel: Kernel<'s>,
    port: Memory,
    way: Way,
    /// In ticks; the largest number never passes.
    deadline: u64,
}

impl Bench<'_> {
    fn null_calls(&mut self, rounds: u64) -> Result<()> {
        for _ in 0..rounds {
            let outcome = self.call(Syscall::DebugNop, &[]);
            check(outcome, HANDLER, (0, 0)).context("null call")?;
        }
        Ok(())
    }

    fn round_trips(&mut self, rounds: u64) -> Result<()> {
        let asleep = self.wait();
        ensure!(asleep.thread.position() == INITIATOR, "the initiator does not run: {asleep:?}");
        (0..rounds).try_for_each(|round| self.round_trip(round).context("round trip"))
    }

    /// One round trip. It begins and ends with the handler waiting and the initiator running.
    fn round_trip(&mut self, round: u64) -> Result<()> {
        let response = round.to_ne_bytes();
        self.fill(INITIATOR, &response[..REQUEST_BYTES])?;
        let woken = self.transact();
        check(woken, HANDLER, (0, word(Signals::READABLE)?)).context("transact")?;
        let read = self.read();
        check(read, HANDLER, (REQUEST_BYTES, 0)).context("read")?;
        self.fill(HANDLER, &response)?;
        let responded = self.respond();
        check(responded, HANDLER, (0, 0)).context("respond")?;
        let answered = self.wait();
        check(answered, INITIATOR, (RESPONSE_BYTES, 0)).context("wait")?;
        self.expect(HANDLER, &response[..REQUEST_BYTES])?;
        self.expect(INITIATOR, &response)
    }

    fn transact(&mut self) -> Outcome {
        let (low, high) = deadline_to_words(self.deadline);
        let (send, receive) = (base(INITIATOR), base(INITIATOR) + RECEIVED_OFFSET);
        let arguments = [0, send, REQUEST_BYTES, receive, RESPONSE_BYTES, low, high];
        self.call(Syscall::ChannelTransact, &arguments)
    }

    fn read(&mut self) -> Outcome {
        let room = base(HANDLER) + RECEIVED_OFFSET;
        self.call(Syscall::ChannelRead, &[0, 0, room, REQUEST_BYTES])
    }

    fn respond(&mut self) -> Outcome {
        self.call(Syscall::ChannelRespond, &[0, base(HANDLER), RESPONSE_BYTES])
    }

    fn wait(&mut self) -> Outcome {
        let (low, high) = deadline_to_words(self.deadline);
        let mask = word(Signals::READABLE).unwrap_or(0);
        self.call(Syscall::ObjectWait, &[0, mask, low, high])
    }

    fn call(&mut self, syscall: Syscall, arguments: &[usize]) -> Outcome {
        let mut call = Call { number: syscall as usize, arguments: [0; ARGUMENT_COUNT] };
        for (word, argument) in call.arguments.iter_mut().zip(arguments) {
            *word = *argument;
        }
        self.way.enter(&mut self.kernel, &mut self.port, &call)
    }

    /// Puts bytes where a process sends from.
    fn fill(&mut self, process: usize, bytes: &[u8]) -> Result<()> {
        let sent = self.port.range(process, base(process), bytes.len());
        sent.context("no such memory")?.copy_from_slice(bytes);
        Ok(())
    }

    /// Checks what a process has received.
    fn expect(&mut self, process: usize, bytes: &[u8]) -> Result<()> {
        let received = self.port.range(process, base(process) + RECEIVED_OFFSET, bytes.len());
        ensure!(
            received.context("no such memory")? == bytes,
            "process {process} received other bytes"
        );
        Ok(())
    }
}

fn word(signals: Signals) -> Result<usize> {
    Ok(usize::try_from(signals.bits())?)
}

/// Checks that a call succeeded with these values and that this thread runs.
fn check(outcome: Outcome, thread: usize, values: (usize, usize)) -> Result<()> {
    let Outcome { action, thread: runs, results } = outcome;
    let as_expected = action == Action::Return
        && runs.position() == thread
        && results.status == OK
        && (results.value0, results.value1) == values;
    ensure!(as_expected, "thread {thread} should have {values:?}, but {outcome:?}");
    Ok(())
}
