//! The kernel, the port, and what is between them.
//!
//! A trap tells what the running thread did; the answer is which registers to go on with. What lies
//! between is the kernel's one call, and the wait for an interrupt when nobody can run.

use guichet_abi::Results;
use guichet_kernel::{
    Action, Call, Event, Instant, Kernel, Outcome, Port, ProcessIndex, ProcessState,
};

use crate::board::Board;
use crate::context::Context;
use crate::device::Register;
use crate::fault::{INTERRUPT, TIMER, fault};
use crate::port::RiscvPort;
use crate::trap::{Next, Restore, wait_for_timer};

/// The status of a run in which every process has ended and none has shut the system down; above
/// the codes of errors, and the same as the tool's own on Linux.
const NOTHING_LEFT: u32 = 24;

/// What the test finisher takes for success and for failure; the status stands above the latter.
const PASS: u32 = 0x5555;
const FAIL: u32 = 0x3333;

/// The kernel, the port, and what is between them.
pub(crate) struct Machine {
    kernel: Kernel<'static>,
    port: RiscvPort,
    finisher: Register<u32>,
    /// The process whose wall stands.
    walled: ProcessIndex,
}

impl Machine {
    /// A machine that has not been booted.
    ///
    /// # Safety
    /// The board's addresses are those of its devices, and nobody else uses them.
    pub(crate) unsafe fn new(board: &Board, kernel: Kernel<'static>, port: RiscvPort) -> Machine {
        // SAFETY: (machine-1) the caller vouches for the board.
        let finisher = unsafe { Register::new(board.finisher) };
        Machine { kernel, port, finisher, walled: ProcessIndex::NONE }
    }

    /// Boots the system, and says what runs first.
    pub(crate) fn boot(&mut self) -> Next {
        let outcome = self.kernel.boot(&mut self.port);
        self.obey(outcome)
    }

    /// Takes a call of the running thread, if the kernel's door answers it; else nothing has changed.
    #[inline(always)]
    pub(crate) fn try_call(&mut self, call: Call) -> Option<Next> {
        let outcome = self.kernel.door(&mut self.port, &call)?;
        Some(self.obey(outcome))
    }

    /// Takes any call of the running thread.
    #[cold]
    #[inline(never)]
    pub(crate) fn cold_call(&mut self, call: Call) -> Next {
        self.tell(Event::Call(call))
    }

    /// Takes any other trap of the running thread, which was stopped with these registers.
    pub(crate) fn trap(&mut self, context: &Context, cause: usize, value: usize) -> Next {
        if cause == TIMER {
            self.tell_time()
        } else if cause & INTERRUPT != 0 {
            // None other is enabled; the thread goes on as it was.
            self.obey(Outcome {
                action: Action::Resume,
                thread: self.kernel.current_thread(),
                results: Results::default(),
            })
        } else {
            let stack = self.running_program().map_or(&(0..0), |program| &program.stack);
            self.tell(Event::Fault(fault(cause, value, context, stack)))
        }
    }

    fn running_program(&self) -> Option<&'static crate::Program> {
        self.port.program(self.walled)
    }

    #[inline(never)]
    fn tell(&mut self, event: Event) -> Next {
        let outcome = self.kernel.step(&mut self.port, event);
        self.obey(outcome)
    }

    fn tell_time(&mut self) -> Next {
        // The interrupt pends for as long as the alarm is past; the kernel sets the next one.
        self.port.set_alarm(Instant::NEVER);
        self.tell(Event::Timer)
    }

    /// Prepares what the kernel wants to run; waits where nothing can.
    #[inline(always)]
    fn obey(&mut self, outcome: Outcome) -> Next {
        match outcome.action {
            Action::Return => self.resume(&outcome, Restore::Results),
            Action::Resume => self.resume(&outcome, Restore::All),
            Action::Idle => self.idle(),
            Action::Shutdown => self.end(outcome.results.status),
        }
    }

    #[inline(always)]
    fn resume(&mut self, outcome: &Outcome, restore: Restore) -> Next {
        self.wall(outcome);
        match self.port.context(outcome.thread) {
            Some(context) => {
                if let Restore::Results = restore {
                    let results = outcome.results;
                    let status = results.status as usize;
                    context.set_results(status, results.value0, results.value1);
                }
                Next { context, restore }
            }
            None => self.end(NOTHING_LEFT),
        }
    }

    /// Raises the wall of the thread's process, unless it stands.
    #[inline(always)]
    fn wall(&mut self, outcome: &Outcome) {
        let declared = self.port.system().thread(outcome.thread);
        let process = declared.map_or(ProcessIndex::NONE, |thread| thread.process);
        if process != self.walled
            && let Some(program) = self.port.program(process)
        {
            program.wall.raise();
            self.walled = process;
        }
    }

    /// Waits for the alarm. With no alarm and nobody alive, nothing can happen any more.
    #[cold]
    #[inline(never)]
    fn idle(&mut self) -> Next {
        if !self.is_anybody_alive() {
            self.port.flush();
            self.port.say(
                "every process has ended and nothing can happen any more, so the run ends; call \
                 `debug_shutdown` to end it with a status",
            );
            self.end(NOTHING_LEFT)
        }
        wait_for_timer();
        self.tell_time()
    }

    fn is_anybody_alive(&self) -> bool {
        (0..self.port.system().processes.len()).any(|number| {
            let process = self.kernel.process(ProcessIndex::new(number));
            process.is_some_and(|process| process.state() == ProcessState::Running)
        })
    }

    /// Ends the run with this status (PR-7).
    #[cold]
    #[inline(never)]
    fn end(&mut self, status: u32) -> ! {
        self.port.flush();
        let word = if status == 0 { PASS } else { status << 16 | FAIL };
        loop {
            self.finisher.write(word);
        }
    }
}
