//! Visits every state of a scenario, breadth first, so that a counterexample is a shortest one.

use std::time::{Duration, Instant};

use stateright::{Checker, Model};

use crate::model::{Action, AtDoor, Exploration, State};
use crate::scenario::Scenario;

/// What an exploration found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// How many different states there are.
    pub states: usize,
    /// How many steps were taken and checked.
    pub transitions: usize,
    /// The length of the longest shortest path to a state, in steps.
    pub depth: usize,
    /// In how many of these steps the door answered, and what.
    pub at_door: AtDoor,
    /// Whether every state was visited, rather than those within the depth asked for.
    pub is_complete: bool,
    /// How long it took.
    pub duration: Duration,
    /// A shortest path to a step that violates an invariant: each state and what was done in it.
    pub counterexample: Option<Vec<(State, Option<Action>)>>,
}

/// Explores a scenario, all of it or every path of up to `depth` steps.
pub fn explore(scenario: &Scenario, depth: Option<usize>) -> Findings {
    let started = Instant::now();
    // The checker counts states on a path, and looks at a state only if it may also leave it.
    let bound = depth.map(|steps| steps + 2);
    let exploration = Exploration::new(scenario.clone());
    let at_door = exploration.at_door.clone();
    let mut checker = exploration.checker().threads(1);
    if let Some(bound) = bound {
        checker = checker.target_max_depth(bound);
    }
    let checked = checker.spawn_bfs().join();
    let path = checked.discoveries().into_values().next();
    let reached = checked.max_depth();
    Findings {
        states: checked.unique_state_count(),
        transitions: checked.state_count().saturating_sub(1),
        depth: reached.saturating_sub(1),
        at_door,
        is_complete: path.is_none() && bound.is_none_or(|bound| reached < bound),
        duration: started.elapsed(),
        counterexample: path.map(stateright::Path::into_vec),
    }
}
