use super::*;
use core::sync::atomic::AtomicUsize;
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use std::vec::Vec;
use std::{thread, vec};

fn words(count: usize) -> Vec<AtomicU32> {
    (0..count).map(|_| AtomicU32::new(0)).collect()
}

type Ends<'m> = (Producer<'m, ()>, Consumer<'m, ()>);

fn ends(words: &[AtomicU32]) -> Ends<'_> {
    let ring = Ring::new(words).unwrap();
    (Producer::new(ring, ()).unwrap(), Consumer::new(ring, ()).unwrap())
}

/// What the next message is.
fn popped<W: Wake>(consumer: &mut Consumer<'_, W>) -> Result<Vec<u8>> {
    let mut buffer = [0; 128];
    consumer.pop(&mut buffer).map(|length| buffer[..length].to_vec())
}

#[test]
fn messages_come_out_in_order_and_whole_wherever_they_wrap() {
    for size in 6..24 {
        let words = words(size);
        let (mut producer, mut consumer) = ends(&words);
        let longest = producer.ring.max_message_bytes();
        for turn in 0..200_usize {
            let message: Vec<u8> =
                (0..turn % (longest + 1)).map(|byte| (turn + byte) as u8).collect();
            assert_eq!(producer.push(&message), Ok(()), "{size} {turn}");
            assert_eq!(consumer.next_len(), Ok(Some(message.len())));
            assert_eq!(popped(&mut consumer), Ok(message));
            assert_eq!(popped(&mut consumer), Err(Error::Unavailable));
        }
    }
}

#[test]
fn a_full_ring_says_so_and_changes_nothing() {
    let words = words(HEADER_WORDS + 8);
    let (mut producer, mut consumer) = ends(&words);
    // Seven words can be used: three messages of two words, and one without bytes.
    for byte in 1..=3 {
        assert_eq!(producer.push(&[byte]), Ok(()));
    }
    assert_eq!(producer.push(&[4]), Err(Error::ResourceExhausted));
    assert_eq!(producer.push(&[]), Ok(()));
    assert_eq!(producer.push(&[]), Err(Error::ResourceExhausted));
    for expected in [&[1][..], &[2], &[3], &[]] {
        assert_eq!(popped(&mut consumer).as_deref(), Ok(expected));
    }
    assert_eq!(consumer.next_len(), Ok(None));
}

#[test]
fn what_never_fits_is_refused() {
    let few = words(HEADER_WORDS + 1);
    assert_eq!(Ring::new(&few).err(), Some(Error::OutOfRange));
    assert_eq!(Ring::new(&few[..3]).err(), Some(Error::OutOfRange));
    let words = words(HEADER_WORDS + 4);
    let (mut producer, mut consumer) = ends(&words);
    assert_eq!(producer.push(&[0; 9]), Err(Error::OutOfRange));
    assert_eq!(producer.push(&[7; 8]), Ok(()));
    assert_eq!(consumer.pop(&mut [0; 7]), Err(Error::OutOfRange));
    assert_eq!(popped(&mut consumer), Ok(vec![7; 8]));
}

#[test]
fn a_next_life_goes_on_where_the_last_was() {
    let words = words(12);
    let (mut producer, mut consumer) = ends(&words);
    producer.push(b"first").unwrap();
    producer.push(b"next").unwrap();
    popped(&mut consumer).unwrap();
    let (mut producer, mut consumer) = ends(&words);
    assert_eq!(popped(&mut consumer).as_deref(), Ok(&b"next"[..]));
    producer.push(b"last").unwrap();
    assert_eq!(popped(&mut consumer).as_deref(), Ok(&b"last"[..]));
}

/// Random numbers, good enough to spoil a ring.
fn random(state: &mut u64) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) as u32
}

#[test]
fn whatever_the_other_side_writes_is_an_error_or_bytes() {
    let mut state = 0x9E37_79B9_7F4A_7C15;
    let mut has_been = [false; 3];
    for _ in 0..50_000 {
        let words = words(16);
        let (mut producer, mut consumer) = ends(&words);
        for _ in 0..8 {
            let place = random(&mut state) as usize % words.len();
            let value = match random(&mut state) % 4 {
                0 => random(&mut state) % 20,
                1 => u32::MAX - random(&mut state) % 8,
                _ => random(&mut state),
            };
            words[place].store(value, Ordering::Relaxed);
            let _ = producer.push(&[1; 9]);
            match consumer.pop(&mut [0; 64]) {
                Ok(length) => {
                    assert!(length <= consumer.ring.max_message_bytes());
                    has_been[0] = true;
                }
                Err(Error::DataLoss) => has_been[1] = true,
                Err(Error::Unavailable) => has_been[2] = true,
                Err(other) => panic!("{other:?}"),
            }
        }
        let _ = consumer.clear();
    }
    assert_eq!(has_been, [true; 3]);
}

#[test]
fn a_spoilt_ring_is_told_and_can_be_cleared() {
    let words = words(16);
    let (mut producer, mut consumer) = ends(&words);
    producer.push(b"good").unwrap();
    words[HEADER_WORDS].store(0x8000_0000, Ordering::Relaxed);
    assert_eq!(popped(&mut consumer), Err(Error::DataLoss));
    assert_eq!(consumer.clear(), Ok(()));
    producer.push(b"again").unwrap();
    assert_eq!(popped(&mut consumer).as_deref(), Ok(&b"again"[..]));
    // A position of the other side's that is none.
    words[0].store(12, Ordering::Relaxed);
    assert_eq!(producer.push(b""), Err(Error::DataLoss));
    words[1].store(u32::MAX, Ordering::Relaxed);
    assert_eq!(popped(&mut consumer), Err(Error::DataLoss));
    assert_eq!(consumer.clear(), Err(Error::DataLoss));
    assert!(Producer::new(Ring::new(&words).unwrap(), ()).is_err());
    assert!(Consumer::new(Ring::new(&words).unwrap(), ()).is_err());
}

/// A wake-up that is remembered, and counted.
#[derive(Default)]
struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
    count: AtomicUsize,
}

impl Wake for Bell {
    fn wake(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        *self.has_rung.lock().unwrap() = true;
        self.rings.notify_one();
    }
}

impl Sleep for Bell {
    /// A lost wake-up would be told by the deadline.
    fn sleep(&self, _deadline: Instant) -> Result<()> {
        let guard = self.has_rung.lock().unwrap();
        let patience = Duration::from_secs(20);
        let (mut guard, waited) =
            self.rings.wait_timeout_while(guard, patience, |has_rung| !*has_rung).unwrap();
        *guard = false;
        if waited.timed_out() { Err(Error::DeadlineExceeded) } else { Ok(()) }
    }
}

/// Sends so many messages from one thread to another, through a ring with this many words.
fn flood(size: usize, messages: u32) -> [usize; 2] {
    let words = words(size);
    let ring = Ring::new(&words).unwrap();
    let (filled, emptied) = (Bell::default(), Bell::default());
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut producer = Producer::new(ring, &filled).unwrap();
            for number in 0..messages {
                let message = [number.to_le_bytes(), (!number).to_le_bytes()].concat();
                let message = &message[..4 + number as usize % 5];
                producer.push_wait(message, &emptied, Instant::MAX).unwrap();
            }
        });
        let mut consumer = Consumer::new(ring, &emptied).unwrap();
        for number in 0..messages {
            let mut buffer = [0; 8];
            let length = consumer.pop_wait(&mut buffer, &filled, Instant::MAX).unwrap();
            let message = [number.to_le_bytes(), (!number).to_le_bytes()].concat();
            assert_eq!(length, 4 + number as usize % 5);
            assert_eq!(buffer[..length], message[..length]);
        }
    });
    [filled, emptied].map(|bell| bell.count.into_inner())
}

#[test]
fn two_threads_lose_nothing_and_no_wake_up() {
    for size in [HEADER_WORDS + 5, HEADER_WORDS + 16, 1024] {
        flood(size, 100_000);
    }
}

#[test]
fn nobody_is_woken_who_does_not_wait() {
    let words = words(64);
    let ring = Ring::new(&words).unwrap();
    let (filled, emptied) = (Bell::default(), Bell::default());
    let mut producer = Producer::new(ring, &filled).unwrap();
    let mut consumer = Consumer::new(ring, &emptied).unwrap();
    for _ in 0..1000 {
        producer.push(b"message").unwrap();
        popped(&mut consumer).unwrap();
    }
    assert_eq!(filled.count.load(Ordering::Relaxed), 0);
    assert_eq!(emptied.count.load(Ordering::Relaxed), 0);
}
