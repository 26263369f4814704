//! The loop between the kernel and Linux.
//!
//! The kernel says what runs; the supervisor lets it run, sleeps until something happens, and
//! tells the kernel. Two kinds of thing happen: the running thread stops by itself (it calls or
//! crashes), or something comes from outside (the alarm, a process that died, the end of the run).
//! The kernel is told of the latter only when the running thread stands still, so that its
//! decisions hold; if it had made a call just then, the kernel hears of that first.

use std::time::{Duration, Instant};

use guichet_abi::Message;
use guichet_abi::linux::PREEMPTED;
use guichet_kernel::{
    Action, Event, Fault, FaultCause, Kernel, Outcome, ProcessIndex, System, ThreadIndex,
};

use crate::attention::Woken;
use crate::error::{Ending, Error};
use crate::port::LinuxPort;
use crate::process::{LinuxProcess, Trap};

/// How long a sleep may be when nothing is due; it is cut short anyway to look around.
const NOTHING_DUE: Duration = Duration::from_secs(3600);

/// The kernel, the port, and what is between them.
pub(crate) struct Supervisor<'a, 's, 'p> {
    system: &'s System<'s>,
    kernel: Kernel<'s>,
    port: &'a mut LinuxPort<'p>,
    /// When the run is to end, and after how long that is.
    end: Option<(Instant, Duration)>,
    /// The word that the supervisor sleeps on while no thread runs; nobody ever changes its state.
    idle: std::sync::atomic::AtomicU32,
}

/// What comes next.
enum Next {
    /// The kernel must hear of this.
    Event(Event),
    /// The run is over.
    End(Result<Ending, Error>),
}

impl<'a, 's, 'p> Supervisor<'a, 's, 'p> {
    /// A supervisor for a system that has not been booted.
    pub(crate) fn new(
        system: &'s System<'s>,
        kernel: Kernel<'s>,
        port: &'a mut LinuxPort<'p>,
        end: Option<(Instant, Duration)>,
    ) -> Self {
        Supervisor { system, kernel, port, end, idle: Default::default() }
    }

    /// Boots the system and serves it until the run ends.
    pub(crate) fn serve(mut self) -> Result<Ending, Error> {
        let mut outcome = self.kernel.boot(self.port);
        loop {
            if let Some(fatal) = self.port.take_fatal() {
                return Err(fatal);
            }
            let next = match outcome.action {
                Action::Shutdown => return Ok(Ending::Shutdown(outcome.results.status)),
                Action::Idle => self.idle(),
                Action::Return | Action::ReturnMessage | Action::Resume => {
                    self.run_thread(&outcome)
                }
                Action::Reset => {
                    outcome = self.reset();
                    continue;
                }
            };
            outcome = match next {
                Next::End(result) => return result,
                Next::Event(event) => self.tell(event),
            };
        }
    }

    /// Tells the kernel, by the door if it is a call that the door answers.
    fn tell(&mut self, event: Event) -> Outcome {
        if let Event::Call(call) = &event
            && let Some(outcome) = self.kernel.door(self.port, call)
        {
            return outcome;
        }
        self.kernel.step(self.port, event)
    }

    /// Lets the outcome's thread run until something happens. What comes from outside is taken while
    /// nothing runs, so that it waits for one trap at most, however busy the program is.
    fn run_thread(&mut self, outcome: &Outcome) -> Next {
        let (index, thread) = self.place(outcome.thread);
        let message = match outcome.action {
            Action::ReturnMessage => Some(self.kernel.message(outcome.thread)),
            Action::Return => Some(Message::default()),
            Action::Resume | Action::Idle | Action::Shutdown | Action::Reset => None,
        };
        if let (Some(message), Some(process)) = (message, self.port.process(index)) {
            process.deliver(thread, outcome.results, message);
        }
        loop {
            if self.is_something_due()
                && let Some(next) = self.outside_event()
            {
                return next;
            }
            let Some(process) = self.port.process(index) else {
                return self.lost(index);
            };
            process.run(thread);
            if let Some(next) = self.watch(index) {
                return next;
            }
        }
    }

    /// Sleeps until the process stands still; says what its thread has done, or nothing if it was
    /// only stopped.
    fn watch(&mut self, index: ProcessIndex) -> Option<Next> {
        loop {
            let (until, attention) = (self.next_due(), self.port.attention());
            let Some(process) = self.port.process(index) else {
                return Some(self.lost(index));
            };
            let state = match process.sleep_until_trap(attention, until) {
                Woken::Changed(state) => Some(state),
                Woken::Attention | Woken::Late if self.is_something_due() => {
                    self.port.process(index).map_or(Some(PREEMPTED), LinuxProcess::stop_thread)
                }
                Woken::Attention | Woken::Late => continue,
            };
            let Some(state) = state else {
                return Some(self.unresponsive(index));
            };
            return self.trap(index, state);
        }
    }

    /// What the thread that has stopped in `state` wants; nothing if it only runs on. A preemption
    /// that nobody asked for is a signal that came late, or that somebody else sent.
    fn trap(&mut self, index: ProcessIndex, state: u32) -> Option<Next> {
        match self.port.process(index)?.trap(state) {
            Trap::Call(call) => Some(Next::Event(Event::Call(call))),
            Trap::Fault(fault) => Some(Next::Event(Event::Fault(fault))),
            Trap::Preempted => None,
        }
    }

    /// Stops everything and boots the system anew (PR-3).
    fn reset(&mut self) -> Outcome {
        self.port.console().say("a process has ended for the last time, so the board starts anew");
        self.port.stop_all();
        self.kernel.boot(self.port)
    }

    /// Sleeps until something happens; no thread can run.
    fn idle(&mut self) -> Next {
        loop {
            if let Some(next) = self.outside_event() {
                return next;
            }
            if self.port.alarm().is_none() && !self.port.is_anybody_alive() {
                return Next::End(Ok(Ending::NothingLeft));
            }
            self.port.attention().sleep_while(&self.idle, 0, self.next_due());
        }
    }

    /// Tells whether [`Supervisor::outside_event`] may have something. Cheap: asked at every trap.
    fn is_something_due(&self) -> bool {
        let attention = self.port.attention();
        attention.is_waiting()
            || self.port.has_console_failed()
            || self.port.is_input_due()
            || self.earliest_due().is_some_and(|due| due <= Instant::now())
    }

    /// What has come from outside, if something has. The running thread stands still.
    fn outside_event(&mut self) -> Option<Next> {
        if let Some(signal) = self.port.attention().interrupted_by() {
            return Some(Next::End(Ok(Ending::Interrupted(signal))));
        }
        if let Some(error) = self.port.console().take_failure() {
            return Some(Next::End(Err(Error::Console(error))));
        }
        if self.port.attention().child_ended()
            && let Some((process, end)) = self.port.next_ended()
        {
            // There may be more than one; the kernel hears of them one by one.
            self.port.attention().look_for_ended_children();
            return Some(Next::Event(Event::ProcessEnded { process, fault: end.fault() }));
        }
        if let Some((end, time)) = self.end
            && end <= Instant::now()
        {
            return Some(Next::End(Ok(Ending::TimedOut(time))));
        }
        self.port.attention().forget_input();
        if let Some(line) = self.port.take_line() {
            return Some(Next::Event(Event::Interrupt { line }));
        }
        self.port.alarm_rings().then_some(Next::Event(Event::Timer))
    }

    /// When something is due, at the latest.
    fn next_due(&self) -> Instant {
        self.earliest_due().unwrap_or_else(|| Instant::now() + NOTHING_DUE)
    }

    fn earliest_due(&self) -> Option<Instant> {
        let end = self.end.map(|(end, _)| end);
        [self.port.alarm(), end].into_iter().flatten().min()
    }

    /// A thread's process, and its number there.
    fn place(&self, thread: ThreadIndex) -> (ProcessIndex, usize) {
        let declared = self.system.thread(thread);
        declared.map_or((ProcessIndex::NONE, 0), |declared| {
            (declared.process.index, usize::from(declared.ordinal))
        })
    }

    /// A process that the kernel wants to run is not there any more.
    fn lost(&mut self, process: ProcessIndex) -> Next {
        Next::Event(Event::ProcessEnded { process, fault: Fault::new(FaultCause::Unknown) })
    }

    /// A process that does not stop cannot be left running: it is ended as a fault.
    fn unresponsive(&mut self, process: ProcessIndex) -> Next {
        let fault = Fault::new(FaultCause::Unresponsive);
        Next::Event(Event::ProcessEnded { process, fault })
    }
}
