//! Every scenario holds: to its fixed point where the build is optimized, a few steps deep where it
//! is not, since a debug build takes ten times as long.

use guichet_abi::Syscall;
use guichet_explorer::report;
use guichet_explorer::side_by_side::side_by_side;
use guichet_explorer::subject::Subject;

/// How deep the larger scenarios are looked into without optimization, in steps.
const DEBUG_DEPTH: usize = 5;

/// The same for those of capsules, in which the first steps prepare the others.
const DEBUG_DEPTH_OF_CAPSULES: usize = 16;

/// Scenarios that are small enough to be visited completely by any build.
const SMALL: [&str; 22] = [
    "buffers",
    "lists",
    "deadlines",
    "ends",
    "gives-up",
    "threads",
    "post-buffers",
    "post-words",
    "post-declared-rights",
    "post-door-shorter",
    "post-door-words",
    "region-copies",
    "region-two",
    "region-lists",
    "region-watchers",
    "names-kept",
    "names-refused",
    "mailbox-found",
    "inbox-ends",
    "inbox-both-ways",
    "upcalls-watched",
    "upcalls-in-a-group",
];

const WORDS: [Syscall; 2] = [Syscall::EndpointCallWords, Syscall::EndpointReplyAndReceiveWords];
const BUFFERS: [Syscall; 2] = [Syscall::EndpointCall, Syscall::EndpointReplyAndReceive];

/// What the door must answer somewhere in a scenario, or the scenario is not worth its name: that the door agrees
/// with the general way says nothing of one where it always declines.
fn answered_at_door(scenario: &Subject) -> Vec<Syscall> {
    match scenario.name() {
        // The client's calls are to be lent something.
        "post-door-chain" => WORDS.to_vec(),
        name if name.starts_with("post-door") => [WORDS, BUFFERS].concat(),
        _other => Vec::new(),
    }
}

#[test]
fn no_scenario_violates_an_invariant() {
    let depth = |scenario: &Subject| {
        let is_partial = cfg!(debug_assertions) && !SMALL.contains(&scenario.name());
        let partial = match scenario {
            Subject::Windows(_) => DEBUG_DEPTH,
            Subject::Capsules(_) => DEBUG_DEPTH_OF_CAPSULES,
        };
        if is_partial { Some(partial) } else { scenario.depth() }
    };
    let work = |_, scenario: &Subject| scenario.explore(depth(scenario));
    side_by_side(&Subject::all(), work, |scenario, findings| {
        let report = report::findings(scenario, &findings);
        println!("{report}");
        assert!(findings.counterexample.is_none(), "{report}");
        assert_eq!(findings.is_complete, depth(scenario).is_none(), "{report}");
        for call in answered_at_door(scenario) {
            assert!(findings.at_door.answers(call) > 0, "the door never takes {call:?}: {report}");
        }
        assert!(findings.states > 30, "nothing happens in this scenario: {report}");
    });
}

#[test]
fn a_bound_on_the_depth_is_kept_and_told() {
    let scenario = Subject::named("ends").expect("the scenario is there");
    let all = scenario.explore(None);
    let shallow = scenario.explore(Some(2));
    assert!(shallow.states < all.states);
    assert!(!shallow.is_complete);
    assert!(all.is_complete);
    let deep = scenario.explore(Some(all.depth + 1));
    assert_eq!(deep.states, all.states, "a bound beyond the last state cuts nothing off");
    assert!(deep.is_complete);
}

#[test]
fn scenarios_have_names_of_their_own() {
    let mut names: Vec<&str> = Subject::all().iter().map(|scenario| scenario.name()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(Subject::named("no such scenario").is_none());
}
