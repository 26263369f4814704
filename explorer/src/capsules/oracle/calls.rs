//! What a call does, and what it hands back (CP-1).

use guichet_abi::{CommandReturn, Error, ErrorCode, OK, StatusCode, Syscall, deadline_from_words};
use guichet_kernel::{Call, Event, TableIndex};

use super::society::Life;
use super::yields::Shown;
use super::{Awaited, Doing, Oracle, Said, Scene, Slot};
use crate::capsules::places::Place;
use crate::capsules::plan::Kind;
use crate::invariant::Invariant;
use crate::layout::{REGIONS, SPAN_BYTES};

impl Kind {
    /// What is broken if the capsule says something else than it should.
    fn invariant(self) -> Invariant {
        match self {
            Kind::Registry => Invariant::NamesTrue,
            Kind::Mailbox => Invariant::RequestsTrue,
            Kind::Inbox => Invariant::MessagesTrue,
            Kind::Notify => Invariant::NoticesTrue,
            Kind::Spy => Invariant::UpcallsTrue,
        }
    }
}

impl Oracle {
    /// Takes an event. What the kernel shows of threads says only which of several upcalls it chose.
    pub fn take(&mut self, scene: &mut Scene<'_>, event: Event, shown: Shown<'_>) {
        match event {
            Event::Call(call) => {
                if let Some(thread) = self.current {
                    self.call(scene, thread, &call, shown);
                }
            }
            Event::Fault(_) => {
                if let Some(thread) = self.current {
                    self.end(scene, scene.declared.process_of(thread));
                }
            }
            Event::ProcessEnded { process, .. } => self.end(scene, process.position()),
            Event::Timer => self.ring(scene),
            Event::Interrupt { .. } => {}
        }
        self.wake(scene, shown);
        self.mailbox.settle();
    }

    fn call(&mut self, scene: &mut Scene<'_>, thread: usize, call: &Call, shown: Shown<'_>) {
        let process = scene.declared.process_of(thread);
        let Some(me) = self.society.life(process) else { return };
        let Some(syscall) = Syscall::from_number(call.number) else { return };
        match syscall {
            Syscall::ProcessExit => return self.end(scene, process),
            Syscall::ThreadExit => return self.end_thread(scene, me, thread),
            _goes_on => {}
        }
        let doing = if syscall.is_of_capsules() && thread != scene.declared.main_of(process) {
            let refused = Error::FailedPrecondition.status_code();
            Doing::Ready(Some(Said::plain(refused, 0, 0, Invariant::UpcallsTrue)))
        } else {
            match syscall {
                Syscall::YieldWait
                | Syscall::YieldNoWait
                | Syscall::YieldWaitFor
                | Syscall::CommandAndYieldWaitFor => {
                    self.yields(scene, (me, thread), (syscall, call), shown);
                    return;
                }
                Syscall::ObjectWait | Syscall::WaitGroupAdd | Syscall::WaitGroupRemove => {
                    self.watches(scene, me, (syscall, call))
                }
                Syscall::SleepUntil if is_past(scene, call.arguments[0], call.arguments[1]) => {
                    Doing::Ready(Some(Said::plain(OK, 0, 0, Invariant::OneEnd)))
                }
                Syscall::SleepUntil => Doing::Sleeping,
                _of_capsules => Doing::Ready(Some(self.operate(scene, me, (syscall, call)))),
            }
        };
        self.threads[thread] = doing;
    }

    fn yields(
        &mut self,
        scene: &mut Scene<'_>,
        (me, thread): (Life, usize),
        (syscall, call): (Syscall, &Call),
        shown: Shown<'_>,
    ) {
        let about = Invariant::UpcallsTrue;
        let awaited = match syscall {
            Syscall::YieldWaitFor | Syscall::CommandAndYieldWaitFor => {
                match self.awaited(scene, me, (syscall, call)) {
                    Ok(awaited) => Some(awaited),
                    Err(refused) => {
                        self.threads[thread] = Doing::Ready(Some(refused));
                        return;
                    }
                }
            }
            _any => None,
        };
        if self.give(scene, (me, thread), awaited, shown) {
            return;
        }
        self.threads[thread] = match syscall {
            Syscall::YieldNoWait => Doing::Ready(Some(Said::plain(OK, 0, 0, about))),
            _waits => Doing::Yielding(awaited),
        };
    }

    /// The upcalls that a program waits for by their numbers, once it has given the command before, if there is
    /// one.
    fn awaited(
        &mut self,
        scene: &mut Scene<'_>,
        me: Life,
        (syscall, call): (Syscall, &Call),
    ) -> Result<Awaited, Said> {
        let refused = |code: ErrorCode| Said::plain(code.status(), 0, 0, Invariant::UpcallsTrue);
        if syscall == Syscall::YieldWaitFor {
            let (kind, number) = slot(scene, call).map_err(refused)?;
            return Ok(Awaited { kind, numbers: 1 << number });
        }
        let kind = scene.declared.capsule(call.arguments[0]).ok_or(ErrorCode::NoDevice);
        let kind = kind.map_err(refused)?;
        let (_, _, upcalls) = kind.counts();
        let numbers = call.arguments[4];
        if numbers == 0 || numbers >> upcalls != 0 {
            return Err(refused(ErrorCode::NoSupport));
        }
        let failed = |code: ErrorCode| Said::plain(code.status(), 0, 0, kind.invariant());
        self.command(scene, me, call).map_err(failed)?;
        Ok(Awaited { kind, numbers: numbers as u32 })
    }

    fn operate(
        &mut self,
        scene: &mut Scene<'_>,
        me: Life,
        (syscall, call): (Syscall, &Call),
    ) -> Said {
        let pair = |(value0, value1)| Said::plain(OK, value0, value1, Invariant::UpcallsTrue);
        let failed = |code: ErrorCode| Said::plain(code.status(), 0, 0, Invariant::UpcallsTrue);
        match syscall {
            Syscall::Command => {
                let kind = scene.declared.capsule(call.arguments[0]);
                let about = kind.map_or(Invariant::UpcallsTrue, Kind::invariant);
                let answer = self.command(scene, me, call);
                let (results, message) =
                    answer.unwrap_or_else(CommandReturn::failure).to_registers();
                Said::new(results, message, about)
            }
            Syscall::AllowReadOnly | Syscall::AllowReadWrite => {
                let is_writable = syscall == Syscall::AllowReadWrite;
                self.allow(scene, me, is_writable, call).map_or_else(failed, pair)
            }
            _subscribe => self.subscribe(scene, me, call).map_or_else(failed, pair),
        }
    }

    fn command(
        &mut self,
        scene: &mut Scene<'_>,
        me: Life,
        call: &Call,
    ) -> Result<CommandReturn, ErrorCode> {
        let &[driver, number, first, second, ..] = &call.arguments;
        let kind = scene.declared.capsule(driver).ok_or(ErrorCode::NoDevice)?;
        if number == 0 {
            return Ok(CommandReturn::success());
        }
        let number = u32::try_from(number).map_err(|_| ErrorCode::NoSupport)?;
        let word = |word: usize| u32::try_from(word).map_err(|_| ErrorCode::Invalid);
        let words = [word(first)?, word(second)?];
        match kind {
            Kind::Registry => self.registry_command(scene, me, number),
            Kind::Mailbox => self.mailbox_command(scene, me, number, words),
            Kind::Inbox => self.inbox_command(scene, me, number, words[0]),
            Kind::Notify => self.notify_command(scene, me, number, words[0]),
            Kind::Spy => Err(ErrorCode::NoSupport),
        }
    }

    fn allow(
        &mut self,
        scene: &Scene<'_>,
        me: Life,
        is_writable: bool,
        call: &Call,
    ) -> Result<(usize, usize), ErrorCode> {
        let &[driver, number, address, length, ..] = &call.arguments;
        let kind = scene.declared.capsule(driver).ok_or(ErrorCode::NoDevice)?;
        let (read_only, read_write, _) = kind.counts();
        if number >= if is_writable { read_write } else { read_only } {
            return Err(ErrorCode::NoSupport);
        }
        if !is_own(address, length, is_writable) {
            return Err(ErrorCode::Invalid);
        }
        let desk = self.desks.entry(me).or_default();
        let before = desk.allow((kind, is_writable, number), Place { address, length });
        if is_writable && kind == Kind::Notify {
            self.notices.take_back(me, Some(number));
        }
        Ok((before.address, before.length))
    }

    fn subscribe(
        &mut self,
        scene: &Scene<'_>,
        me: Life,
        call: &Call,
    ) -> Result<(usize, usize), ErrorCode> {
        let slot = slot(scene, call)?;
        let &[_, _, function, user_data, ..] = &call.arguments;
        Ok(self.desks.entry(me).or_default().subscribe(slot, (function, user_data)))
    }
}

/// The upcall that a call names.
fn slot(scene: &Scene<'_>, call: &Call) -> Result<Slot, ErrorCode> {
    let &[driver, number, ..] = &call.arguments;
    let kind = scene.declared.capsule(driver).ok_or(ErrorCode::NoDevice)?;
    let (_, _, upcalls) = kind.counts();
    if number < upcalls { Ok((kind, number)) } else { Err(ErrorCode::NoSupport) }
}

/// Tells whether a range is wholly memory that a program may use so.
fn is_own(address: usize, length: usize, to_write: bool) -> bool {
    let is_own = |byte: usize| {
        let mut regions = REGIONS.iter();
        regions.any(|region| {
            (region.writable || !to_write) && (region.start..region.end).contains(&byte)
        })
    };
    length <= SPAN_BYTES && (0..length).all(|at| address.checked_add(at).is_some_and(is_own))
}

pub(super) fn is_past(scene: &Scene<'_>, low: usize, high: usize) -> bool {
    deadline_from_words(low, high) <= scene.now_ticks
}
