//! What happens without a call: ends of processes and threads, and deadlines.

use guichet_abi::{Error, Results};
use guichet_kernel::ProcessState;

use super::calls::Scene;
use super::{Change, Doing, Oracle, Prediction, failed, succeeded};
use crate::declared::Declared;

impl Oracle {
    /// Every process starts, its main thread ready (PR-3).
    pub fn boot(&mut self, declared: &Declared) {
        for process in 0..self.processes.len() {
            self.processes[process] = ProcessState::Running;
            if let Some(main) = declared.threads_of(process).next() {
                self.start_thread(main);
            }
        }
    }

    /// A thread of a running process becomes ready.
    pub fn start_thread(&mut self, thread: usize) {
        let turn = self.last_turn();
        self.threads[thread].doing = Doing::Ready { turn };
    }

    /// A process ends, whatever the reason, and its peers are told (PR-2, CH-8, CH-9). One that is not or
    /// does not run any more cannot end again.
    pub fn process_ends(
        &self,
        declared: &Declared,
        process: usize,
        how: ProcessState,
    ) -> Prediction {
        let mut after = self.clone();
        if self.processes.get(process) == Some(&ProcessState::Running) {
            after.end_process(declared, process, how);
        }
        Prediction::of(after, Change::Any)
    }

    fn end_process(&mut self, declared: &Declared, process: usize, how: ProcessState) {
        let turn = self.last_turn();
        self.processes[process] = how;
        for thread in declared.threads_of(process) {
            self.end_thread_alone(thread);
        }
        for (number, channel) in declared.channels.iter().enumerate() {
            if channel.handler == process {
                let lost = self.channels[number].transaction.take();
                self.channels[number].stale.clear();
                self.channels[number].handler_error = false;
                self.channels[number].raised_by_handler = false;
                if let Some(lost) = lost {
                    self.channels[number].initiator_error = true;
                    self.complete(lost.thread, failed(Error::Unavailable), turn);
                }
            }
            if channel.initiator == process {
                if self.withdraw(number).is_some() {
                    self.channels[number].handler_error = true;
                }
                self.channels[number].initiator_error = false;
                self.channels[number].raised_by_initiator = false;
            }
        }
        self.wake(turn);
    }

    fn end_thread_alone(&mut self, thread: usize) {
        self.receives_no_more(thread);
        let thread = &mut self.threads[thread];
        thread.doing = Doing::Dormant;
        thread.deadline_ticks = None;
        thread.owed = None;
    }

    /// The running thread ends. With the last one the process exits (PR-5); else what the thread
    /// served can be served anew (CH-5a), by who waits for that first (CH-10).
    pub(super) fn thread_exits(&self, scene: &Scene<'_>, code: u32) -> Vec<Prediction> {
        let Scene { declared, thread: current, .. } = *scene;
        let process = scene.process();
        let is_last = declared
            .threads_of(process)
            .all(|thread| thread == current || self.threads[thread].doing == Doing::Dormant);
        if is_last {
            return vec![self.process_ends(declared, process, ProcessState::Exited(code))];
        }
        let turn = self.last_turn();
        let mut after = self.clone();
        after.end_thread_alone(current);
        for channel in &mut after.channels {
            channel.forget_stale(current);
            if let Some(transaction) = &mut channel.transaction
                && transaction.server == Some(current)
            {
                transaction.server = None;
            }
        }
        after.handed_out(scene, turn)
    }

    /// Every deadline that is past now ends its call (AB-4). Where several are past, the order in
    /// which they are taken is the kernel's own business, so every order is right.
    pub fn deadlines_pass(&self, now_ticks: u64) -> Vec<Prediction> {
        let turn = self.last_turn();
        let mut open = vec![self.clone()];
        let mut settled: Vec<Oracle> = Vec::new();
        while let Some(oracle) = open.pop() {
            let late: Vec<usize> = (0..oracle.threads.len())
                .filter(|thread| {
                    let deadline = oracle.threads[*thread].deadline_ticks;
                    deadline.is_some_and(|deadline| deadline <= now_ticks)
                })
                .collect();
            if late.is_empty() && !settled.contains(&oracle) {
                settled.push(oracle);
                continue;
            }
            for thread in late {
                let mut next = oracle.clone();
                next.deadline_passes(thread, turn);
                if !open.contains(&next) {
                    open.push(next);
                }
            }
        }
        settled.into_iter().map(|after| Prediction::of(after, Change::Any)).collect()
    }

    fn deadline_passes(&mut self, thread: usize, turn: usize) {
        let results: Results = match self.threads[thread].doing {
            Doing::Sleeping => succeeded(0),
            Doing::Transacting(channel) => {
                self.withdraw(channel);
                failed(Error::DeadlineExceeded)
            }
            _other => failed(Error::DeadlineExceeded),
        };
        self.complete(thread, results, turn);
        self.wake(turn);
    }
}
