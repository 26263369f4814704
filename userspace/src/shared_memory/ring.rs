//! A ring of messages in a region that two processes share: one writes, the other reads, and while
//! messages flow neither makes a call.
//!
//! ```no_run
//! # extern crate guichet_abi as pw_status;
//! use pw_status::Result;
//! use userspace::endpoint::{MaySend, Receiver, Sender};
//! use userspace::shared_memory::ring::{Consumer, Producer, Ring};
//! use userspace::shared_memory::{Rights, SharedMemory};
//! use userspace::time::Instant;
//!
//! fn write(samples: SharedMemory, filled: Sender<4, MaySend>) -> Result<()> {
//!     let mapped = samples.map(Rights::ReadWrite)?;
//!     let mut producer = Producer::new(Ring::new(mapped.words()?)?, filled)?;
//!     producer.push(b"hot")
//! }
//!
//! fn read(samples: SharedMemory, filled: Receiver<4>) -> Result<()> {
//!     let mapped = samples.map(Rights::ReadWrite)?;
//!     let mut consumer = Consumer::new(Ring::new(mapped.words()?)?, ())?;
//!     let mut sample = [0; 16];
//!     loop {
//!         let length = consumer.pop_wait(&mut sample, &filled, Instant::MAX)?;
//!         // The first `length` bytes of `sample`.
//!     }
//! }
//! ```
//!
//! Whoever wants to wait says so in the region, looks once more, and sleeps; the other, when it has done
//! something, looks whether anybody said so, and only then makes the call that wakes ([`Wake`]). An
//! endpoint is what goes best with it: a message that cannot be sent because one is queued already is a
//! wake-up that is under way.
//!
//! - **full**: `ResourceExhausted`, or [`Producer::push_wait`] waits.
//! - **empty**: `Unavailable`, or [`Consumer::pop_wait`] waits.
//! - **one of the two dies**: what was pushed stays, and the next life goes on where the last one was. A
//!   message that was not complete was not pushed. Nobody is woken by that: wait with a deadline, or for
//!   what tells of an end too.
//! - **the other side is hostile**: it may write anything anywhere at any time. Each side trusts only its
//!   own position, which it keeps to itself, and checks what it reads: `DataLoss` says that it cannot be.
//!   [`Consumer::clear`] begins anew. Whatever comes out is bytes.
//!
//! In the region, in words of 32 bits: where the consumer is, where the producer is, whether the consumer
//! waits, whether the producer waits, and then the messages, each its length and as many words as it
//! takes. Positions count words of messages, and one word is never used, so that full is not empty.

use core::sync::atomic::{AtomicU32, Ordering, fence};

use guichet_abi::{Error, Result};

use crate::endpoint::{CanSend, Receiver, Sender};
use crate::time::Instant;

/// The consumer's position, the producer's, and two flags.
const HEADER_WORDS: usize = 4;
const WORD_BYTES: usize = size_of::<u32>();

/// What wakes the other side.
pub trait Wake {
    /// Has the other side's [`Sleep::sleep`] return, the one under way or the next. Must not block. If it
    /// cannot, the other side has ended: its next life looks before it sleeps.
    fn wake(&self);
}

/// What one waits by to be woken.
pub trait Sleep {
    /// Blocks until the other side has called [`Wake::wake`], or perhaps for no reason.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first; whatever else the call says.
    fn sleep(&self, deadline: Instant) -> Result<()>;
}

/// For the other side never waits.
impl Wake for () {
    fn wake(&self) {}
}

impl<const MAX: usize, Rights: CanSend> Wake for Sender<MAX, Rights> {
    fn wake(&self) {
        // If there is no room, one is under way.
        let _ = self.try_send_words([]);
    }
}

impl<const MAX: usize> Sleep for Receiver<MAX> {
    fn sleep(&self, deadline: Instant) -> Result<()> {
        self.receive(deadline).map(|_| ())
    }
}

impl<W: Wake + ?Sized> Wake for &W {
    fn wake(&self) {
        (**self).wake();
    }
}

/// A ring of messages, of which this process has one side.
#[derive(Clone, Copy, Debug)]
pub struct Ring<'m> {
    consumer: &'m AtomicU32,
    producer: &'m AtomicU32,
    consumer_waits: &'m AtomicU32,
    producer_waits: &'m AtomicU32,
    slots: &'m [AtomicU32],
}

impl<'m> Ring<'m> {
    /// The ring in these words, which begin as zeros: those of a region that both sides have
    /// [mapped](super::Mapped::words).
    ///
    /// # Errors
    /// `OutOfRange` if they are too few for any message, or more than a position can count.
    pub fn new(words: &'m [AtomicU32]) -> Result<Ring<'m>> {
        let (header, slots) = words.split_first_chunk::<HEADER_WORDS>().ok_or(Error::OutOfRange)?;
        if slots.len() < 2 || u32::try_from(slots.len()).is_err() {
            return Err(Error::OutOfRange);
        }
        let [consumer, producer, consumer_waits, producer_waits] = header;
        Ok(Ring { consumer, producer, consumer_waits, producer_waits, slots })
    }

    /// How long a message can be at most, in bytes.
    pub fn max_message_bytes(&self) -> usize {
        self.slots.len().saturating_sub(2).saturating_mul(WORD_BYTES)
    }

    /// The position that stands in one of the two words; `DataLoss` if it is none.
    fn position(&self, word: &AtomicU32, order: Ordering) -> Result<usize> {
        let position = word.load(order) as usize;
        if position < self.slots.len() { Ok(position) } else { Err(Error::DataLoss) }
    }

    /// How many words lie from one position to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.slots.len() - from }
    }

    /// The position so many words further, which are no more than there are.
    fn advanced(&self, from: usize, words: usize) -> usize {
        let to = from + words;
        if to >= self.slots.len() { to - self.slots.len() } else { to }
    }

    /// The slots from a position on, all around.
    fn slots_from(&self, position: usize) -> impl Iterator<Item = &'m AtomicU32> {
        let (before, behind) = self.slots.split_at(position.min(self.slots.len()));
        behind.iter().chain(before)
    }
}

/// Tells the other side that something has changed, if it waits for that.
fn wake_if(waits: &AtomicU32, wake: &impl Wake) {
    // Either the other side sees the change when it looks once more, or this side sees that it waits.
    fence(Ordering::SeqCst);
    if waits.load(Ordering::Relaxed) != 0 {
        waits.store(0, Ordering::Relaxed);
        wake.wake();
    }
}

/// Tries something until it comes to something else than `not_yet`, and sleeps in between.
fn until<T>(
    waits: &AtomicU32,
    not_yet: Error,
    sleep: &impl Sleep,
    deadline: Instant,
    mut attempt: impl FnMut() -> Result<T>,
) -> Result<T> {
    loop {
        let found = attempt();
        if found.as_ref().err() != Some(&not_yet) {
            return found;
        }
        waits.store(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let found = attempt();
        if found.as_ref().err() != Some(&not_yet) {
            waits.store(0, Ordering::Relaxed);
            return found;
        }
        sleep.sleep(deadline)?;
    }
}

/// The word of a piece of a message.
fn padded(piece: &[u8]) -> u32 {
    let mut word = [0; WORD_BYTES];
    word[..piece.len()].copy_from_slice(piece);
    u32::from_ne_bytes(word)
}

/// The words that a message of so many bytes takes, with its length.
fn words_of(bytes: usize) -> usize {
    bytes.div_ceil(WORD_BYTES) + 1
}

/// The side that writes. There is one.
#[derive(Debug)]
pub struct Producer<'m, W> {
    ring: Ring<'m>,
    /// Where the next message goes; what stands in the region is for the other side.
    position: usize,
    wake: W,
}

impl<'m, W: Wake> Producer<'m, W> {
    /// The writing side of a ring. `wake` wakes the consumer; `()` if it never waits.
    ///
    /// # Errors
    /// `DataLoss` if what stands in the region is no ring.
    pub fn new(ring: Ring<'m>, wake: W) -> Result<Self> {
        let position = ring.position(ring.producer, Ordering::Relaxed)?;
        Ok(Producer { ring, position, wake })
    }

    /// Writes a message. Never blocks, and makes no call unless the consumer waits.
    ///
    /// # Errors
    /// `ResourceExhausted` if there is no room now, `OutOfRange` if there never is, `DataLoss` if the ring
    /// is spoilt; nothing was written then.
    pub fn push(&mut self, message: &[u8]) -> Result<()> {
        let ring = self.ring;
        if message.len() > ring.max_message_bytes() {
            return Err(Error::OutOfRange);
        }
        let words = words_of(message.len());
        // Acquires what the consumer has read, so that it is not written over before.
        let consumer = ring.position(ring.consumer, Ordering::Acquire)?;
        if ring.slots.len() - 1 - ring.distance(consumer, self.position) < words {
            return Err(Error::ResourceExhausted);
        }
        let length = message.len() as u32;
        let content = core::iter::once(length).chain(message.chunks(WORD_BYTES).map(padded));
        for (slot, word) in ring.slots_from(self.position).zip(content) {
            slot.store(word, Ordering::Relaxed);
        }
        self.position = ring.advanced(self.position, words);
        // Releases the message.
        ring.producer.store(self.position as u32, Ordering::Release);
        wake_if(ring.consumer_waits, &self.wake);
        Ok(())
    }

    /// As [`Producer::push`], and waits for room; the consumer must be able to wake this side.
    ///
    /// # Errors
    /// As [`Producer::push`], but for `ResourceExhausted`; and what [`Sleep::sleep`] says:
    /// `DeadlineExceeded` if the deadline passed first.
    pub fn push_wait(
        &mut self,
        message: &[u8],
        sleep: &impl Sleep,
        deadline: Instant,
    ) -> Result<()> {
        let waits = self.ring.producer_waits;
        until(waits, Error::ResourceExhausted, sleep, deadline, || self.push(message))
    }
}

/// The side that reads. There is one.
#[derive(Debug)]
pub struct Consumer<'m, W> {
    ring: Ring<'m>,
    /// Where the next message comes from; what stands in the region is for the other side.
    position: usize,
    wake: W,
}

impl<'m, W: Wake> Consumer<'m, W> {
    /// The reading side of a ring. `wake` wakes the producer; `()` if it never waits.
    ///
    /// # Errors
    /// `DataLoss` if what stands in the region is no ring.
    pub fn new(ring: Ring<'m>, wake: W) -> Result<Self> {
        let position = ring.position(ring.consumer, Ordering::Relaxed)?;
        Ok(Consumer { ring, position, wake })
    }

    /// The length of the next message in bytes; `None` if there is none.
    ///
    /// # Errors
    /// `DataLoss` if the ring is spoilt.
    pub fn next_len(&self) -> Result<Option<usize>> {
        let ring = self.ring;
        // Acquires the messages.
        let producer = ring.position(ring.producer, Ordering::Acquire)?;
        let filled = ring.distance(self.position, producer);
        let Some(first) = ring.slots.get(self.position).filter(|_| filled > 0) else {
            return Ok(None);
        };
        let length = first.load(Ordering::Relaxed) as usize;
        let fits = length <= ring.max_message_bytes() && words_of(length) <= filled;
        if fits { Ok(Some(length)) } else { Err(Error::DataLoss) }
    }

    /// Reads the next message into the beginning of `buffer`, and returns its length. Never blocks, and
    /// makes no call unless the producer waits.
    ///
    /// # Errors
    /// `Unavailable` if there is none; `OutOfRange` if it is longer than the buffer: it stays, and
    /// [`Consumer::next_len`] tells; `DataLoss` if the ring is spoilt.
    pub fn pop(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let ring = self.ring;
        // Read once: what is checked is what is used.
        let length = self.next_len()?.ok_or(Error::Unavailable)?;
        let message = buffer.get_mut(..length).ok_or(Error::OutOfRange)?;
        let slots = ring.slots_from(self.position).skip(1);
        for (piece, slot) in message.chunks_mut(WORD_BYTES).zip(slots) {
            let word = slot.load(Ordering::Relaxed).to_ne_bytes();
            piece.copy_from_slice(&word[..piece.len()]);
        }
        self.advance(ring.advanced(self.position, words_of(length)));
        Ok(length)
    }

    /// As [`Consumer::pop`], and waits for a message; the producer must be able to wake this side.
    ///
    /// # Errors
    /// As [`Consumer::pop`], but for `Unavailable`; and what [`Sleep::sleep`] says: `DeadlineExceeded` if
    /// the deadline passed first.
    pub fn pop_wait(
        &mut self,
        buffer: &mut [u8],
        sleep: &impl Sleep,
        deadline: Instant,
    ) -> Result<usize> {
        let waits = self.ring.consumer_waits;
        until(waits, Error::Unavailable, sleep, deadline, || self.pop(buffer))
    }

    /// Drops every message that is there, also from a ring that is spoilt.
    ///
    /// # Errors
    /// `DataLoss` if not even the producer's position is one.
    pub fn clear(&mut self) -> Result<()> {
        let producer = self.ring.position(self.ring.producer, Ordering::Acquire)?;
        self.advance(producer);
        Ok(())
    }

    fn advance(&mut self, position: usize) {
        self.position = position;
        // Releases the room.
        self.ring.consumer.store(position as u32, Ordering::Release);
        wake_if(self.ring.producer_waits, &self.wake);
    }
}

#[cfg(test)]
mod tests;
