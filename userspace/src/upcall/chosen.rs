//! Waiting for some upcalls and no others.
//!
//! A yield takes whatever is subscribed, and what it has taken cannot be put back. So whoever blocks
//! for an answer must see to it that nothing else is subscribed as an event: it would get another's
//! event and have nowhere to put it. What is not subscribed stays with the kernel, and comes
//! afterwards.

use guichet_abi::{Error, Result};

use super::{Event, Source, table};
use crate::syscall::{CapsuleError, Subscription, Yielded};

/// Yields until an event of one of the sources comes.
pub(super) fn wait<const N: usize>(
    sources: [Source; N],
    mut yield_once: impl FnMut() -> Result<Option<Yielded>>,
) -> core::result::Result<Event, CapsuleError> {
    const { assert!(N > 0, "a wait for nothing would never end") };
    let mut chosen = Chosen { sources: &sources, replaced: [None; N], depth: table::depth() };
    chosen.begin()?;
    loop {
        if let Some(Yielded::Event(event)) = yield_once()? {
            return Ok(event);
        }
    }
}

/// While it lives, only these sources are subscribed as events.
struct Chosen<'a, const N: usize> {
    sources: &'a [Source; N],
    /// What each was subscribed with, of those that are subscribed now, and its place.
    replaced: [Option<(Subscription, usize)>; N],
    /// The depth that the wait began at; its own is one more.
    depth: u32,
}

impl<const N: usize> Chosen<'_, N> {
    fn begin(&mut self) -> core::result::Result<(), CapsuleError> {
        let depth = self.depth.saturating_add(1);
        for (source, replaced) in self.sources.iter().zip(&mut self.replaced) {
            let place = table::free().ok_or(Error::ResourceExhausted)?;
            // The first of these calls is what stops another thread.
            let before = source.subscribe(Subscription::event(place))?;
            table::keep(place, *source, depth);
            *replaced = Some((before, place));
        }
        table::go_to(depth);
        let others = table::all(self.depth).filter(|(_, source)| !self.sources.contains(source));
        for (_, source) in others {
            source.subscribe(Subscription::NONE)?;
        }
        Ok(())
    }
}

impl<const N: usize> Drop for Chosen<'_, N> {
    fn drop(&mut self) {
        // If not even the first was subscribed, this is not the main thread, and nothing has changed.
        if !matches!(self.replaced.first(), Some(Some(_))) {
            return;
        }
        // The latest first, should a source be among them twice. A call that fails here has succeeded
        // with the same words before.
        for (source, replaced) in self.sources.iter().zip(&self.replaced).rev() {
            let Some((before, place)) = *replaced else { continue };
            table::clear(place);
            // Whether an event is still wanted, its place says, below.
            let before = if before.is_event() { Subscription::NONE } else { before };
            let _ = source.subscribe(before);
        }
        table::go_to(self.depth);
        for (place, source) in table::all(self.depth) {
            let _ = source.subscribe(Subscription::event(place));
        }
    }
}
