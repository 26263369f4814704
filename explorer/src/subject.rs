//! What can be explored: a scenario of windows, or one of capsules.

use crate::explore::{Findings, explore, visit};
use crate::{capsules, scenario};

/// A scenario, whichever it is of.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Of channels, endpoints, lives and what else has handles.
    Windows(scenario::Scenario),
    /// Of capsules.
    Capsules(capsules::scenarios::Scenario),
}

impl Subject {
    /// Every one.
    pub fn all() -> Vec<Subject> {
        let windows = scenario::all().into_iter().map(Subject::Windows);
        windows.chain(capsules::scenarios::all().into_iter().map(Subject::Capsules)).collect()
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Subject> {
        Subject::all().into_iter().find(|subject| subject.name() == name)
    }

    /// Its name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Subject::Windows(scenario) => scenario.name,
            Subject::Capsules(scenario) => scenario.name,
        }
    }

    /// What it is for, in a sentence.
    pub fn about(&self) -> &'static str {
        match self {
            Subject::Windows(scenario) => scenario.about,
            Subject::Capsules(scenario) => scenario.about,
        }
    }

    /// Only paths of up to this many steps are checked; `None`: all paths.
    pub fn depth(&self) -> Option<usize> {
        match self {
            Subject::Windows(scenario) => scenario.depth,
            Subject::Capsules(_) => None,
        }
    }

    /// Explores it, all of it or every path of up to `depth` steps.
    pub fn explore(&self, depth: Option<usize>) -> Findings {
        match self {
            Subject::Windows(scenario) => explore(scenario, depth),
            Subject::Capsules(scenario) => {
                visit(capsules::graph::Exploration::new(scenario.clone()), depth)
            }
        }
    }
}
