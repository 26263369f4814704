//! The one way in: an event, decoded, goes to one operation; what runs next comes out.
//!
//! [`Kernel::step`] takes every event. [`Kernel::door`] takes only the few calls that a system
//! spends its time in, and only where nothing about them is unusual; it either answers with what
//! `step` would have answered, or says `None` and has changed nothing.

use guichet_abi::{
    Arguments, Error, ExitStatus, MAX_LOG_BYTES, MAX_MESSAGE_WORDS, Message, OK, Results,
    StatusCode, Syscall, split_handle,
};

use crate::event::{Call, Ending, Event, Outcome, failure, success};
use crate::fault::Report;
use crate::id::ProcessIndex;
use crate::ipc::endpoint::{Manner, Operation};
use crate::ipc::{Windows, wait_group};
use crate::kernel::Kernel;
use crate::memory::Grant;
use crate::object_wait::{object_wait, object_wait_at_door, wait_group_add};
use crate::port::Port;
use crate::process::GiveUp;
use crate::region::Access;
use crate::services::{self, is_past};
use crate::thread::ThreadState;
use crate::time::Instant;
use crate::transfer::check;
use crate::{HAS_CAPSULES, HAS_ENDPOINTS};

const COMMAND: usize = Syscall::Command as usize;
const CHANNEL_TRANSACT: usize = Syscall::ChannelTransact as usize;
const CHANNEL_READ: usize = Syscall::ChannelRead as usize;
const CHANNEL_RESPOND: usize = Syscall::ChannelRespond as usize;
const CHANNEL_RESPOND_AND_RECEIVE: usize = Syscall::ChannelRespondAndReceive as usize;
const CALL: usize = Syscall::EndpointCall as usize;
const REPLY_AND_RECEIVE: usize = Syscall::EndpointReplyAndReceive as usize;
const CALL_WORDS: usize = Syscall::EndpointCallWords as usize;
const REPLY_AND_RECEIVE_WORDS: usize = Syscall::EndpointReplyAndReceiveWords as usize;
const OBJECT_WAIT: usize = Syscall::ObjectWait as usize;
const DEBUG_NOP: usize = Syscall::DebugNop as usize;

impl Kernel<'_> {
    /// Whether any call has a message for an answer.
    pub const HAS_MESSAGES: bool = crate::HAS_MESSAGES;

    /// Whether processes can have more than their own memory: else a port is never asked to map anything.
    pub const HAS_MAPPINGS: bool = crate::HAS_SHARED_MEMORY;

    /// The calls that [`Kernel::door`] may answer, the most frequent first.
    pub const DOOR_CALLS: [usize; 6] = [
        CHANNEL_TRANSACT,
        CHANNEL_RESPOND_AND_RECEIVE,
        CHANNEL_READ,
        CHANNEL_RESPOND,
        OBJECT_WAIT,
        DEBUG_NOP,
    ];

    /// The calls that [`Kernel::message_door`] may answer, the most frequent first.
    pub const MESSAGE_DOOR_CALLS: [usize; 4] =
        [CALL_WORDS, REPLY_AND_RECEIVE_WORDS, CALL, REPLY_AND_RECEIVE];

    /// Tells whether an answer of the door to this call always goes to a thread of another process:
    /// then a port need not ask whether the wall that it must raise stands already.
    #[inline(always)]
    pub const fn goes_elsewhere(number: usize) -> bool {
        number == CHANNEL_TRANSACT || number == CHANNEL_RESPOND_AND_RECEIVE
    }

    /// Starts the system: every process that starts at boot, in the order declared (PR-3).
    pub fn boot<P: Port>(&mut self, port: &mut P) -> Outcome {
        self.clear();
        self.boot_fresh(port)
    }

    /// As [`Kernel::boot`], over storage that nobody has used: each entry is what the constant of its type
    /// for that says, as in a static. There is nothing to be cleared then, and no code for it in an image.
    pub fn boot_fresh<P: Port>(&mut self, port: &mut P) -> Outcome {
        self.tell_threads();
        for declared in self.services.system.processes {
            if declared.starts_at_boot {
                self.start_process(port, declared.index);
            }
        }
        self.go_on(port)
    }

    /// Takes an event and says what runs next. In line, because whoever calls this knows which kind
    /// of event it has.
    #[inline(always)]
    pub fn step<P: Port>(&mut self, port: &mut P, event: Event) -> Outcome {
        match event {
            Event::Call(call) => return self.step_call(port, &call),
            Event::Fault(fault) => self.fault(port, self.current_process(), fault),
            Event::ProcessEnded { process, fault } => self.fault(port, process, fault),
            Event::Timer => self.expire(port),
            Event::Interrupt { line } => {
                self.windows.interrupts.delivered(&mut self.services, line)
            }
        }
        self.go_on(port)
    }

    /// As [`Kernel::step`] with a call, which need not be copied.
    #[inline(always)]
    pub fn step_call<P: Port>(&mut self, port: &mut P, call: &Call) -> Outcome {
        // Past the many other calls, because one message takes several of a capsule's.
        if HAS_CAPSULES && call.number >= COMMAND {
            return self.operate_capsule(port, call);
        }
        self.call(port, call)
    }

    /// What runs next, when no call has ended.
    #[inline(never)]
    fn go_on<P: Port>(&mut self, port: &mut P) -> Outcome {
        // Nobody is left, unless upcalls of an earlier event came to nothing too often.
        if HAS_CAPSULES {
            self.settle_others(port);
        }
        let outcome = self.services.waits.dispatch(port);
        self.unless_given_up(outcome)
    }

    /// What comes out, unless a process has ended for the last time and that ends everything (PR-3).
    #[inline(always)]
    fn unless_given_up(&mut self, outcome: Outcome) -> Outcome {
        if self.services.give_up == GiveUp::Stop { outcome } else { self.give_up() }
    }

    #[cold]
    #[inline(never)]
    fn give_up(&mut self) -> Outcome {
        match core::mem::replace(&mut self.services.give_up, GiveUp::Stop) {
            GiveUp::Stop => Outcome::idle(),
            GiveUp::Shutdown => Outcome::shutdown(Error::Unavailable.status_code()),
            GiveUp::ResetBoard => Outcome::reset(),
        }
    }

    /// Answers a call of the current thread if nothing about it is unusual; else `None`, and
    /// nothing has changed. The answer is to return to a thread. Calls nothing out of line but the
    /// port.
    #[inline(always)]
    pub fn door<P: Port>(&mut self, port: &mut P, call: &Call) -> Option<Outcome> {
        let Kernel { services, windows } = self;
        let channels = &mut windows.channels;
        let arguments = &call.arguments;
        let (thread, results) = match call.number {
            CHANNEL_TRANSACT => channels.transact_at_door(services, port, arguments)?,
            CHANNEL_RESPOND_AND_RECEIVE => {
                channels.respond_and_receive_at_door(services, port, arguments)?
            }
            CHANNEL_READ => channels.read_at_door(services, port, arguments)?,
            CHANNEL_RESPOND => channels.respond_at_door(services, port, arguments)?,
            OBJECT_WAIT => object_wait_at_door(channels, services, port, arguments)?,
            DEBUG_NOP => (services.waits.current(), success(0)),
            _other => return None,
        };
        Some(Outcome::returning(thread, results))
    }

    /// As [`Kernel::door`], for calls whose answer has a message, and goes to a thread of another
    /// process. What a thread [keeps](Kernel::message) of messages is then of no meaning.
    #[inline(always)]
    pub fn message_door<P: Port>(
        &mut self,
        port: &mut P,
        call: &Call,
    ) -> Option<(Outcome, Message)> {
        if !HAS_ENDPOINTS {
            return None;
        }
        let Kernel { services, windows } = self;
        let endpoints = &mut windows.endpoints;
        let arguments = &call.arguments;
        let (thread, results, message) = match call.number {
            CALL_WORDS => endpoints.call_at_door::<P, true>(services, port, arguments)?,
            REPLY_AND_RECEIVE_WORDS => {
                endpoints.reply_and_receive_at_door::<P, true>(services, port, arguments)?
            }
            CALL => endpoints.call_at_door::<P, false>(services, port, arguments)?,
            REPLY_AND_RECEIVE => {
                endpoints.reply_and_receive_at_door::<P, false>(services, port, arguments)?
            }
            _other => return None,
        };
        // An answer in a buffer goes to somebody who wants no message.
        let is_plain = call.number == REPLY_AND_RECEIVE;
        let answer = if is_plain { Outcome::returning } else { Outcome::returning_message };
        Some((answer(thread, results), message))
    }

    #[inline(never)]
    fn call<P: Port>(&mut self, port: &mut P, call: &Call) -> Outcome {
        let arguments = &call.arguments;
        let ending = match Syscall::from_number(call.number) {
            Some(Syscall::DebugShutdown) => match self.shutdown_status(arguments) {
                Ok(status) => return Outcome::shutdown(status),
                Err(error) => Err(error),
            },
            Some(syscall) if syscall.is_of_capsules() => {
                return self.operate_capsule(port, call);
            }
            Some(syscall) if HAS_ENDPOINTS || !syscall.is_of_endpoints() => {
                self.operate(port, syscall, arguments)
            }
            Some(syscall) => Err(self.without_endpoints(port, syscall, arguments)),
            None => Err(Error::Unimplemented),
        };
        let (results, has_message) = match ending {
            Ok(Some(results)) => (results, HAS_ENDPOINTS && receives_message(call.number)),
            Ok(None) => return self.go_on(port),
            Err(error) => (failure(error), false),
        };
        let outcome = self.services.waits.finish(results, has_message);
        self.unless_given_up(outcome)
    }

    fn operate<P: Port>(&mut self, port: &mut P, call: Syscall, arguments: &Arguments) -> Ending {
        let Kernel { services, windows } = self;
        let Windows { channels, interrupts, .. } = windows;
        match call {
            Syscall::ChannelTransact | Syscall::ChannelAsyncTransact => {
                channels.transact(services, port, arguments, call == Syscall::ChannelTransact)
            }
            Syscall::ChannelRead => channels.read(services, port, arguments, false),
            Syscall::ChannelReadExact => channels.read(services, port, arguments, true),
            Syscall::ChannelRespond => channels.respond(services, port, arguments),
            Syscall::ChannelReceive => channels.receive(services, port, arguments),
            Syscall::ChannelRespondAndReceive => {
                channels.respond_and_receive(services, port, arguments)
            }
            Syscall::ChannelAsyncTransactComplete => channels.async_complete(services, arguments),
            Syscall::ChannelAsyncCancel => channels.async_cancel(services, port, arguments),
            Syscall::ChannelBadge => channels.badge(services, arguments),
            Syscall::ObjectSetPeerUserSignal => channels.set_peer_user_signal(services, arguments),
            Syscall::ObjectWait => object_wait(windows, services, port, arguments),
            Syscall::WaitGroupAdd => wait_group_add(windows, services, arguments),
            Syscall::WaitGroupRemove => wait_group::remove(services, arguments),
            Syscall::SleepUntil => self.sleep_until(port, arguments),
            Syscall::ProcessExit => self.process_exit(port, arguments),
            Syscall::ThreadExit => self.thread_exit(port, arguments),
            Syscall::ProcessPanic => self.process_dies(port, arguments),
            Syscall::ProcessStart => self.process_start(port, arguments),
            Syscall::ThreadStart => self.thread_start(port, arguments),
            Syscall::TaskTerminate => self.task_terminate(port, arguments),
            Syscall::TaskJoin => self.task_join(arguments),
            Syscall::TaskFault => self.task_fault(arguments),
            Syscall::InterruptAck => interrupts.acknowledge(services, port, arguments).map(Some),
            Syscall::ConsoleRead => interrupts.read_console(services, port, arguments).map(Some),
            Syscall::EndpointBind => windows.endpoints.bind(services, arguments),
            Syscall::EndpointSend
            | Syscall::EndpointTrySend
            | Syscall::EndpointSendWords
            | Syscall::EndpointTrySendWords
            | Syscall::EndpointCall
            | Syscall::EndpointCallWords
            | Syscall::EndpointReceive
            | Syscall::EndpointTryReceive
            | Syscall::EndpointReceiveWords
            | Syscall::EndpointTryReceiveWords
            | Syscall::EndpointReply
            | Syscall::EndpointReplyWords
            | Syscall::EndpointReplyAndReceive
            | Syscall::EndpointReplyAndReceiveWords => self.operate_endpoint(port, call, arguments),
            Syscall::EndpointDropReply => {
                let (endpoints, mut means) = self.means(port);
                endpoints.drop_reply(&mut means, arguments)
            }
            Syscall::EndpointClose => {
                let (endpoints, mut means) = self.means(port);
                endpoints.close(&mut means, arguments)
            }
            Syscall::SharedMemoryMap
            | Syscall::SharedMemoryUnmap
            | Syscall::ShareLend
            | Syscall::ShareReturn
            | Syscall::SharedMemoryRead
            | Syscall::SharedMemoryWrite => {
                windows.shared_memory.operate(services, port, call, arguments)
            }
            Syscall::ClockNow => Ok(Some(now(port))),
            Syscall::DebugNop | Syscall::DebugShutdown => Ok(Some(success(0))),
            Syscall::DebugLog => self.debug_log(port, arguments),
            Syscall::DebugPutCharacter => self.debug_put_character(port, arguments),
            _of_capsules => Err(Error::Unimplemented),
        }
    }

    /// What a call on endpoints gets where there are none: no handle names one, and no call was received. The
    /// same as from a kernel that has endpoints, in a system that has none.
    fn without_endpoints<P: Port>(
        &self,
        port: &mut P,
        call: Syscall,
        arguments: &Arguments,
    ) -> Error {
        let &[first, second, third, ..] = arguments;
        let caller = self.services.caller();
        let (handle, words) = split_handle(first);
        let wrong_kind = |handle| caller.object(handle).err().unwrap_or(Error::InvalidArgument);
        match call {
            Syscall::EndpointDropReply => Error::Unavailable,
            Syscall::EndpointReplyWords if words > MAX_MESSAGE_WORDS => Error::OutOfRange,
            Syscall::EndpointReplyWords => Error::Unavailable,
            Syscall::EndpointReply => {
                let limit = self.services.max_transfer_bytes;
                let answer =
                    check(port, self.services.memory(), (second, third), Access::Read, limit);
                answer.err().unwrap_or(Error::Unavailable)
            }
            Syscall::EndpointSendWords
            | Syscall::EndpointTrySendWords
            | Syscall::EndpointCallWords
            | Syscall::EndpointReplyAndReceiveWords => wrong_kind(handle),
            _of_a_handle => wrong_kind(first),
        }
    }

    fn operate_endpoint<P: Port>(
        &mut self,
        port: &mut P,
        call: Syscall,
        arguments: &Arguments,
    ) -> Ending {
        let (operation, is_words, waits) = match call {
            Syscall::EndpointSend => (Operation::Send, false, true),
            Syscall::EndpointTrySend => (Operation::Send, false, false),
            Syscall::EndpointSendWords => (Operation::Send, true, true),
            Syscall::EndpointTrySendWords => (Operation::Send, true, false),
            Syscall::EndpointCall => (Operation::Call, false, true),
            Syscall::EndpointCallWords => (Operation::Call, true, true),
            Syscall::EndpointReceive => (Operation::Receive, false, true),
            Syscall::EndpointTryReceive => (Operation::Receive, false, false),
            Syscall::EndpointReceiveWords => (Operation::Receive, true, true),
            Syscall::EndpointTryReceiveWords => (Operation::Receive, true, false),
            Syscall::EndpointReply => (Operation::Reply, false, false),
            Syscall::EndpointReplyWords => (Operation::Reply, true, false),
            Syscall::EndpointReplyAndReceive => (Operation::ReplyAndReceive, false, true),
            Syscall::EndpointReplyAndReceiveWords => (Operation::ReplyAndReceive, true, true),
            _other => return Err(Error::Unimplemented),
        };
        let (endpoints, mut means) = self.means(port);
        endpoints.operate(&mut means, Manner { operation, is_words, waits }, arguments)
    }

    /// Sleeps until an instant (WT-7); returns at once when it is past.
    #[inline(always)]
    fn sleep_until<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Ending {
        let deadline = Instant::from_words(arguments[0], arguments[1]);
        if is_past(port, deadline) {
            return Ok(Some(success(0)));
        }
        self.services.waits.block(port, ThreadState::Sleeping, deadline);
        Ok(None)
    }

    /// Ends the caller's process with a status (PR-5).
    fn process_exit<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Ending {
        let status = low_word(arguments[0]);
        let process = self.current_process();
        self.end_process(port, process, Report::Exited(status));
        Ok(None)
    }

    /// Ends the calling thread with a status (PR-5).
    fn thread_exit<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Ending {
        let thread = self.services.waits.current();
        self.end_thread(port, thread, ExitStatus::Success(low_word(arguments[0])));
        Ok(None)
    }

    /// Ends the caller's process as a fault with a message (PR-7).
    #[inline(always)]
    fn process_dies<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Ending {
        let report = Report::Panicked(self.text(arguments)?);
        self.end_process(port, self.current_process(), report);
        Ok(None)
    }

    #[inline(always)]
    fn debug_log<P: Port>(&self, port: &mut P, arguments: &Arguments) -> Ending {
        let text = self.text(arguments)?;
        if text.length() != 0 {
            port.log(text);
        }
        Ok(Some(success(0)))
    }

    #[inline(always)]
    fn debug_put_character<P: Port>(&self, port: &mut P, arguments: &Arguments) -> Ending {
        let word = u32::try_from(arguments[0]).map_err(|_| Error::InvalidArgument)?;
        let character = char::from_u32(word).ok_or(Error::InvalidArgument)?;
        port.log_character(self.current_process(), character);
        Ok(Some(success(0)))
    }

    /// The status with which the caller ends the run (PR-7), if it may.
    fn shutdown_status(&self, arguments: &Arguments) -> Result<u32, Error> {
        let status = u32::try_from(arguments[0]).map_err(|_| Error::InvalidArgument)?;
        if status != OK && Error::from_status(status).is_none() {
            return Err(Error::InvalidArgument);
        }
        let may = self.services.caller().process.may_shutdown;
        if may { Ok(status) } else { Err(Error::PermissionDenied) }
    }

    /// The flat text that a console call names, at most [`MAX_LOG_BYTES`] (PR-7).
    fn text(&self, arguments: &Arguments) -> Result<Grant, Error> {
        let &[address, length, ..] = arguments;
        let grant = self.services.memory().grant(address, length, Access::Read)?;
        if grant.length() > MAX_LOG_BYTES { Err(Error::OutOfRange) } else { Ok(grant) }
    }

    /// The process of the current thread, or NONE.
    fn current_process(&self) -> ProcessIndex {
        self.services.caller().process.index
    }
}

/// Tells whether what a call hands back has a message (EP-8).
fn receives_message(number: usize) -> bool {
    Syscall::from_number(number).is_some_and(Syscall::receives_message)
}

fn now<P: Port>(port: &mut P) -> Results {
    let (value0, value1) = guichet_abi::deadline_to_words(services::now(port).ticks());
    Results { status: OK, value0, value1 }
}

/// A status word: the low 32 bits of an argument.
fn low_word(argument: usize) -> u32 {
    u32::try_from(argument & 0xFFFF_FFFF).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
