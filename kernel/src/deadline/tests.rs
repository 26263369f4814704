//! The heap against a sorted list.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::id::Table;

/// A small generator of numbers that look random; the same every time.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn agrees_with_a_sorted_list_through_random_changes() {
    const THREADS: usize = 40;
    let mut storage = vec![Thread::DORMANT; THREADS];
    let mut threads: Threads<'_> = Table::new(&mut storage);
    let mut heap = vec![ThreadIndex::NONE; THREADS];
    let mut count = 0;
    let mut queue = DeadlineQueue::new(&mut heap, &mut count);
    let mut model: Vec<(u64, usize)> = Vec::new();
    let mut random = 0x9E37_79B9_7F4A_7C15;
    for _ in 0..20_000 {
        let number = usize::try_from(next(&mut random) % THREADS as u64).unwrap();
        let index = ThreadIndex::new(number);
        if let Some(place) = model.iter().position(|(_, thread)| *thread == number) {
            model.remove(place);
            queue.remove(&mut threads, index);
        } else {
            let deadline = next(&mut random) % 64;
            model.push((deadline, number));
            threads.get_mut(index).unwrap().deadline = Instant::from_ticks(deadline);
            queue.insert(&mut threads, index);
        }
        queue.check(&threads).unwrap();
        let earliest = model.iter().map(|(deadline, _)| *deadline).min();
        assert_eq!(queue.earliest(&threads).ticks(), earliest.unwrap_or(u64::MAX));
        let expired = queue.expired(&threads, Instant::from_ticks(30));
        assert_eq!(expired.is_some(), earliest.is_some_and(|deadline| deadline <= 30));
    }
}

#[test]
fn taking_out_who_is_not_in_changes_nothing() {
    let mut storage = vec![Thread::DORMANT; 2];
    let mut threads: Threads<'_> = Table::new(&mut storage);
    let (mut heap, mut count) = (vec![ThreadIndex::NONE; 2], 0);
    let mut queue = DeadlineQueue::new(&mut heap, &mut count);
    threads.get_mut(ThreadIndex::new(0)).unwrap().deadline = Instant::from_ticks(5);
    queue.insert(&mut threads, ThreadIndex::new(0));
    queue.remove(&mut threads, ThreadIndex::new(1));
    queue.remove(&mut threads, ThreadIndex::NONE);
    assert_eq!(queue.earliest(&threads).ticks(), 5);
}
