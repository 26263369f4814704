//! What a call may be answered.
//!
//! A call that is refused may be refused for any reason that applies; the clauses do not say which
//! comes first, so each is predicted. A call for which no reason applies must do its work.

use guichet_abi::{
    Error, ErrorCode, ExitStatus, LIST_FLAG, MAX_LOG_BYTES, OK, Results, Signals, Syscall,
    deadline_from_words, deadline_to_words,
};
use guichet_kernel::{Call, Fault, FaultCause};

use super::buffers::{Memories, Offer, Use};
use super::lives::{How, RunEnd, World};
use super::{Change, Doing, Oracle, Prediction, failed, signals_results, succeeded};
use crate::declared::{Declared, Waitable};

/// A call, and all that its answer depends on besides the state.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The declared system.
    pub declared: &'a Declared,
    /// What stands in memory.
    pub memories: Memories<'a>,
    /// The time, in ticks.
    pub now_ticks: u64,
    /// No process can be given a fresh start.
    pub refuses_start: bool,
    /// The thread that calls.
    pub thread: usize,
    /// The words of the call.
    pub call: &'a Call,
}

impl<'a> Scene<'a> {
    pub(super) fn world(&self) -> World<'a> {
        let &Scene { declared, memories, now_ticks, refuses_start, .. } = self;
        World { declared, memories, now_ticks, refuses_start }
    }

    pub(super) fn process(&self) -> usize {
        self.declared.process_of(self.thread)
    }

    pub(super) fn argument(&self, number: usize) -> usize {
        self.call.arguments[number]
    }

    pub(super) fn deadline_ticks(&self, first: usize) -> u64 {
        deadline_from_words(self.argument(first), self.argument(first + 1))
    }

    pub(super) fn is_past(&self, deadline_ticks: u64) -> bool {
        deadline_ticks != u64::MAX && deadline_ticks <= self.now_ticks
    }

    pub(super) fn buffer(
        &self,
        first: usize,
        purpose: Use,
        limit_bytes: usize,
    ) -> Result<Offer, Vec<Error>> {
        let words = (self.argument(first), self.argument(first + 1));
        self.memories.judge(self.process(), words, purpose, limit_bytes)
    }

    pub(super) fn max_transfer_bytes(&self) -> usize {
        self.declared.system.max_transfer_bytes
    }

    /// What the first argument names (AB-1).
    pub(super) fn waitable(&self) -> Result<Waitable, Error> {
        self.declared.waitable_of(self.process(), self.argument(0)).ok_or(Error::OutOfRange)
    }

    /// The channel whose initiator's end the first argument names, or why it will not do (AB-1).
    pub(super) fn initiator(&self) -> Result<usize, Error> {
        match self.waitable()? {
            Waitable::Initiator(channel) => Ok(channel),
            Waitable::Handler(_)
            | Waitable::Thread(_)
            | Waitable::Process(_)
            | Waitable::Group(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => Err(Error::InvalidArgument),
        }
    }

    /// The handler's end that the first argument names, or why it will not do (AB-1).
    pub(super) fn handler(&self) -> Result<usize, Error> {
        match self.waitable()? {
            Waitable::Handler(end) => Ok(end),
            Waitable::Initiator(_)
            | Waitable::Thread(_)
            | Waitable::Process(_)
            | Waitable::Group(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => Err(Error::InvalidArgument),
        }
    }
}

/// Collects reasons to refuse; gives the value where there is none.
pub(super) fn value_or_reasons<T>(
    reasons: &mut Vec<Error>,
    judged: Result<T, Vec<Error>>,
) -> Option<T> {
    judged.map_err(|errors| reasons.extend(errors)).ok()
}

impl Oracle {
    /// Every right answer to a call of the running thread.
    pub fn answers(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        match Syscall::from_number(scene.call.number) {
            None => self.refuse(scene, &[Error::Unimplemented]),
            Some(Syscall::ChannelTransact) => self.transact(scene),
            Some(Syscall::ChannelRead) => self.read(scene, false),
            Some(Syscall::ChannelReadExact) => self.read(scene, true),
            Some(Syscall::ChannelRespond) => self.respond(scene),
            Some(Syscall::ChannelReceive) => self.receive(scene),
            Some(Syscall::ChannelRespondAndReceive) => self.respond_and_receive(scene),
            Some(Syscall::ChannelAsyncTransact) => self.async_transact(scene),
            Some(Syscall::ChannelAsyncTransactComplete) => self.async_complete(scene),
            Some(Syscall::ChannelAsyncCancel) => self.async_cancel(scene),
            Some(Syscall::ObjectSetPeerUserSignal) => self.set_peer_user(scene),
            Some(Syscall::ObjectWait) => self.wait(scene),
            Some(Syscall::WaitGroupAdd) => self.wait_group_add(scene),
            Some(Syscall::WaitGroupRemove) => self.wait_group_remove(scene),
            Some(Syscall::ChannelBadge) => self.badge(scene),
            Some(Syscall::InterruptAck) => self.interrupt_ack(scene),
            Some(Syscall::ConsoleRead) => self.refuse(scene, &[Error::Unimplemented]),
            Some(Syscall::SleepUntil) => self.sleep(scene),
            Some(Syscall::ClockNow) => {
                let (value0, value1) = deadline_to_words(scene.now_ticks);
                self.quiet(scene, Results { status: OK, value0, value1 })
            }
            Some(Syscall::ProcessExit) => self.process_exits(scene),
            Some(Syscall::ThreadExit) => {
                let status = ExitStatus::Success(low_word(scene.argument(0)));
                self.thread_ends(scene, scene.thread, status)
            }
            Some(Syscall::ProcessPanic) => self.panic(scene),
            Some(Syscall::ProcessStart) => self.process_start(scene),
            Some(Syscall::ThreadStart) => self.thread_start(scene),
            Some(Syscall::TaskJoin) => self.task_join(scene),
            Some(Syscall::TaskTerminate) => self.task_terminate(scene),
            Some(Syscall::TaskFault) => self.task_fault(scene),
            Some(Syscall::DebugNop) => self.quiet(scene, succeeded(0)),
            Some(Syscall::DebugLog) => self.quiet_unless(scene, &text_errors(scene)),
            Some(Syscall::DebugPutCharacter) => {
                let is_character = as_character(scene.argument(0)).is_some();
                let errors = [Error::InvalidArgument];
                self.quiet_unless(scene, if is_character { &[] } else { &errors })
            }
            Some(Syscall::DebugShutdown) => self.shutdown(scene),
            Some(syscall) if syscall.is_of_shared_memory() => self.share(scene, syscall),
            Some(syscall) if syscall.is_of_capsules() => self.without_capsules(scene, syscall),
            Some(syscall) => self.endpoint_answers(scene, syscall),
        }
    }

    /// What a call on capsules gets in a system that has none: no driver is there, and nothing comes (CP-1). One that
    /// would wait for ever is not asked for.
    fn without_capsules(&self, scene: &Scene<'_>, syscall: Syscall) -> Vec<Prediction> {
        let is_main = scene.declared.main_of(scene.process()) == scene.thread;
        if !is_main {
            return self.refuse(scene, &[Error::FailedPrecondition]);
        }
        let status = match syscall {
            Syscall::YieldNoWait => OK,
            _of_a_driver => ErrorCode::NoDevice.status(),
        };
        self.quiet(scene, Results { status, value0: 0, value1: 0 })
    }

    /// The same, of a call with an endpoint.
    fn endpoint_answers(&self, scene: &Scene<'_>, syscall: Syscall) -> Vec<Prediction> {
        match syscall {
            Syscall::EndpointSend => self.endpoint_send(scene, false, true),
            Syscall::EndpointTrySend => self.endpoint_send(scene, false, false),
            Syscall::EndpointSendWords => self.endpoint_send(scene, true, true),
            Syscall::EndpointTrySendWords => self.endpoint_send(scene, true, false),
            Syscall::EndpointCall => self.endpoint_call(scene, false),
            Syscall::EndpointCallWords => self.endpoint_call(scene, true),
            Syscall::EndpointReceive => self.endpoint_receive(scene, false, true),
            Syscall::EndpointTryReceive => self.endpoint_receive(scene, false, false),
            Syscall::EndpointReceiveWords => self.endpoint_receive(scene, true, true),
            Syscall::EndpointTryReceiveWords => self.endpoint_receive(scene, true, false),
            Syscall::EndpointReply => self.endpoint_reply(scene, false),
            Syscall::EndpointReplyWords => self.endpoint_reply(scene, true),
            Syscall::EndpointReplyAndReceive => self.endpoint_reply_and_receive(scene, false),
            Syscall::EndpointReplyAndReceiveWords => self.endpoint_reply_and_receive(scene, true),
            Syscall::EndpointDropReply => self.endpoint_drop_reply(scene),
            Syscall::EndpointBind => self.endpoint_bind(scene),
            Syscall::EndpointClose => self.endpoint_close(scene),
            _unknown_to_the_clauses => self.refuse(scene, &[Error::Unimplemented]),
        }
    }

    fn process_exits(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let how = How::Exited(low_word(scene.argument(0)));
        self.process_ends(scene.world(), scene.process(), how)
    }

    /// PR-7: a panic ends the process as a fault, if its message can be read.
    fn panic(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let errors = text_errors(scene);
        if !errors.is_empty() {
            return self.refuse(scene, &errors);
        }
        let how = How::Faulted(Fault::new(FaultCause::Panic));
        self.process_ends(scene.world(), scene.process(), how)
    }

    /// The caller goes on and nothing changes: refused if there is a reason, else with success.
    fn quiet_unless(&self, scene: &Scene<'_>, reasons: &[Error]) -> Vec<Prediction> {
        if reasons.is_empty() {
            self.quiet(scene, succeeded(0))
        } else {
            self.refuse(scene, reasons)
        }
    }

    /// One prediction for each reason: the caller gets it and nothing changes (AB-5).
    pub(super) fn refuse(&self, scene: &Scene<'_>, reasons: &[Error]) -> Vec<Prediction> {
        let mut predictions: Vec<Prediction> = Vec::new();
        for reason in reasons {
            for prediction in self.quiet(scene, failed(*reason)) {
                if !predictions.contains(&prediction) {
                    predictions.push(prediction);
                }
            }
        }
        predictions
    }

    /// The caller goes on with these results, and nothing changes.
    pub(super) fn quiet(&self, scene: &Scene<'_>, results: Results) -> Vec<Prediction> {
        let mut after = self.clone();
        after.threads[scene.thread].owed = Some(results);
        vec![Prediction::of(after, Change::None)]
    }

    pub(super) fn block(&mut self, thread: usize, doing: Doing, deadline_ticks: u64) {
        let thread = &mut self.threads[thread];
        thread.doing = doing;
        thread.deadline_ticks = (deadline_ticks != u64::MAX).then_some(deadline_ticks);
    }

    pub(super) fn with_owed(&self, thread: usize, results: Results) -> Oracle {
        let mut after = self.clone();
        after.threads[thread].owed = Some(results);
        after
    }

    /// WT-5.
    fn set_peer_user(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let named = scene.waitable().map_err(|error| vec![error]);
        let end = value_or_reasons(&mut reasons, named);
        if end.is_some_and(|end| !matches!(end, Waitable::Initiator(_) | Waitable::Handler(_))) {
            reasons.push(Error::InvalidArgument);
        }
        let word = scene.argument(1);
        if word > 1 {
            reasons.push(Error::InvalidArgument);
        }
        let Some(end) = end.filter(|_| reasons.is_empty()) else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        match end {
            Waitable::Initiator(channel) => after.channels[channel].raised_by_initiator = word == 1,
            Waitable::Handler(end) => {
                for channel in self.channels_to(end) {
                    after.channels[channel].raised_by_handler = word == 1;
                }
            }
            Waitable::Thread(_)
            | Waitable::Process(_)
            | Waitable::Group(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => {}
        }
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// WT-2, WT-3, CH-5a, CH-9.
    fn wait(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let waitable = scene.waitable().map_err(|error| vec![error]);
        let on = value_or_reasons(&mut reasons, waitable);
        let mask = u32::try_from(scene.argument(1)).ok().and_then(Signals::from_bits);
        let (Some(on), Some(mask)) = (on, mask) else {
            if mask.is_none() {
                reasons.push(Error::InvalidArgument);
            }
            return self.refuse(scene, &reasons);
        };
        if let Waitable::Group(group) = on {
            return self.wait_on_group(scene, group, mask);
        }
        let mut after = self.clone();
        let mut change = Change::None;
        if let Waitable::Handler(end) = on {
            let was_stale = after.channels[end].forget_stale(scene.thread);
            change = Change::of_a_wait(was_stale, after.attend(end, scene.thread));
        }
        let deadline_ticks = scene.deadline_ticks(2);
        let signals = after.signals(on);
        if signals.intersects(mask) {
            after.note_returned(on, signals);
            after.threads[scene.thread].owed = Some(signals_results(signals));
            change = Change::Any;
        } else if scene.is_past(deadline_ticks) {
            after.threads[scene.thread].owed = Some(failed(Error::DeadlineExceeded));
        } else {
            let doing = Doing::Waiting { on, mask: mask.bits() };
            after.block(scene.thread, doing, deadline_ticks);
            change = Change::Any;
        }
        vec![Prediction::of(after, change)]
    }

    /// WT-7.
    fn sleep(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let deadline_ticks = scene.deadline_ticks(0);
        if scene.is_past(deadline_ticks) {
            return self.quiet(scene, succeeded(0));
        }
        let mut after = self.clone();
        after.block(scene.thread, Doing::Sleeping, deadline_ticks);
        vec![Prediction::of(after, Change::Any)]
    }

    /// PR-7.
    fn shutdown(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let status = u32::try_from(scene.argument(0)).ok();
        let status = status.filter(|word| *word == OK || Error::from_status(*word).is_some());
        let mut reasons = Vec::new();
        if !scene.declared.system.processes[scene.process()].may_shutdown {
            reasons.push(Error::PermissionDenied);
        }
        let Some(status) = status else {
            reasons.push(Error::InvalidArgument);
            return self.refuse(scene, &reasons);
        };
        if !reasons.is_empty() {
            return self.refuse(scene, &reasons);
        }
        let mut prediction = Prediction::of(self.clone(), Change::None);
        prediction.after.told.run_ends = Some(RunEnd::Shutdown(status));
        vec![prediction]
    }
}

fn text_errors(scene: &Scene<'_>) -> Vec<Error> {
    let (address, length) = (scene.argument(0), scene.argument(1));
    let mut errors = Vec::new();
    if length & LIST_FLAG != 0 {
        errors.push(Error::InvalidArgument);
    }
    if length > MAX_LOG_BYTES {
        errors.push(Error::OutOfRange);
    }
    if !scene.memories.is_inside(scene.process(), address, length, Use::Source) {
        errors.push(Error::PermissionDenied);
    }
    errors
}

fn as_character(word: usize) -> Option<char> {
    u32::try_from(word).ok().and_then(char::from_u32)
}

fn low_word(argument: usize) -> u32 {
    argument as u32
}
