//! A counterexample as a list of steps that can be read without knowing the harness.

use std::fmt::Write;

use crate::declared::Waitable;
use crate::invariant::Invariant;
use crate::model::{Action, Exploration, State};
use crate::words::{outcome_words, signal_words};

/// Tells a path: who did what, what the kernel answered, what the signals are then, and at the
/// end what does not hold.
pub fn narrate(exploration: &Exploration, path: &[(State, Option<Action>)]) -> String {
    let mut story = String::new();
    let states = path.iter().skip(1).map(|(state, _)| state);
    for (number, ((state, action), after)) in path.iter().zip(states).enumerate() {
        let Some(action) = *action else { break };
        let deed = deed(exploration, state, action);
        let answer = match exploration.event(state, action) {
            Some(event) => {
                let outcome = exploration.take(state, event).outcome;
                format!(" The kernel: {}.", outcome_words(&exploration.declared, &outcome))
            }
            None => String::new(),
        };
        let signals = signals(after);
        let _infallible = writeln!(story, "{:4}. {deed}.{answer} {signals}.", number + 1);
    }
    let violations = path.last().map_or(&[][..], |(state, _)| &state.violations);
    for violation in violations {
        let (invariant, observation) = (violation.invariant, &violation.observation);
        let _infallible = writeln!(story, "      violated: {invariant}: {observation}");
    }
    for invariant in Invariant::ALL {
        if violations.iter().any(|violation| violation.invariant == *invariant) {
            let _infallible = writeln!(story, "      {invariant}: {}", invariant.sentence());
        }
    }
    story
}

fn deed(exploration: &Exploration, state: &State, action: Action) -> String {
    let declared = &exploration.declared;
    let current = state.situation.oracle().current();
    let runner = current.map_or("nobody".to_owned(), |thread| declared.thread_name(thread));
    match action {
        Action::Program(program_move) => format!("{runner} {program_move}"),
        Action::Fault => format!("{runner} touches memory that is not its own"),
        Action::Tick => format!("the clock moves on to tick {}", state.clock + 1),
        Action::Timer => "the timer event comes".to_owned(),
        Action::Line(line) => format!("interrupt line {line} comes"),
        Action::Kill(process) => format!("{} is killed", declared.process_name(process)),
        Action::Vanish(process) => {
            format!("{}'s memory is gone", declared.process_name(process))
        }
        Action::RefuseStart => "the next start of a process is going to fail".to_owned(),
        Action::Rewrite(process, tables) => {
            format!("{} makes its slice tables {tables:?}", declared.process_name(process))
        }
    }
}

/// The signals that should show after a step.
fn signals(state: &State) -> String {
    let oracle = state.situation.oracle();
    let words = |waitable| signal_words(oracle.signals(waitable).bits());
    let posts = oracle.endpoints.iter().enumerate();
    let posts = posts.map(|(at, endpoint)| {
        let queued = endpoint.queue.len();
        format!("; endpoint {at}: {queued} queued, {}", words(Waitable::Receiver(at)))
    });
    let posts: String = posts.collect();
    let senders = (0..oracle.senders.len()).map(|at| words(Waitable::Sender(at)));
    let senders: String = senders.map(|shown| format!("; sender: {shown}")).collect();
    let parts = (0..oracle.sharing.parts.len()).map(|at| words(Waitable::Part(at)));
    let parts: String = parts.map(|shown| format!("; part: {shown}")).collect();
    let senders = format!("{senders}{parts}");
    if oracle.channels.is_empty() {
        return format!("[{}]", format!("{posts}{senders}").trim_start_matches("; "));
    }
    let ends = [words(Waitable::Handler(0)), words(Waitable::Initiator(0))];
    let lines = (0..oracle.interrupts.len()).map(|at| words(Waitable::Interrupt(at)));
    let lines: String = lines.map(|shown| format!("; lines: {shown}")).collect();
    format!("[handler: {}; initiator: {}{lines}{posts}{senders}]", ends[0], ends[1])
}
