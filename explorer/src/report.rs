//! What a run says.

use crate::explore::{Counterexample, Findings};
use crate::invariant::Invariant;
use crate::subject::Subject;

/// The scenarios and what they are for, a line each.
pub fn listing(scenarios: &[Subject]) -> String {
    let lines = scenarios.iter().map(|scenario| {
        let bound = match scenario.depth() {
            Some(depth) => format!(" (paths of up to {depth} steps)"),
            None => String::new(),
        };
        format!("{:24} {}{bound}\n", scenario.name(), scenario.about())
    });
    lines.collect()
}

/// The invariants, a line each.
pub fn invariants() -> String {
    Invariant::ALL
        .iter()
        .map(|invariant| format!("{:26} {}\n", invariant.name(), invariant.sentence()))
        .collect()
}

/// What an exploration found, on one line; and the counterexample, if there is one.
pub fn findings(scenario: &Subject, findings: &Findings) -> String {
    let extent = match (&findings.counterexample, findings.is_complete) {
        (Some(_), _) => "stopped at a violation".to_owned(),
        (None, true) => "fixed point".to_owned(),
        (None, false) => "stopped at that depth".to_owned(),
    };
    let mut report = format!(
        "{:24} {:>8} states {:>9} transitions {:>8} at the door  depth {:>3}  {extent}, {} invariants, {:.1} s\n",
        scenario.name(),
        findings.states,
        findings.transitions,
        findings.at_door.all_answers(),
        findings.depth,
        Invariant::ALL.len(),
        findings.duration.as_secs_f64(),
    );
    if let Some(Counterexample { steps, story }) = &findings.counterexample {
        report.push_str(&format!("  a shortest way there, {steps} steps from boot:\n{story}"));
    }
    report
}
