//! What belongs to wait groups, and whose turn it is.

use guichet_abi::{OK, Results, Syscall};
use guichet_kernel::{Action, Event, TableIndex, ThreadState};

use super::Case;
use crate::declared::Waitable;
use crate::invariant::{Invariant, Violation};
use crate::oracle::Doing;
use crate::oracle::groups::Member;

impl Case<'_> {
    pub(super) fn check_groups(&self, violations: &mut Vec<Violation>) {
        let entries = self.declared.member_entries();
        for ((process, handle, _), seen) in entries.zip(&self.taken.seen.members) {
            let right = self.right_entry(process, handle);
            if *seen != right {
                violations.push(Violation::new(
                    Invariant::Members,
                    format!(
                        "handle {handle} of {} is {seen:?}, but should be {right:?}",
                        self.declared.process_name(process),
                    ),
                ));
            }
        }
        for thread in 0..self.oracle.threads.len() {
            if let Some(group) = self.group_waited_on(thread)
                && let Some(results) = self.given(thread).filter(|given| given.status == OK)
            {
                self.check_turn(group, results.value0, violations);
            }
        }
    }

    /// The group, the signals and the word with which a thing is a member.
    fn right_entry(&self, process: usize, handle: usize) -> Option<(usize, u32, usize)> {
        let owners = self.declared.plan.group_owners().into_iter().enumerate();
        let mut own = owners.filter(|(_, owner)| *owner == process);
        own.find_map(|(group, _)| {
            let members = &self.settled.groups[group].members;
            let member = members.iter().find(|member| member.handle == handle)?;
            Some((group, member.mask, member.user_data))
        })
    }

    /// The group that a thread waits on, or is about to.
    pub(super) fn group_waited_on(&self, thread: usize) -> Option<usize> {
        match (self.event, self.oracle.threads[thread].doing) {
            (_, Doing::Waiting { on: Waitable::Group(group), .. }) => Some(group),
            (Event::Call(call), Doing::Running) if call.number == Syscall::ObjectWait as usize => {
                let process = self.declared.process_of(thread);
                match self.declared.waitable_of(process, call.arguments[0])? {
                    Waitable::Group(group) => Some(group),
                    _other => None,
                }
            }
            _elsewhere => None,
        }
    }

    /// What a thread's call has ended with in this step, as the kernel says.
    fn given(&self, thread: usize) -> Option<Results> {
        let outcome = &self.taken.outcome;
        match self.taken.seen.threads[thread] {
            ThreadState::Returning(results) | ThreadState::ReturningMessage(results) => {
                Some(results)
            }
            ThreadState::Running
                if outcome.action == Action::Return && outcome.thread.position() == thread =>
            {
                Some(outcome.results)
            }
            _other => None,
        }
    }

    /// WT-4, from the members that have been served while others were ready: whoever is known by this
    /// word may not be served again before those.
    fn check_turn(&self, group: usize, user_data: usize, violations: &mut Vec<Violation>) {
        let members = &self.oracle.groups[group].members;
        let overtaken = |handle: usize| {
            members.iter().find(|member: &&Member| member.overtaken_by.contains(&handle))
        };
        // Several may have the same word: it is enough that it was one of them in turn.
        let served = members.iter().filter(|member| member.user_data == user_data);
        let overtaken: Option<Vec<&Member>> =
            served.map(|member| overtaken(member.handle)).collect();
        if let Some(member) = overtaken.and_then(|overtaken| overtaken.first().copied()) {
            violations.push(Violation::new(
                Invariant::InTurn,
                format!("{} has been ready for longer than who was served twice", member.what),
            ));
        }
    }
}
