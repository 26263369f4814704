//! What the holder of a process or a thread object may do (PR-5).
//!
//! | call | of a process | of a thread |
//! | --- | --- | --- |
//! | `process_start` | AlreadyExists while it runs, ResourceExhausted when its incarnations are used up | InvalidArgument |
//! | `thread_start` | InvalidArgument | AlreadyExists while it lives, PermissionDenied without room on its stack |
//! | `task_join` | Unavailable while there is no status that nobody has collected | the same |
//! | `task_terminate` | Unavailable unless it runs or is to be restarted | Unavailable unless it lives |
//! | `task_fault` | Unavailable unless its latest life ended with a fault | InvalidArgument |
//!
//! An exit status is collected once, whoever holds an object of that process. None of these calls
//! blocks.

use guichet_abi::{Arguments, Error, ExitStatus, OK, Results};

use crate::event::{Ending, success};
use crate::fault::Report;
use crate::id::{ProcessId, ProcessIndex, ThreadIndex};
use crate::kernel::Kernel;
use crate::memory::Grant;
use crate::object::Object;
use crate::port::Port;
use crate::process::Process;
use crate::region::Access;
use crate::thread::ThreadState;

/// A process or a thread.
#[derive(Clone, Copy)]
enum Task {
    Process(ProcessIndex),
    Thread(ThreadIndex),
}

impl Kernel<'_> {
    /// Starts a process, whatever became of its earlier lives (PR-5).
    #[inline(always)]
    pub(crate) fn process_start<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Ending {
        let &[handle, ..] = arguments;
        let index = self.check_process_start(handle)?;
        if let Some(descriptor) = self.services.system.process(index) {
            self.forget_restart(descriptor);
        }
        if let Some(process) = self.services.processes.get_mut(index) {
            process.restarts = 0;
        }
        self.start_process(port, index);
        Ok(Some(success(0)))
    }

    fn check_process_start(&self, handle: usize) -> Result<ProcessIndex, Error> {
        let index = self.process_object(handle)?;
        let process = self.services.processes.get(index).ok_or(Error::Internal)?;
        if process.is_running() {
            return Err(Error::AlreadyExists);
        }
        if process.incarnation >= ProcessId::LAST_INCARNATION {
            return Err(Error::ResourceExhausted);
        }
        Ok(index)
    }

    /// Starts a thread of the caller's process at `pc`, with its stack pointer at `stack pointer`,
    /// rounded down to the machine's alignment (PR-5).
    #[inline(always)]
    pub(crate) fn thread_start<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Ending {
        let &[handle, pc, stack_pointer, ..] = arguments;
        let (index, stack) = self.check_thread_start::<P>(handle, stack_pointer)?;
        port.start_thread(index, pc, stack);
        self.start_thread(index);
        Ok(Some(success(0)))
    }

    fn check_thread_start<P: Port>(
        &self,
        handle: usize,
        stack_pointer: usize,
    ) -> Result<(ThreadIndex, Grant), Error> {
        let Task::Thread(index) = self.task(handle)? else {
            return Err(Error::InvalidArgument);
        };
        let thread = self.services.waits.threads.get(index).ok_or(Error::Internal)?;
        if thread.state.is_alive() {
            return Err(Error::AlreadyExists);
        }
        let end = stack_pointer & !P::STACK_ALIGNMENT.wrapping_sub(1);
        let start = end.checked_sub(P::ENTRY_BYTES).ok_or(Error::PermissionDenied)?;
        let stack = self.services.memory().grant(start, P::ENTRY_BYTES, Access::Write)?;
        Ok((index, stack))
    }

    /// Collects an exit status (PR-5).
    #[inline(always)]
    pub(crate) fn task_join(&mut self, arguments: &Arguments) -> Ending {
        let &[handle, ..] = arguments;
        let status = match self.task(handle)? {
            Task::Process(index) => {
                let status = self.services.process_status(index).ok_or(Error::Unavailable)?;
                if let Some(process) = self.services.processes.get_mut(index) {
                    process.collected();
                }
                status
            }
            Task::Thread(index) => {
                let status = self.services.thread_status(index).ok_or(Error::Unavailable)?;
                if let Some(thread) = self.services.waits.threads.get_mut(index) {
                    thread.state = ThreadState::Dormant;
                }
                status
            }
        };
        let (value0, value1) = status.to_words();
        Ok(Some(Results { status: OK, value0, value1 }))
    }

    /// Ends a process or a thread from outside, for good: no policy applies (PR-3, PR-5).
    #[inline(always)]
    pub(crate) fn task_terminate<P: Port>(
        &mut self,
        port: &mut P,
        arguments: &Arguments,
    ) -> Ending {
        let &[handle, ..] = arguments;
        match self.task(handle)? {
            Task::Process(index) => self.terminate_process(port, index)?,
            Task::Thread(index) => self.terminate_thread(port, index)?,
        }
        // The caller may have ended itself.
        let has_ended = self.services.waits.current().is_none();
        Ok(if has_ended { None } else { Some(success(0)) })
    }

    fn terminate_process<P: Port>(
        &mut self,
        port: &mut P,
        index: ProcessIndex,
    ) -> Result<(), Error> {
        let descriptor = self.services.system.process(index).ok_or(Error::Internal)?;
        if self.services.processes.get(index).is_some_and(Process::is_running) {
            self.end_process(port, index, Report::Terminated);
            return Ok(());
        }
        if !self.forget_restart(descriptor) {
            return Err(Error::Unavailable);
        }
        self.abandon(port, descriptor);
        Ok(())
    }

    fn terminate_thread<P: Port>(&mut self, port: &mut P, index: ThreadIndex) -> Result<(), Error> {
        let thread = self.services.waits.threads.get(index).ok_or(Error::Internal)?;
        if !thread.state.is_alive() {
            return Err(Error::Unavailable);
        }
        self.end_thread(port, index, ExitStatus::TerminatedBySyscall);
        Ok(())
    }

    /// Tells the fault that the latest finished life of a process ended with, in two parts (PR-5).
    #[inline(always)]
    pub(crate) fn task_fault(&self, arguments: &Arguments) -> Ending {
        let &[handle, part, ..] = arguments;
        let index = self.process_object(handle)?;
        let process = self.services.processes.get(index).ok_or(Error::Internal)?;
        let fault = process.fault().ok_or(Error::Unavailable)?;
        let value1 = match part {
            0 => fault.pc,
            1 => fault.address,
            _ => return Err(Error::InvalidArgument),
        };
        let which = process.last_ended() << 8 | fault.cause.number();
        let value0 = usize::try_from(which).unwrap_or(0);
        Ok(Some(Results { status: OK, value0, value1 }))
    }

    fn process_object(&self, handle: usize) -> Result<ProcessIndex, Error> {
        match self.task(handle)? {
            Task::Process(index) => Ok(index),
            Task::Thread(_) => Err(Error::InvalidArgument),
        }
    }

    /// The process or the thread that a handle of the caller names.
    fn task(&self, handle: usize) -> Result<Task, Error> {
        match self.services.caller().object(handle)? {
            Object::Process(index) => Ok(Task::Process(*index)),
            Object::Thread(index) => Ok(Task::Thread(*index)),
            Object::ChannelHandler(_)
            | Object::ChannelInitiator(_)
            | Object::TimedInitiator { .. }
            | Object::WaitGroup(_)
            | Object::Interrupt(_)
            | Object::EndpointReceiver(_)
            | Object::EndpointSender(_)
            | Object::SharedMemory(_)
            | Object::Upcalls { .. } => Err(Error::InvalidArgument),
        }
    }
}

#[cfg(test)]
mod tests;
