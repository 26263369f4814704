//! The kernel, the port, and what is between them.
//!
//! A trap tells what the running thread did; the answer is which registers to go on with. What lies
//! between is the kernel's one call, and the wait for an interrupt when nobody can run.

use core::ptr;

use guichet_abi::{Message, Results};
use guichet_kernel::{
    Action, Call, Event, Fault, Instant, InterruptLine, Kernel, Outcome, Port, ProcessDescriptor,
    WALL_WORDS,
};

use crate::hardware::Hardware;
use crate::image::Program;
use crate::port::BareMetalPort;

/// The status of a run in which every process has ended and none has shut the system down; above
/// the codes of errors, and the same as the tool's own on Linux.
const NOTHING_LEFT: u32 = 24;

/// The status of a run in which the kernel itself has failed: the code of `Internal` (AB-1).
const KERNEL_FAILED: u32 = 13;

/// Which registers a thread gets back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Restore {
    /// Results, and what a call leaves alone; zero in the rest.
    Results = 0,
    /// All of them, as they were.
    All = 1,
    /// As [`Restore::Results`], but a message in the registers that a call leaves alone otherwise.
    Message = 2,
}

/// What runs next.
#[derive(Debug)]
pub struct Next<Context> {
    /// The thread's registers, one of those that the port was given.
    pub context: *mut Context,
    /// Which of them it gets back.
    pub restore: Restore,
    /// The results of its call, unless it did not return from one.
    pub results: Results,
    /// The words of the wall that the port must put in place of the present one first, unless it is
    /// the same. They stand in a [`ProcessDescriptor`].
    pub wall: Option<&'static [u32; WALL_WORDS]>,
}

/// The kernel, the port, and what is between them.
pub struct Machine<H: Hardware + 'static> {
    kernel: Kernel<'static>,
    port: BareMetalPort<H>,
    /// The process whose wall stands.
    walled: Option<&'static ProcessDescriptor<'static>>,
}

impl<H: Hardware> Machine<H> {
    /// A machine that has not been booted.
    pub fn new(kernel: Kernel<'static>, port: BareMetalPort<H>) -> Machine<H> {
        Machine { kernel, port, walled: None }
    }

    /// Boots the system, and says what runs first. Called once, of a kernel whose tables are as they were
    /// made.
    pub fn boot(&mut self) -> Next<H::Context> {
        let mut outcome = self.kernel.boot_fresh(&mut self.port);
        self.obey(&mut outcome)
    }

    /// Takes a call of the running thread, if the kernel's door answers it; else nothing has changed.
    /// Calls nothing out of line.
    #[inline(always)]
    pub fn try_call(&mut self, call: &Call) -> Option<Next<H::Context>> {
        let outcome = self.kernel.door(&mut self.port, call)?;
        let wall = if Kernel::goes_elsewhere(call.number) {
            Some(self.wall_of(self.kernel.running().process))
        } else {
            self.wall()
        };
        let context = self.port.context(outcome.thread)?;
        Some(Next { context, restore: Restore::Results, results: outcome.results, wall })
    }

    /// The same for a call whose answer has a message; that comes beside what runs next.
    #[inline(always)]
    pub fn try_message_call(&mut self, call: &Call) -> Option<(Next<H::Context>, Message)> {
        let (outcome, message) = self.kernel.message_door(&mut self.port, call)?;
        let wall = Some(self.wall_of(self.kernel.running().process));
        let context = self.port.context(outcome.thread)?;
        let (restore, results) = (Restore::Message, outcome.results);
        Some((Next { context, restore, results, wall }, message))
    }

    /// Takes any call of the running thread. In line, so that what runs next goes to registers and not through
    /// memory.
    #[inline(always)]
    pub fn call(&mut self, call: &Call) -> Next<H::Context> {
        let mut outcome = self.kernel.step_call(&mut self.port, call);
        match outcome.action {
            Action::Return => self.resume(&outcome, Restore::Results),
            Action::ReturnMessage if Kernel::HAS_MESSAGES => self.give_message(&outcome),
            _rare => self.obey(&mut outcome),
        }
    }

    /// Takes what the running thread did and must not do.
    #[inline(never)]
    pub fn fault(&mut self, fault: Fault) -> Next<H::Context> {
        self.tell(Event::Fault(fault))
    }

    /// Takes the alarm.
    pub fn alarm(&mut self) -> Next<H::Context> {
        let mut outcome = self.ring();
        self.obey(&mut outcome)
    }

    /// Takes a line that has come, and is masked.
    pub fn interrupt(&mut self, line: InterruptLine) -> Next<H::Context> {
        self.tell(Event::Interrupt { line })
    }

    /// Lets the running thread go on as it was.
    pub fn go_on(&mut self) -> Next<H::Context> {
        self.obey(&mut Outcome {
            action: Action::Resume,
            thread: self.kernel.current_thread(),
            results: Results::default(),
        })
    }

    /// The machine itself.
    pub fn hardware(&mut self) -> &mut H {
        self.port.hardware()
    }

    /// The program of the thread that runs.
    pub fn running_program(&self) -> Option<&'static Program> {
        self.walled.and_then(|process| self.port.program(process.index))
    }

    #[inline(always)]
    fn tell(&mut self, event: Event) -> Next<H::Context> {
        let mut outcome = self.kernel.step(&mut self.port, event);
        self.obey(&mut outcome)
    }

    /// Prepares what the kernel wants to run; waits for as long as nothing can. A loop, because the
    /// alarm may ring early any number of times before a thread can run.
    fn obey(&mut self, outcome: &mut Outcome) -> Next<H::Context> {
        loop {
            match outcome.action {
                Action::Return => return self.resume(outcome, Restore::Results),
                Action::ReturnMessage if Kernel::HAS_MESSAGES => {
                    return self.give_message(outcome);
                }
                Action::ReturnMessage => return self.resume(outcome, Restore::Results),
                Action::Resume => return self.resume(outcome, Restore::All),
                Action::Idle => *outcome = self.idle(),
                Action::Shutdown => self.end(outcome.results.status),
                Action::Reset => self.reset(),
            }
        }
    }

    fn resume(&mut self, outcome: &Outcome, restore: Restore) -> Next<H::Context> {
        let wall = self.wall();
        match self.port.context(outcome.thread) {
            Some(context) => Next { context, restore, results: outcome.results, wall },
            None => self.end(NOTHING_LEFT),
        }
    }

    /// Lets a thread go on with a message, which goes into its saved registers first.
    fn give_message(&mut self, outcome: &Outcome) -> Next<H::Context> {
        let message = self.kernel.message(outcome.thread);
        let restore = match self.port.context(outcome.thread) {
            Some(context) => H::give_message(context, &outcome.results, &message),
            None => Restore::Results,
        };
        self.resume(outcome, restore)
    }

    /// The wall of the running thread's process, unless it stands; from here on it does.
    #[inline(always)]
    fn wall(&mut self) -> Option<&'static [u32; WALL_WORDS]> {
        let process = self.kernel.running().process;
        if self.walled.is_some_and(|walled| ptr::eq(walled, process)) {
            return None;
        }
        Some(self.wall_of(process))
    }

    /// The wall of this process, which stands from here on. What lies beside the process's own memory is
    /// let through already: that is no part of the words.
    #[inline(always)]
    fn wall_of(
        &mut self,
        process: &'static ProcessDescriptor<'static>,
    ) -> &'static [u32; WALL_WORDS] {
        self.walled = Some(process);
        self.port.switch_spares(process);
        &process.wall
    }

    /// Waits for the alarm, or for a line. With no alarm and nobody alive, nothing can happen any more.
    fn idle(&mut self) -> Outcome {
        if self.kernel.is_over() {
            self.port.flush();
            self.port.say(
                "every process has ended and nothing can happen any more, so the run ends; call \
                 `debug_shutdown` to end it with a status",
            );
            self.end(NOTHING_LEFT)
        }
        match self.port.hardware().wait() {
            Some(line) => self.kernel.step(&mut self.port, Event::Interrupt { line }),
            None => self.ring(),
        }
    }

    /// Tells the kernel that the alarm has rung.
    #[inline(never)]
    fn ring(&mut self) -> Outcome {
        // It pends for as long as it is past; the kernel sets the next one.
        self.port.set_alarm(Instant::NEVER);
        self.kernel.step(&mut self.port, Event::Timer)
    }

    /// Ends the run because the kernel itself did what it must not do; says where and why. Uses as
    /// little as it can of what may be wrong.
    pub fn fail(&mut self, fault: Fault) -> ! {
        self.port.say_kernel_fault(fault);
        self.port.hardware().finish(KERNEL_FAILED)
    }

    /// Starts the machine anew (PR-3).
    #[cold]
    #[inline(never)]
    fn reset(&mut self) -> ! {
        self.port.flush();
        self.port.say("a process has ended for the last time, so the board starts anew");
        self.port.hardware().reset()
    }

    /// Ends the run with this status (PR-7).
    #[cold]
    #[inline(never)]
    fn end(&mut self, status: u32) -> ! {
        self.port.flush();
        self.port.hardware().finish(status)
    }
}
