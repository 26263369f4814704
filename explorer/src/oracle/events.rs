//! What happens without a call: deadlines and restarts.

use guichet_abi::{Error, Results};

use super::lives::World;
use super::{Change, Doing, Oracle, Prediction, failed, succeeded};

/// Something whose time has come.
#[derive(Clone, Copy)]
enum Late {
    /// A thread's deadline.
    Thread(usize),
    /// The restart of a process.
    Process(usize),
}

impl Oracle {
    /// Every deadline that is past now ends its call (AB-4), and every process whose delay is over is
    /// restarted (PR-3). Where several are past, the order in which they are taken is the kernel's
    /// own business, so every order is right.
    pub fn deadlines_pass(&self, world: World<'_>) -> Vec<Prediction> {
        let turn = self.last_turn();
        let mut open = vec![Prediction::of(self.clone(), Change::Any)];
        let mut settled: Vec<Prediction> = Vec::new();
        while let Some(reached) = open.pop() {
            let Prediction { after: oracle, writes, .. } = &reached;
            let late = oracle.late(world.now_ticks);
            if late.is_empty() && !settled.contains(&reached) {
                settled.push(reached);
                continue;
            }
            for late in late {
                let mut next = oracle.clone();
                match late {
                    Late::Thread(thread) => next.deadline_passes(thread, turn),
                    Late::Process(process) => next.start_process(world, process, turn),
                }
                for mut next in next.handed_out_after(world, turn, writes) {
                    next.after.requeue(world.declared, oracle, turn);
                    if !open.contains(&next) {
                        open.push(next);
                    }
                }
            }
        }
        settled
    }

    /// All that is late now.
    fn late(&self, now_ticks: u64) -> Vec<Late> {
        let is_past = |ticks: Option<u64>| ticks.is_some_and(|ticks| ticks <= now_ticks);
        let threads = self.threads.iter().enumerate();
        let threads = threads.filter(|(_, thread)| is_past(thread.deadline_ticks));
        let processes = self.processes.iter().enumerate();
        let processes = processes.filter(|(_, process)| is_past(process.restart_ticks));
        let threads = threads.map(|(thread, _)| Late::Thread(thread));
        threads.chain(processes.map(|(process, _)| Late::Process(process))).collect()
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
    }
}
