//! What the specification says must happen, said a second time and naively.
//!
//! The kernel is quick because it keeps lists, bit sets and marks. The oracle has next to none of
//! these: it keeps for each thread what it is doing, for each channel its one transaction, for each
//! handler who came to receive, and finds everything else by looking at all of them. It is written from the clauses, not from the
//! kernel, and where a clause leaves a choice (which of two errors, which of two threads that
//! wake at the same moment) it predicts every right answer and lets the kernel pick one.
//!
//! * [`calls`]: what a call may be answered; a channel's calls have files of their own, an
//!   initiator's and those with which a handler reads and answers in `channel`, receiving in
//!   `receive`, an initiator's that do not block in `asynchronous`
//! * `queue`: who is served next, and how important that makes whom
//! * [`endpoints`]: sending, receiving, calls and replies
//! * `tasks`: what the holder of a process or a thread object may do
//! * [`lives`]: how processes and threads begin and end
//! * `groups`: several things, one wait
//! * `interrupts`: lines of the machine as signals
//! * [`sharing`]: shared memory
//! * [`events`]: the passing of deadlines
//! * [`turns`]: who runs
//! * [`buffers`]: which bytes a buffer is

mod asynchronous;
pub mod buffers;
pub mod calls;
mod channel;
mod copy;
pub mod endpoints;
pub mod events;
pub mod groups;
mod interrupts;
pub mod lives;
mod queue;
mod receive;
pub mod sharing;
mod tasks;
pub mod turns;

use guichet_abi::{Error, ExitStatus, OK, Results, Signals, StatusCode};

use crate::declared::{Declared, Waitable};
use buffers::Offer;
use endpoints::{Endpoint, Note, OpenCall};
use groups::Group;
use lives::{Process, RunEnd};
use sharing::Sharing;

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
    /// It waits for one of these signals (bits) of something.
    Waiting {
        /// What it waits on.
        on: Waitable,
        /// The bits.
        mask: u32,
    },
    /// It waits to serve a transaction at this handler's end (CH-10).
    Receiving(usize),
    /// It waits for the answer to its transaction on this channel.
    Transacting(usize),
    /// It waits for a message of this endpoint (EP-4).
    ReceivingMessage(usize),
    /// It waits for room at this endpoint (EP-3).
    Sending(usize),
    /// It waits for the answer to its call, whose message this endpoint has accepted (EP-7).
    Calling(usize),
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
    /// What goes with that, if it is a message (EP-4, EP-8).
    pub note: Option<Note>,
    /// Its call that has not ended (EP-7).
    pub call: Option<OpenCall>,
    /// How it ended, until somebody has collected that (PR-5).
    pub status: Option<ExitStatus>,
    /// It has started and has not run yet.
    pub is_fresh: bool,
}

/// A transaction under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transaction {
    /// The thread that blocks in it; `None` if nobody does (CH-6).
    pub thread: Option<usize>,
    /// The request.
    pub request: Offer,
    /// The place for the response.
    pub response: Offer,
    /// The thread that serves it.
    pub server: Option<usize>,
    /// How important the thread was that started it (CH-12).
    pub priority: u8,
    /// Its place in the order in which those under way were started.
    pub order: usize,
}

/// A thread that waits to serve a transaction (CH-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receiver {
    /// The thread.
    pub thread: usize,
    /// The place for the request.
    pub room: Offer,
}

/// A channel. What belongs to its handler's end is kept with the first channel that leads there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Channel {
    /// The handler's end that it leads to; never changes.
    pub end: usize,
    /// Its transaction, if one is under way.
    pub transaction: Option<Transaction>,
    /// What a transaction that nobody blocked in has ended with, until somebody collects it (CH-6).
    pub collectable: Option<Results>,
    /// ERROR on the initiator's end (CH-7).
    pub initiator_error: bool,
    /// ERROR on the handler's end (CH-9).
    pub handler_error: bool,
    /// The thread that waited on the handler's end last, if any has (CH-13).
    pub attendant: Option<usize>,
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
    /// The processes.
    pub processes: Vec<Process>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The endpoint of each end that sends; never changes.
    pub senders: Vec<usize>,
    /// The wait groups.
    pub groups: Vec<Group>,
    /// What each interrupt object shows: the lines that came and were not acknowledged (PR-8).
    pub interrupts: Vec<Signals>,
    /// Shared memory.
    pub sharing: Sharing,
    /// What the port is told during the present step; nothing between two steps.
    pub told: Told,
}

/// What the port is told while the kernel takes an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Told {
    /// The processes that end, in order.
    pub ended: Vec<usize>,
    /// The processes that it is to give a fresh start, in order.
    pub started: Vec<usize>,
    /// The thread that it is to prepare: where it begins, and its stack pointer.
    pub prepared: Option<(usize, usize, usize)>,
    /// The bytes that messages of endpoints write.
    pub posted: Vec<Write>,
    /// How many bytes of messages are copied into the kernel's own memory (AB-8).
    pub loaded: usize,
    /// How the run ends, if it does.
    pub run_ends: Option<RunEnd>,
    /// Where several members of a group become ready at the same moment, which of them counts as the
    /// first in this explanation of the step.
    pub first_member: usize,
    /// How many there were to choose from.
    pub ready_members: usize,
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

impl Change {
    /// What a wait on a handler changes that does not block: it ends staleness, and who waited last is
    /// another thread (CH-5a, CH-13).
    fn of_a_wait(was_stale: bool, has_come: bool) -> Change {
        match (was_stale, has_come) {
            (_, true) => Change::Any,
            (true, false) => Change::Staleness,
            (false, false) => Change::None,
        }
    }
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
}

impl Prediction {
    fn of(after: Oracle, change: Change) -> Prediction {
        Prediction { after, writes: Vec::new(), change }
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
        Oracle {
            threads: vec![Thread::DORMANT; declared.thread_count()],
            processes: vec![Process::UNSTARTED; declared.system.processes.len()],
            channels: (0..declared.channels.len())
                .map(|channel| Channel { end: declared.end_of(channel), ..Channel::default() })
                .collect(),
            endpoints: Endpoint::all(declared),
            senders: declared.senders.iter().map(|(endpoint, _)| *endpoint).collect(),
            groups: vec![Group::default(); declared.system.wait_groups.len()],
            interrupts: vec![Signals::empty(); declared.system.interrupts.len()],
            sharing: Sharing::of(&declared.plan),
            told: Told::default(),
        }
    }

    /// The thread that runs.
    pub fn current(&self) -> Option<usize> {
        self.threads.iter().position(|thread| thread.doing == Doing::Running)
    }

    /// The deadlines of all threads, and the times at which processes are restarted, in ticks.
    fn deadlines_ticks(&self) -> impl Iterator<Item = u64> {
        let threads = self.threads.iter().filter_map(|thread| thread.deadline_ticks);
        threads.chain(self.processes.iter().filter_map(|process| process.restart_ticks))
    }

    /// The earliest deadline, in ticks.
    pub fn earliest_deadline_ticks(&self) -> Option<u64> {
        self.deadlines_ticks().min()
    }

    /// How many deadlines there are.
    pub fn armed_count(&self) -> usize {
        self.deadlines_ticks().count()
    }

    /// The signals that something shows (CH-3, CH-7, CH-9, EP-13, PR-5, PR-8, WT-4, WT-5).
    pub fn signals(&self, waitable: Waitable) -> Signals {
        let mut signals = Signals::empty();
        match waitable {
            Waitable::Handler(end) => {
                let is_raised = |channel: usize| self.channels[channel].raised_by_initiator;
                signals.set(Signals::READABLE, self.next(end).is_some());
                signals.set(Signals::ERROR, self.channels[end].handler_error);
                signals.set(Signals::USER, self.channels_to(end).any(is_raised));
            }
            Waitable::Initiator(channel) => {
                let channel = &self.channels[channel];
                signals.set(Signals::READABLE, channel.collectable.is_some());
                signals.set(Signals::WRITEABLE, channel.is_free());
                signals.set(Signals::ERROR, channel.initiator_error);
                signals.set(Signals::USER, channel.raised_by_handler);
            }
            Waitable::Thread(thread) => {
                signals.set(Signals::JOINABLE, self.threads[thread].status.is_some());
            }
            Waitable::Process(process) => {
                signals.set(Signals::JOINABLE, self.processes[process].status.is_some());
            }
            Waitable::Group(group) => {
                signals.set(Signals::READABLE, self.ready_members(group).next().is_some());
            }
            Waitable::Interrupt(interrupt) => signals = self.interrupts[interrupt],
            Waitable::Receiver(at) => signals = self.endpoints[at].receiver_signals(),
            Waitable::Sender(sender) => signals = self.sender_signals(sender),
            Waitable::Part(part) => signals = self.sharing.signals(part),
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
        thread.note = None;
    }

    /// A transaction has ended with these results: for the thread that blocked in it, else for whoever
    /// collects them (CH-6). It is off its channel already.
    fn conclude(
        &mut self,
        channel: usize,
        transaction: &Transaction,
        results: Results,
        turn: usize,
    ) {
        match transaction.thread {
            Some(thread) => self.complete(thread, results, turn),
            None => self.channels[channel].collectable = Some(results),
        }
    }

    /// Ends every wait that is satisfied (WT-3, WT-4, WT-6), and lowers an ERROR that a wait on a
    /// handler, on shared memory or on its group has returned (CH-9, SH-6).
    fn wake(&mut self, turn: usize) {
        let mut returned = Vec::new();
        for thread in 0..self.threads.len() {
            if let Doing::Waiting { on, mask } = self.threads[thread].doing
                && !matches!(on, Waitable::Group(_))
            {
                let signals = self.signals(on);
                if mask & signals.bits() != 0 {
                    self.complete(thread, signals_results(signals), turn);
                    returned.push((on, signals));
                }
            }
        }
        for group in 0..self.groups.len() {
            returned.extend(self.wake_group(group, turn));
        }
        for (waitable, signals) in returned {
            self.note_returned(waitable, signals);
        }
    }

    fn receives_no_more(&mut self, thread: usize) {
        for channel in &mut self.channels {
            channel.receivers.retain(|receiver| receiver.thread != thread);
        }
        self.leave_endpoints(thread);
    }

    fn note_returned(&mut self, waitable: Waitable, signals: Signals) {
        if !signals.contains(Signals::ERROR) {
            return;
        }
        match waitable {
            Waitable::Handler(channel) => self.channels[channel].handler_error = false,
            Waitable::Part(part) => self.sharing.parts[part].has_error = false,
            _keeps_it => {}
        }
    }

    /// Takes a transaction off its channel without an answer; the thread that served it is stale,
    /// unless it already waits for another one (CH-5a).
    fn withdraw(&mut self, channel: usize) -> Option<Transaction> {
        let transaction = self.channels[channel].transaction.take()?;
        let end = self.channels[channel].end;
        if let Some(server) = transaction.server {
            let waits_here = match self.threads[server].doing {
                Doing::Waiting { on, .. } => self.covers(on, Waitable::Handler(end)),
                Doing::Receiving(own) => own == end,
                _elsewhere => false,
            };
            if !waits_here {
                self.channels[end].mark_stale(server);
            }
        }
        Some(transaction)
    }
}

impl Thread {
    /// A thread that never started.
    pub const DORMANT: Thread = Thread {
        doing: Doing::Dormant,
        deadline_ticks: None,
        owed: None,
        note: None,
        call: None,
        status: None,
        is_fresh: false,
    };
}

impl Channel {
    /// Tells whether a transaction can start here (CH-2, CH-6).
    pub fn is_free(&self) -> bool {
        self.transaction.is_none() && self.collectable.is_none()
    }

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
