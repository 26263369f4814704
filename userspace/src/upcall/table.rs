//! What the program listens to: the kernel keeps the number of a place here, and the place says what
//! it stands for.
//!
//! Waits can lie in one another: a function that is called while one part of the program blocks may
//! block itself. So each place belongs to a depth: [`OUTSIDE`] is what the program listens to, and
//! each blocking wait has one more. Only what belongs to the depth that has been reached is
//! subscribed.
//!
//! The words are atomic because statics must be; only the main thread gets past the kernel to where
//! they change.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::Source;

/// How many sources a program can listen to, those that it waits for in blocking calls among them.
pub const MAX_SOURCES: usize = 16;

/// The depth of what the program listens to.
pub(super) const OUTSIDE: u32 = 1;

/// The depth of a place that is free.
const FREE: u32 = 0;

struct Place {
    driver: AtomicU32,
    number: AtomicU32,
    depth: AtomicU32,
}

static PLACES: [Place; MAX_SOURCES] = [const {
    Place { driver: AtomicU32::new(0), number: AtomicU32::new(0), depth: AtomicU32::new(FREE) }
}; MAX_SOURCES];

static DEPTH: AtomicU32 = AtomicU32::new(OUTSIDE);

/// The depth that has been reached.
pub(super) fn depth() -> u32 {
    DEPTH.load(Relaxed)
}

/// Goes to another depth.
pub(super) fn go_to(depth: u32) {
    DEPTH.store(depth, Relaxed);
}

/// The source that a place stands for.
pub(crate) fn source_of(place: usize) -> Option<Source> {
    let place = PLACES.get(place)?;
    (place.depth.load(Relaxed) != FREE).then(|| place.source())
}

/// The place of a source at this depth, if it has one.
pub(super) fn find(source: Source, depth: u32) -> Option<usize> {
    PLACES.iter().position(|place| place.is_at(depth) && place.source() == source)
}

/// A place that is free, if there is one.
pub(super) fn free() -> Option<usize> {
    PLACES.iter().position(|place| place.is_at(FREE))
}

/// Has the place stand for the source, at this depth.
pub(super) fn keep(place: usize, source: Source, depth: u32) {
    if let Some(place) = PLACES.get(place) {
        place.driver.store(source.driver, Relaxed);
        place.number.store(source.number, Relaxed);
        place.depth.store(depth, Relaxed);
    }
}

/// Frees the place.
pub(super) fn clear(place: usize) {
    if let Some(place) = PLACES.get(place) {
        place.depth.store(FREE, Relaxed);
    }
}

/// The places at this depth, and what they stand for.
pub(super) fn all(depth: u32) -> impl Iterator<Item = (usize, Source)> {
    let places = PLACES.iter().enumerate();
    places
        .filter(move |(_, place)| place.is_at(depth))
        .map(|(index, place)| (index, place.source()))
}

impl Place {
    fn is_at(&self, depth: u32) -> bool {
        self.depth.load(Relaxed) == depth
    }

    fn source(&self) -> Source {
        let [driver, number] = [&self.driver, &self.number].map(|word| word.load(Relaxed));
        Source { driver, number }
    }
}
