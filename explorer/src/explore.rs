//! Visits every state of a scenario, breadth first, so that a counterexample is a shortest one.

use std::hash::Hash;
use std::time::{Duration, Instant};

use stateright::{Checker, Model};

use crate::model::{AtDoor, Exploration};
use crate::scenario::Scenario;

/// A graph of states in which there may be a way to one that violates an invariant.
pub trait Graph: Model {
    /// Tells a path in words.
    fn tell(&self, path: &[(Self::State, Option<Self::Action>)]) -> String;

    /// What the door answers, counted as the graph is visited.
    fn at_door(&self) -> AtDoor;
}

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
    /// A shortest path to a step that violates an invariant.
    pub counterexample: Option<Counterexample>,
}

/// A path to a step that violates an invariant.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// How many steps it has.
    pub steps: usize,
    /// What was done in each, in words.
    pub story: String,
}

/// Explores a scenario, all of it or every path of up to `depth` steps.
pub fn explore(scenario: &Scenario, depth: Option<usize>) -> Findings {
    visit(Exploration::new(scenario.clone()), depth)
}

/// Visits a graph, all of it or every path of up to `depth` steps.
pub fn visit<G>(graph: G, depth: Option<usize>) -> Findings
where
    G: Graph + Clone + Send + Sync + 'static,
    G::State: Hash + Send + Sync + Clone + PartialEq,
    G::Action: Clone + PartialEq,
{
    let started = Instant::now();
    // The checker counts states on a path, and looks at a state only if it may also leave it.
    let bound = depth.map(|steps| steps + 2);
    let at_door = graph.at_door();
    let mut checker = graph.clone().checker().threads(1);
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
        counterexample: path.map(|path| {
            let path = path.into_vec();
            Counterexample { steps: path.len().saturating_sub(1), story: graph.tell(&path) }
        }),
    }
}
