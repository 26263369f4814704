//! What the specification says must happen, said a second time and naively.
//!
//! The kernel is quick because it keeps lists, bit sets and marks. The oracle has next to none of
//! these: it keeps for each thread what it is doing, for each channel its one transaction and who
//! came to receive, and finds everything else by looking at all of them. It is written from the clauses, not from the
//! kernel, and where a clause leaves a choice (which of two errors, which of two threads that
//! wake at the same moment) it predicts every right answer and lets the kernel pick one.
//!
//! * [`calls`]: what a call may be answered; a channel's calls have files of their own, an
//!   initiator's and those with which a handler reads and answers in `channel`, receiving in
//!   `receive`
//! * [`events`]: ends of processes and the passing of deadlines
//! * [`turns`]: who runs
//! * [`buffers`]: which bytes a buffer is

pub mod buffers;
pub mod calls;
mod channel;
mod copy;
pub mod events;
mod receive;
pub mod turns;

use guichet_abi::{Error, OK, Results, Signals, StatusCode};
use guichet_kernel::ProcessState;

use crate::declared::{Declared, End};
use buffers::Offer;

/// What a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doing {
    /// It has not started, or it has ended.
    Dormant,
    /// It could run; the lower its turn, the sooner, among threads of its priority. Threads that
    /// became ready at the same moment have the same turn.
    Ready {
        /// Its turn.
        turn: usize,
    },
    /// It runs.
    Running,
    /// It waits for one of these signals (bits) of an end.
    Waiting {
        /// The end.
        end: End,
        /// The bits.
        mask: u32,
    },
    /// It waits to serve a transaction of this channel (CH-10).
    Receiving(usize),
    /// It waits for the answer to its transaction on this channel.
    Transacting(usize),
    /// It waits for its deadline.
    Sleeping,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Thread {
    /// What it is doing.
    pub doing: Doing,
    /// When what it blocks in ends, in ticks.
    pub deadline_ticks: Option<u64>,
    /// What its call ended with, until it runs and learns of it.
    pub owed: Option<Results>,
}

/// A transaction under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transaction {
    /// The thread that blocks in it.
    pub thread: usize,
    /// The request.
    pub request: Offer,
    /// The place for the response.
    pub response: Offer,
    /// The thread that serves it.
    pub server: Option<usize>,
}

/// A thread that waits to serve a transaction (CH-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receiver {
    /// The thread.
    pub thread: usize,
    /// The place for the request.
    pub room: Offer,
}

/// A channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Channel {
    /// Its transaction, if one is under way.
    pub transaction: Option<Transaction>,
    /// ERROR on the initiator's end (CH-7).
    pub initiator_error: bool,
    /// ERROR on the handler's end (CH-9).
    pub handler_error: bool,
    /// Whether the initiator's process raises USER on the handler's end (WT-5).
    pub raised_by_initiator: bool,
    /// Whether the handler's process raises USER on the initiator's end (WT-5).
    pub raised_by_handler: bool,
    /// The threads that served a transaction that was withdrawn, and have not learned of it.
    pub stale: Vec<usize>,
    /// The threads that wait to serve a transaction, the one that came first in front (CH-10).
    pub receivers: Vec<Receiver>,
}

/// The whole system as the specification sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Oracle {
    /// The threads.
    pub threads: Vec<Thread>,
    /// How the processes are.
    pub processes: Vec<ProcessState>,
    /// The channels.
    pub channels: Vec<Channel>,
}

/// What a prediction allows to change in the kernel's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Nothing at all (AB-5).
    None,
    /// The handler's marks of staleness only (CH-5a).
    Staleness,
    /// Whatever the call is for.
    Any,
}

/// A byte that is written: in which process, where, and what.
pub type Write = (usize, usize, u8);

/// One right answer to an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prediction {
    /// The system afterwards, before anybody has been chosen to run.
    pub after: Oracle,
    /// The bytes that are written.
    pub writes: Vec<Write>,
    /// What may change.
    pub change: Change,
    /// The status with which the run ends, if it does (PR-7).
    pub shutdown: Option<u32>,
}

impl Prediction {
    fn of(after: Oracle, change: Change) -> Prediction {
        Prediction { after, writes: Vec::new(), change, shutdown: None }
    }
}

/// The results of a call that failed.
pub fn failed(error: Error) -> Results {
    Results { status: error.status_code(), value0: 0, value1: 0 }
}

/// The results of a call that succeeded with one value.
pub fn succeeded(value0: usize) -> Results {
    Results { status: OK, value0, value1: 0 }
}

impl Oracle {
    /// The system before anybody has started.
    pub fn before_boot(declared: &Declared) -> Oracle {
        let thread = Thread { doing: Doing::Dormant, deadline_ticks: None, owed: None };
        Oracle {
            threads: vec![thread; declared.thread_count()],
            processes: vec![ProcessState::Unstarted; declared.system.processes.len()],
            channels: vec![Channel::default(); declared.channels.len()],
        }
    }

    /// The thread that runs.
    pub fn current(&self) -> Option<usize> {
        self.threads.iter().position(|thread| thread.doing == Doing::Running)
    }

    /// The earliest deadline, in ticks.
    pub fn earliest_deadline_ticks(&self) -> Option<u64> {
        self.threads.iter().filter_map(|thread| thread.deadline_ticks).min()
    }

    /// How many threads have a deadline.
    pub fn armed_count(&self) -> usize {
        self.threads.iter().filter(|thread| thread.deadline_ticks.is_some()).count()
    }

    /// The signals that an end shows (CH-3, CH-7, CH-9, WT-5).
    pub fn signals(&self, end: End) -> Signals {
        let mut signals = Signals::empty();
        match end {
            End::Handler(channel) => {
                let channel = &self.channels[channel];
                let transaction = channel.transaction.as_ref();
                let waits = transaction.is_some_and(|pending| pending.server.is_none());
                signals.set(Signals::READABLE, waits);
                signals.set(Signals::ERROR, channel.handler_error);
                signals.set(Signals::USER, channel.raised_by_initiator);
            }
            End::Initiator(channel) => {
                let channel = &self.channels[channel];
                signals.set(Signals::WRITEABLE, channel.transaction.is_none());
                signals.set(Signals::ERROR, channel.initiator_error);
                signals.set(Signals::USER, channel.raised_by_handler);
            }
        }
        signals
    }

    /// Ends what a thread blocks in: it could run, and is owed these results.
    fn complete(&mut self, thread: usize, results: Results, turn: usize) {
        self.receives_no_more(thread);
        let thread = &mut self.threads[thread];
        thread.doing = Doing::Ready { turn };
        thread.deadline_ticks = None;
        thread.owed = Some(results);
    }

    /// Ends every wait that is satisfied (WT-3, WT-6), and lowers an ERROR that a wait on a
    /// handler has returned (CH-9).
    fn wake(&mut self, turn: usize) {
        let ends = (0..self.channels.len()).flat_map(|at| [End::Handler(at), End::Initiator(at)]);
        for end in ends.collect::<Vec<_>>() {
            let signals = self.signals(end);
            let mut is_returned = false;
            for thread in 0..self.threads.len() {
                let doing = self.threads[thread].doing;
                if let Doing::Waiting { end: own, mask } = doing
                    && own == end
                    && mask & signals.bits() != 0
                {
                    self.complete(thread, signals_results(signals), turn);
                    is_returned = true;
                }
            }
            if is_returned {
                self.note_returned(end, signals);
            }
        }
    }

    fn receives_no_more(&mut self, thread: usize) {
        for channel in &mut self.channels {
            channel.receivers.retain(|receiver| receiver.thread != thread);
        }
    }

    fn note_returned(&mut self, end: End, signals: Signals) {
        if let End::Handler(channel) = end
            && signals.contains(Signals::ERROR)
        {
            self.channels[channel].handler_error = false;
        }
    }

    /// Takes a transaction off its channel without an answer; the thread that served it is stale,
    /// unless it already waits for another one (CH-5a).
    fn withdraw(&mut self, channel: usize) -> Option<Transaction> {
        let transaction = self.channels[channel].transaction.take()?;
        if let Some(server) = transaction.server {
            let waits_here = match self.threads[server].doing {
                Doing::Waiting { end, .. } => end == End::Handler(channel),
                Doing::Receiving(own) => own == channel,
                _elsewhere => false,
            };
            if !waits_here {
                self.channels[channel].mark_stale(server);
            }
        }
        Some(transaction)
    }
}

impl Channel {
    fn mark_stale(&mut self, thread: usize) {
        if !self.stale.contains(&thread) {
            self.stale.push(thread);
            self.stale.sort_unstable();
        }
    }

    /// Forgets that a thread was stale, and tells whether it was.
    fn forget_stale(&mut self, thread: usize) -> bool {
        let before = self.stale.len();
        self.stale.retain(|stale| *stale != thread);
        self.stale.len() < before
    }
}

/// The results of a wait that ends with these signals (WT-2).
pub fn signals_results(signals: Signals) -> Results {
    Results { status: OK, value0: 0, value1: signals.bits() as usize }
}
