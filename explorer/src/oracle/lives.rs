//! How processes and threads begin and end (PR-1 to PR-5), and who hears of it (CH-8, CH-9).

use guichet_abi::{Error, ExitStatus, StatusCode};
use guichet_kernel::{Fault, FaultCause, GiveUp, ProcessId, ProcessState};

use super::buffers::Memories;
use super::calls::Scene;
use super::groups::Group;
use super::sharing::Sharing;
use super::{Doing, Oracle, Prediction, Thread, Write, failed, succeeded};
use crate::declared::Declared;
use crate::layout::Shared;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// How it is.
    pub state: ProcessState,
    /// Which of its lives this is, or the latest was (PR-1).
    pub incarnation: u32,
    /// How its latest finished life ended, until somebody has collected that (PR-5).
    pub status: Option<ExitStatus>,
    /// The fault that its latest finished life ended with, if it was one.
    pub fault: Option<Fault>,
    /// How often its policy has restarted it since somebody started it, where there is a bound.
    pub restarts: u8,
    /// When its policy restarts it, in ticks.
    pub restart_ticks: Option<u64>,
}

/// How a life of a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By what it did, or by what was done to it from outside the system.
    Faulted(Fault),
    /// By itself.
    Exited(u32),
    /// By a call of another process or thread.
    Terminated,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunEnd {
    /// With this status (PR-7).
    Shutdown(u32),
    /// The board starts anew (PR-3).
    Reset,
}

/// What surrounds the processes.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The declared system.
    pub declared: &'a Declared,
    /// What stands in memory.
    pub memories: Memories<'a>,
    /// The time, in ticks.
    pub now_ticks: u64,
    /// No process can be given a fresh start.
    pub refuses_start: bool,
}

impl<'a> World<'a> {
    /// The same, in which these bytes have been written, and shared memory may be used so.
    pub(super) fn after(self, sharing: &'a Sharing, written: &'a [Write]) -> World<'a> {
        World { memories: Memories { sharing, written, ..self.memories }, ..self }
    }
}

impl Process {
    /// A process that never started.
    pub const UNSTARTED: Process = Process {
        state: ProcessState::Unstarted,
        incarnation: 0,
        status: None,
        fault: None,
        restarts: 0,
        restart_ticks: None,
    };

    /// Tells whether it runs.
    pub fn is_running(&self) -> bool {
        self.state == ProcessState::Running
    }

    /// Tells whether a transaction with it may wait: it runs, or it will or may yet (CH-8).
    pub fn is_reachable(&self) -> bool {
        self.is_running() || self.state == ProcessState::Unstarted || self.restart_ticks.is_some()
    }
}

impl How {
    fn state(self) -> ProcessState {
        match self {
            How::Faulted(_) => ProcessState::Faulted,
            How::Exited(code) => ProcessState::Exited(code),
            How::Terminated => ProcessState::Stopped,
        }
    }

    /// PR-5: the program's own fault is an exception; the rest is the kernel's doing.
    fn status(self) -> ExitStatus {
        match self {
            How::Faulted(Fault {
                cause: FaultCause::Killed | FaultCause::Unresponsive | FaultCause::NotStarted,
                ..
            }) => ExitStatus::TerminatedByKernel,
            How::Faulted(_) => ExitStatus::UnhandledException(0),
            How::Exited(code) => ExitStatus::Success(code),
            How::Terminated => ExitStatus::TerminatedBySyscall,
        }
    }

    fn fault(self) -> Option<Fault> {
        match self {
            How::Faulted(fault) => Some(fault),
            How::Exited(_) | How::Terminated => None,
        }
    }
}

impl Oracle {
    /// Every process that is declared so starts, its main thread ready (PR-3).
    pub fn boot(&mut self, declared: &Declared) {
        let (shared, sharing) = (Shared::of_programs(), self.sharing.clone());
        let memories = Memories {
            bytes: &[],
            shared: &shared,
            sharing: &sharing,
            written: &[],
            vanished: &[],
        };
        let world = World { declared, memories, now_ticks: 0, refuses_start: false };
        for process in 0..self.processes.len() {
            if declared.system.processes[process].starts_at_boot {
                self.start_process(world, process, self.last_turn());
            }
        }
        self.told = super::Told::default();
    }

    /// A thread of a running process becomes ready to run its entry, with nothing left of its earlier
    /// life.
    pub fn start_thread(&mut self, thread: usize, turn: usize) {
        let doing = Doing::Ready { turn };
        self.threads[thread] = Thread { doing, is_fresh: true, ..Thread::DORMANT };
    }

    /// A process that does not run begins another life (PR-1). Transactions that waited for it go on
    /// waiting until it reads them (CH-8).
    pub(super) fn start_process(&mut self, world: World<'_>, process: usize, turn: usize) {
        self.told.started.push(process);
        let life = &mut self.processes[process];
        life.incarnation += 1;
        life.state = ProcessState::Running;
        life.restart_ticks = None;
        if world.refuses_start {
            let fault = Fault::new(FaultCause::NotStarted);
            self.end_process(world, process, How::Faulted(fault), turn);
        } else {
            self.start_thread(world.declared.main_of(process), turn);
        }
    }

    /// A process ends, whatever the reason, and its peers are told (PR-2, CH-8, CH-9). One that is not or
    /// does not run any more cannot end again.
    pub fn process_ends(&self, world: World<'_>, process: usize, how: How) -> Vec<Prediction> {
        let turn = self.last_turn();
        let mut after = self.clone();
        if self.processes.get(process).is_some_and(Process::is_running) {
            after.end_process(world, process, how, turn);
        }
        after.handed_out(world, turn)
    }

    /// Ends a process that runs or is to be restarted. Whoever could serve what is next now is given it
    /// [afterwards](Oracle::handed_out), and only then are others told.
    pub(super) fn end_process(&mut self, world: World<'_>, process: usize, how: How, turn: usize) {
        self.told.ended.push(process);
        self.end_life(world, process, how);
        for thread in world.declared.threads_of(process) {
            self.end_thread_alone(thread, None);
        }
        for (group, owner) in world.declared.plan.group_owners().into_iter().enumerate() {
            if owner == process {
                self.groups[group] = Group::default();
            }
        }
        self.forget_lines(world.declared, process);
        self.end_post(process, turn);
        let runs: Vec<bool> = self.processes.iter().map(|each| each.is_running()).collect();
        self.sharing.ends(process, &runs);
        for (number, channel) in world.declared.channels.iter().enumerate() {
            if channel.handler == process {
                let lost = self.channels[number].transaction.take();
                self.channels[number].stale.clear();
                self.channels[number].handler_error = false;
                self.channels[number].attendant = None;
                self.channels[number].raised_by_handler = false;
                if let Some(lost) = lost {
                    self.channels[number].initiator_error = true;
                    if let Some(thread) = lost.thread {
                        self.complete(thread, failed(Error::Unavailable), turn);
                    }
                }
            }
            if channel.initiator == process {
                if self.withdraw(number).is_some() {
                    self.channels[world.declared.end_of(number)].handler_error = true;
                }
                self.channels[number].initiator_error = false;
                self.channels[number].collectable = None;
                self.channels[number].raised_by_initiator = false;
            }
        }
    }

    /// Writes down how a life ended, and does what the policy says (PR-3).
    fn end_life(&mut self, world: World<'_>, process: usize, how: How) {
        let policy = &world.declared.system.processes[process].restart;
        let life = &mut self.processes[process];
        life.state = how.state();
        life.status = Some(how.status());
        life.fault = how.fault();
        life.restart_ticks = None;
        let applies = match how {
            How::Faulted(_) => policy.on_fault,
            How::Exited(_) => policy.on_exit,
            How::Terminated => false,
        };
        let is_used_up = life.incarnation >= ProcessId::LAST_INCARNATION
            || policy.max_restarts.is_some_and(|most| life.restarts >= most);
        if applies && is_used_up {
            self.give_up(policy.on_give_up);
        } else if applies {
            life.restarts += u8::from(policy.max_restarts.is_some());
            life.restart_ticks = Some(world.now_ticks + policy.delay_ticks);
        }
    }

    fn give_up(&mut self, how: GiveUp) {
        let run_ends = match how {
            GiveUp::Stop => None,
            GiveUp::Shutdown => Some(RunEnd::Shutdown(Error::Unavailable.status_code())),
            GiveUp::ResetBoard => Some(RunEnd::Reset),
        };
        self.told.run_ends = self.told.run_ends.or(run_ends);
    }

    fn end_thread_alone(&mut self, thread: usize, status: Option<ExitStatus>) {
        self.receives_no_more(thread);
        self.threads[thread] = Thread { status, ..Thread::DORMANT };
    }

    /// A thread of the caller's process ends. With the last one the process ends, too (PR-5); else what
    /// the thread blocked in is withdrawn, and what it served can be served anew (CH-5a), by who
    /// waits for that first (CH-10).
    pub(super) fn thread_ends(
        &self,
        scene: &Scene<'_>,
        thread: usize,
        status: ExitStatus,
    ) -> Vec<Prediction> {
        let turn = self.last_turn();
        let mut after = self.clone();
        if thread != scene.thread {
            after.threads[scene.thread].owed = Some(succeeded(0));
        }
        let process = scene.process();
        let is_over = |other: usize| other == thread || self.threads[other].doing == Doing::Dormant;
        if scene.declared.threads_of(process).all(is_over) {
            let how = match status {
                ExitStatus::Success(code) => How::Exited(code),
                _terminated => How::Terminated,
            };
            after.end_process(scene.world(), process, how, turn);
            return after.handed_out(scene.world(), turn);
        }
        if let Doing::Transacting(channel) = self.threads[thread].doing {
            after.withdraw(channel);
        }
        after.end_thread_alone(thread, Some(status));
        after.forget_server(thread);
        for channel in &mut after.channels {
            channel.forget_stale(thread);
            channel.attendant = channel.attendant.filter(|attendant| *attendant != thread);
            if let Some(transaction) = &mut channel.transaction
                && transaction.server == Some(thread)
            {
                transaction.server = None;
            }
        }
        after.handed_out(scene.world(), turn)
    }
}
