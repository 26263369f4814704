//! Work that is done on all processors at once, and told of in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

/// How many can work at once.
pub fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does some `work` for each of the `items`; whoever does it has a number, below [`workers`]. What comes of
/// it is told in the order of the items, each as soon as it and all before it are done. Blocks until all is
/// told.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(usize, &T) -> R + Sync,
    mut tell: impl FnMut(&T, R),
) {
    let next = AtomicUsize::new(0);
    let (sender, results) = channel();
    thread::scope(|scope| {
        for worker in 0..workers().min(items.len()) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    // Nobody listens any more where telling has failed.
                    if sender.send((place, work(worker, item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut told = 0;
        for (place, result) in results {
            early.insert(place, result);
            while let (Some(result), Some(item)) = (early.remove(&told), items.get(told)) {
                tell(item, result);
                told += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn everything_is_done_once_and_told_in_order() {
        let items: Vec<u64> = (0..20).collect();
        let work = |worker: usize, item: &u64| {
            assert!(worker < workers());
            thread::sleep(Duration::from_millis(item * 7 % 5));
            item * 2
        };
        let mut told = Vec::new();
        side_by_side(&items, work, |item, result| told.push((*item, result)));
        assert_eq!(told, items.iter().map(|item| (*item, item * 2)).collect::<Vec<_>>());
        side_by_side(&[0; 0], work, |_, _| panic!("there is nothing to tell"));
    }
}
