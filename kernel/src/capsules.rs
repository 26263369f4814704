//! The calls of capsules: command, allow, subscribe and yield (CP-1), and what the kernel's own loop tells
//! capsules of processes (PR-9).
//!
//! A capsule says that something is due; who is told, and when, is decided here, after it has
//! returned. So no capsule ever runs inside another, and an upcall reaches a process only while it
//! yields (CP-2).
//!
//! | call | refused | otherwise |
//! | --- | --- | --- |
//! | all | FailedPrecondition for another thread than the main one | |
//! | `command` | NODEVICE, NOSUPPORT; INVAL for an argument of more than 32 bits | what the capsule says |
//! | `allow` | NODEVICE, NOSUPPORT; INVAL for memory that the caller may not use so | the buffer before |
//! | `subscribe` | NODEVICE, NOSUPPORT | what was subscribed before |
//! | `yield_wait` | | the next upcall that is subscribed, when one is due |
//! | `yield_no_wait` | | the same, or zeros |
//! | `yield_wait_for` | NODEVICE, NOSUPPORT | that one, when it is due |
//! | `command_and_yield_wait_for` | as both | as the one, and if that succeeds as the other |

use guichet_abi::{Arguments, CommandReturn, Error, ErrorCode, OK, Results, Signals, Syscall};

use self::host::{KernelHost, Who, known, told};
use crate::HAS_CAPSULES;
use crate::capsule::table::{CapsuleDescriptor, Note};
use crate::capsule::{Allowed, ProcessChange};
use crate::event::{Call, Outcome, failure, success};
use crate::id::{ProcessIndex, ThreadIndex};
use crate::kernel::Kernel;
use crate::memory::Buffer;
use crate::port::Port;
use crate::region::Access;
use crate::thread::{Awaited, ThreadState};
use crate::upcall::{Subscription, bit};

mod host;

const COMMAND: usize = Syscall::Command as usize;
const ALLOW_READ_ONLY: usize = Syscall::AllowReadOnly as usize;
const SUBSCRIBE: usize = Syscall::Subscribe as usize;
const YIELD_WAIT: usize = Syscall::YieldWait as usize;
const YIELD_NO_WAIT: usize = Syscall::YieldNoWait as usize;
const YIELD_WAIT_FOR: usize = Syscall::YieldWaitFor as usize;
const COMMAND_AND_YIELD_WAIT_FOR: usize = Syscall::CommandAndYieldWaitFor as usize;

/// What a program says of upcalls that it names.
type Named<'s> = Result<(&'s CapsuleDescriptor<'s>, u8), ErrorCode>;

impl<'s> Kernel<'s> {
    /// Takes a call on capsules, or one of a number behind theirs.
    #[inline(never)]
    pub(crate) fn operate_capsule<P: Port>(&mut self, port: &mut P, call: &Call) -> Outcome {
        if call.number > COMMAND_AND_YIELD_WAIT_FOR {
            return self.services.waits.finish(failure(Error::Unimplemented), false);
        }
        if self.services.caller().thread.ordinal != 0 {
            return self.services.waits.finish(failure(Error::FailedPrecondition), false);
        }
        if !HAS_CAPSULES {
            return self.without_capsules(port, call.number);
        }
        let arguments = &call.arguments;
        // Ahead of the others, which a table of jumps tells apart: one message takes two of it.
        if call.number == COMMAND_AND_YIELD_WAIT_FOR {
            return self.command_and_yield_wait_for(port, arguments);
        }
        match call.number {
            COMMAND => self.command(port, arguments),
            YIELD_WAIT_FOR => self.yield_wait_for(port, arguments),
            YIELD_WAIT => self.yield_until(port, Awaited::Any, true),
            YIELD_NO_WAIT => self.yield_until(port, Awaited::Any, false),
            SUBSCRIBE => self.subscribe(arguments),
            _allow => self.allow(port, call.number == ALLOW_READ_ONLY, arguments),
        }
    }

    /// What a call on capsules gets where there are none: no driver is there, and no upcall ever comes. The same as from
    /// a kernel that has capsules, in a system that names none.
    fn without_capsules<P: Port>(&mut self, port: &mut P, number: usize) -> Outcome {
        match number {
            YIELD_WAIT => self.services.waits.block_yield(port, Awaited::Any),
            YIELD_NO_WAIT => self.answer(0, 0),
            _of_a_driver => self.refuse(ErrorCode::NoDevice),
        }
    }

    #[inline(never)]
    fn command<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Outcome {
        let given = match (self.capsule(arguments[0]), words(arguments)) {
            (Ok(capsule), Ok(words)) => self.ask(port, capsule, &words),
            (Err(code), _) | (Ok(_), Err(code)) => return self.refuse(code),
        };
        let [_, second, third] = given.values;
        let (results, message) = given.to_registers();
        if second | third == 0 {
            return self.services.waits.finish(results, false);
        }
        self.services.keep_message(self.services.waits.current(), message);
        self.services.waits.finish(results, true)
    }

    /// A command, and a wait for what comes of it. Of a command that fails, the same as without the wait.
    #[inline(never)]
    fn command_and_yield_wait_for<P: Port>(
        &mut self,
        port: &mut P,
        arguments: &Arguments,
    ) -> Outcome {
        let capsule = match self.capsule(arguments[0]) {
            Ok(capsule) => capsule,
            Err(code) => return self.refuse(code),
        };
        let slots = match slots(capsule, arguments[4]) {
            Ok(slots) => slots,
            Err(code) => return self.refuse(code),
        };
        let words = match words(arguments) {
            Ok(words) => words,
            Err(code) => return self.refuse(code),
        };
        let given = self.ask(port, capsule, &words);
        match given.failure {
            Some(_) => self.services.waits.finish(given.to_registers().0, false),
            None => self.yield_until(port, Awaited::These(slots), true),
        }
    }

    #[inline(never)]
    fn allow<P: Port>(
        &mut self,
        port: &mut P,
        is_read_only: bool,
        arguments: &Arguments,
    ) -> Outcome {
        match self.swap_allowed(port, is_read_only, arguments) {
            Ok(before) => self.answer(before.address(), before.length()),
            Err(code) => self.refuse(code),
        }
    }

    fn swap_allowed<P: Port>(
        &mut self,
        port: &mut P,
        is_read_only: bool,
        arguments: &Arguments,
    ) -> Result<Buffer, ErrorCode> {
        let &[driver, number, address, length, ..] = arguments;
        let caller = self.services.caller();
        let process = caller.process.index;
        let capsule = self.capsule(driver)?;
        let number = u8::try_from(number).map_err(|_| ErrorCode::NoSupport)?;
        let (allowed, access) = match is_read_only {
            true => (Allowed::ReadOnly(number), Access::Read),
            false => (Allowed::ReadWrite(number), Access::Write),
        };
        let buffer = self.services.memory().flat(address, length, access);
        let place = self.services.upcalls.allowed_mut(capsule, process, allowed);
        let place = place.ok_or(ErrorCode::NoSupport)?;
        let before = core::mem::replace(place, buffer.map_err(|_| ErrorCode::Invalid)?);
        self.note(port, capsule, process, Note::Allowed(allowed));
        self.settle_upcalls(port);
        Ok(before)
    }

    #[inline(never)]
    fn subscribe(&mut self, arguments: &Arguments) -> Outcome {
        let &[driver, number, function, user_data, ..] = arguments;
        let process = self.services.caller().process.index;
        let slot = match self.upcall(driver, number) {
            Ok((capsule, number)) => capsule.first_upcall.wrapping_add(number),
            Err(code) => return self.refuse(code),
        };
        let subscription = Subscription { function, user_data };
        let before = self.services.upcalls.subscribe(process, slot, subscription);
        self.show_due(process);
        self.answer(before.function, before.user_data)
    }

    #[inline(never)]
    fn yield_wait_for<P: Port>(&mut self, port: &mut P, arguments: &Arguments) -> Outcome {
        let &[driver, number, ..] = arguments;
        match self.upcall(driver, number) {
            Ok((capsule, number)) => {
                let slot = bit(capsule.first_upcall.wrapping_add(number));
                self.yield_until(port, Awaited::These(slot), true)
            }
            Err(code) => self.refuse(code),
        }
    }

    /// Takes an upcall that is due; or blocks until one is, or says that none is.
    #[inline(always)]
    fn yield_until<P: Port>(&mut self, port: &mut P, awaited: Awaited, waits: bool) -> Outcome {
        let process = self.services.caller().process.index;
        if self.services.upcalls.is_due(process, awaited)
            && let Some(outcome) = self.take_now(port, process, awaited)
        {
            return outcome;
        }
        match waits {
            true => self.services.waits.block_yield(port, awaited),
            false => self.answer(0, 0),
        }
    }

    /// Takes an upcall that is due, unless none is after all.
    #[inline(never)]
    fn take_now<P: Port>(
        &mut self,
        port: &mut P,
        process: ProcessIndex,
        awaited: Awaited,
    ) -> Option<Outcome> {
        let current = self.services.waits.current();
        self.services.upcalls.gather_patience();
        while self.services.upcalls.is_due(process, awaited) {
            if let Some(((value0, value1), has_message)) =
                self.take_due(port, process, current, awaited)
            {
                self.settle_others(port);
                let results = Results { status: OK, value0, value1 };
                return Some(self.services.waits.finish(results, has_message));
            }
            self.settle_woken(port);
            if self.services.upcalls.is_patience_gone() {
                self.services.upcalls.schedule(process, 0);
                return None;
            }
        }
        None
    }

    /// Tells everybody for whom a call of a capsule has changed something. The taking of an upcall may, too: a request is
    /// taken with its upcall, and a client whose memory has gone bad is told that its own has failed.
    #[inline(always)]
    pub(crate) fn settle_others<P: Port>(&mut self, port: &mut P) {
        if self.services.upcalls.is_anybody_woken() {
            self.settle_upcalls(port);
        }
    }

    #[inline(never)]
    fn answer(&mut self, value0: usize, value1: usize) -> Outcome {
        self.services.waits.finish(Results { value1, ..success(value0) }, false)
    }

    #[cold]
    #[inline(never)]
    fn refuse(&mut self, code: ErrorCode) -> Outcome {
        let results = Results { status: code.status(), value0: 0, value1: 0 };
        self.services.waits.finish(results, false)
    }

    /// The capsule that a program names.
    fn capsule(&self, driver: usize) -> Result<&'s CapsuleDescriptor<'s>, ErrorCode> {
        let driver = u32::try_from(driver).map_err(|_| ErrorCode::NoDevice)?;
        let mut capsules = self.services.system.capsules.iter();
        capsules.find(|capsule| capsule.driver == driver).ok_or(ErrorCode::NoDevice)
    }

    /// The upcall that a program names.
    fn upcall(&self, driver: usize, number: usize) -> Named<'s> {
        let capsule = self.capsule(driver)?;
        match u8::try_from(number) {
            Ok(number) if number < capsule.upcalls => Ok((capsule, number)),
            Ok(_) | Err(_) => Err(ErrorCode::NoSupport),
        }
    }

    /// Gives a capsule a command of the caller's, and tells whoever is told of what that has changed.
    #[inline(always)]
    fn ask<P: Port>(
        &mut self,
        port: &mut P,
        capsule: &'s CapsuleDescriptor<'s>,
        words: &[u32; 3],
    ) -> CommandReturn {
        let [command, ..] = words;
        if *command == 0 {
            return CommandReturn::success();
        }
        let Kernel { services, windows } = self;
        let caller = services.caller().process.index;
        let memory = capsule.memory(windows.capsule_words);
        let mut host = KernelHost { services, port, capsule };
        let given = capsule.code().take_command(memory, &mut host, caller, words);
        self.settle_others(port);
        given
    }

    /// Lets a capsule hear of something.
    fn note<P: Port>(
        &mut self,
        port: &mut P,
        capsule: &'s CapsuleDescriptor<'s>,
        process: ProcessIndex,
        note: Note,
    ) {
        let Kernel { services, windows } = self;
        let memory = capsule.memory(windows.capsule_words);
        let mut host = KernelHost { services, port, capsule };
        capsule.code().take_note(memory, &mut host, process, note);
    }

    /// Tells every process whose upcalls have changed, if it yields for one, or waits to know. Whoever yields is told
    /// once, so that only upcalls which come to nothing could go on for ever, by scheduling one another: when as many
    /// have as there are, the others wait for the next event.
    #[inline(never)]
    fn settle_upcalls<P: Port>(&mut self, port: &mut P) {
        self.services.upcalls.gather_patience();
        self.settle_woken(port);
    }

    fn settle_woken<P: Port>(&mut self, port: &mut P) {
        while !self.services.upcalls.is_patience_gone() {
            let process = self.services.upcalls.next_woken();
            if process.is_none() {
                return;
            }
            self.give_due(port, process);
            self.show_due(process);
        }
    }

    /// Ends the yield of a process's main thread, if what it waits for is due.
    fn give_due<P: Port>(&mut self, port: &mut P, process: ProcessIndex) {
        if let Some((main, awaited)) = self.services.yielding(process)
            && let Some((values, has_message)) = self.take_due(port, process, main, awaited)
        {
            self.services.waits.complete_yield(main, values, has_message);
        }
    }

    /// Tells those who wait on the process's upcalls, if one is due (CP-6).
    fn show_due(&mut self, process: ProcessIndex) {
        let declared = self.services.system.process(process);
        if let Some(declared) = declared
            && !declared.upcalls_list.is_none()
            && self.services.upcalls.is_any_due(process)
        {
            self.services.waits.raise(declared.upcalls_list, Signals::READABLE);
        }
    }

    /// Takes an upcall that is due, keeps the message that comes with it for the thread that yields, and gives what
    /// the yield does and whether there is one: each capsule is asked what comes with its own.
    #[inline(never)]
    fn take_due<P: Port>(
        &mut self,
        port: &mut P,
        process: ProcessIndex,
        thread: ThreadIndex,
        awaited: Awaited,
    ) -> Option<((usize, usize), bool)> {
        while !self.services.upcalls.is_patience_gone() {
            let slot = self.services.upcalls.next_due(process, awaited)?;
            let capsule = self.services.capsule_of_slot(slot)?;
            let upcall = slot.wrapping_sub(capsule.first_upcall);
            let Kernel { services, windows } = self;
            let memory = capsule.memory(windows.capsule_words);
            let mut host = KernelHost { services, port, capsule };
            let Some(due) = capsule.code().take_upcall(memory, &mut host, process, upcall) else {
                self.services.upcalls.came_to_nothing(process, slot, awaited);
                continue;
            };
            self.services.upcalls.taken(process, slot, due.is_more, awaited);
            let who = Who { process, thread, awaited };
            return Some(told(&mut self.services, &who, capsule, upcall, due.words));
        }
        None
    }

    /// A process has changed: every capsule hears of it, once (PR-9). Of one that has ended, nothing is left
    /// afterwards.
    pub(crate) fn tell_capsules<P: Port>(
        &mut self,
        port: &mut P,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        if !HAS_CAPSULES {
            return;
        }
        if change == ProcessChange::Ended {
            self.services.upcalls.forget(process);
        }
        for capsule in self.services.system.capsules {
            self.note(port, capsule, process, Note::Changed(change));
            if change == ProcessChange::Ended {
                capsule.forget(self.windows.capsule_words, process);
            }
        }
        self.settle_upcalls(port);
    }

    /// Checks what must hold of capsules and of whoever uses them.
    pub(crate) fn check_capsules(&self) -> Result<(), &'static str> {
        self.services.upcalls.check()?;
        for capsule in self.services.system.capsules {
            capsule.check(self.windows.capsule_words)?;
        }
        for declared in self.services.system.processes {
            let main = declared.threads.first().copied().unwrap_or(ThreadIndex::NONE);
            if let Some(ThreadState::Yielding(awaited)) = self.thread(main).map(|main| main.state)
                && self.services.upcalls.next_due(declared.index, awaited).is_some()
                && !self.services.upcalls.is_put_off(declared.index)
            {
                return Err("upcall: a process yields although what it waits for is due");
            }
        }
        Ok(())
    }
}

/// The number of a command, and its arguments.
#[inline(always)]
fn words(arguments: &Arguments) -> Result<[u32; 3], ErrorCode> {
    let &[_, command, first, second, ..] = arguments;
    let command = u32::try_from(command).map_err(|_| ErrorCode::NoSupport)?;
    // Nobody looks at what comes with command 0.
    if command == 0 {
        return Ok([0; 3]);
    }
    let word = |word| u32::try_from(word).map_err(|_| ErrorCode::Invalid);
    Ok([command, word(first)?, word(second)?])
}

/// The upcalls of a capsule that a program names by bits, as those that its process has.
#[inline(always)]
fn slots(capsule: &CapsuleDescriptor<'_>, upcalls: usize) -> Result<u32, ErrorCode> {
    match u32::try_from(upcalls) {
        Ok(upcalls) if upcalls != 0 && upcalls & !known(capsule) == 0 => {
            Ok(upcalls.wrapping_shl(u32::from(capsule.first_upcall)))
        }
        Ok(_) | Err(_) => Err(ErrorCode::NoSupport),
    }
}

#[cfg(test)]
mod tests;
