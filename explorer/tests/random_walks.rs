//! Long random walks with hostile words in the registers: no panic, every invariant holds, and no
//! byte outside the offered buffers changes.
//!
//! A failure names its seed; `EXPLORER_SEED=<that seed>` walks that one alone.

use guichet_explorer::capsules;
use guichet_explorer::declared::Declared;
use guichet_explorer::side_by_side::side_by_side;
use guichet_explorer::walk::{self, Walked, post, share, walk};

/// A debug build takes ten times as long.
const SEEDS: u64 = if cfg!(debug_assertions) { 20 } else { 100 };
const STEPS: usize = 10_000;

/// The seeds that are asked for, or so many.
fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("EXPLORER_SEED") {
        Ok(seed) => vec![seed.parse().expect("EXPLORER_SEED is a number")],
        Err(_) => (1..=count).collect(),
    }
}

/// Walks, all in all as many steps as there are seeds times [`STEPS`].
fn walks(declared: &Declared, count: u64) -> Walked {
    let mut sum = Walked::default();
    let work = |_, seed: &u64| walk(declared, *seed, STEPS);
    side_by_side(&seeds(count), work, |_, walked| match walked {
        Ok(walked) => sum += walked,
        Err(message) => panic!("{message}"),
    });
    println!("{sum:?}");
    sum
}

#[test]
fn every_step_of_random_walks_is_right() {
    let sum = walks(&walk::declared(), SEEDS);
    let Walked { steps, transfers, refusals, starts, threads, joins, members, lines, .. } = sum;
    assert!(transfers * 40 > steps, "a walk that moves no bytes shows nothing");
    assert!(refusals * 50 > steps, "a walk in which all is well shows nothing");
    assert!(refusals < steps * 9 / 10, "a walk in which all is refused shows nothing");
    assert!(members > 0, "a walk in which nobody waits on a group shows nothing");
    assert!(lines > 0, "a walk in which no interrupt wakes anybody shows nothing");
    let tasks = [starts, threads, joins].map(|count| count * 1000);
    assert!(tasks.iter().all(|count| *count > steps), "a walk that starts nothing shows nothing");
}

/// How many calls of endpoints there are in all, in an optimized build; and how many on capsules.
const POSTS: usize = 1_000_000;
const CALLS: usize = 1_000_000;

#[test]
fn every_step_of_random_walks_among_endpoints_is_right() {
    let sum = walks(&post::declared(), SEEDS * 2);
    let Walked { steps, posts, messages, replies, at_door, .. } = sum;
    assert!(cfg!(debug_assertions) || posts > POSTS, "there are too few calls of endpoints");
    assert!(messages * 40 > steps, "a walk in which nobody receives shows nothing");
    assert!(replies * 1000 > steps, "a walk in which nobody replies shows nothing");
    assert!(at_door * 10_000 > steps, "a walk in which the door answers nothing does not test it");
}

#[test]
fn every_step_of_random_walks_among_sharers_is_right() {
    let sum = walks(&share::declared(), SEEDS);
    let Walked { steps, shared, shared_transfers, starts, .. } = sum;
    assert!(shared.iter().all(|count| count * 1000 > steps), "a call on shared memory is refused");
    assert!(shared_transfers * 500 > steps, "a walk that changes no shared byte shows nothing");
    assert!(starts * 1000 > steps, "a walk in which nobody ends shows nothing");
}

#[test]
fn every_step_of_random_walks_among_capsules_is_right() {
    let mut sum = capsules::walk::Walked::default();
    for declared in capsules::walk::systems() {
        let work = |_, seed: &u64| capsules::walk::walk(&declared, *seed, STEPS);
        side_by_side(&seeds(SEEDS), work, |_, walked| match walked {
            Ok(walked) => sum += walked,
            Err(message) => panic!("{message}"),
        });
    }
    println!("{sum:?}");
    let capsules::walk::Walked { calls, refusals, commands, taken, answers, .. } = sum;
    assert!(cfg!(debug_assertions) || calls > CALLS, "there are too few calls on capsules");
    assert!(refusals * 10 > calls && refusals < calls * 9 / 10, "all is refused, or nothing");
    assert!(commands.iter().all(|count| count * 100 > calls), "a capsule is not used");
    let happened = [taken, answers, sum.messages, sum.upcalls, sum.lives].map(|each| each * 1000);
    assert!(happened.iter().all(|count| *count > calls), "a walk in which nothing comes about");
}
