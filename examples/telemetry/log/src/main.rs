//! A log that is slower than those who write to it: it takes as many records as its queue holds, and then is busy
//! with them for a while. Meanwhile the queue fills up, and whoever sends learns so.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use log_codegen::object::{GROUP, QUESTIONS, RECORDS};
use pw_status::Result;
use userspace::endpoint::Message;
use userspace::process_entry;
use userspace::syscall::Signals;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

/// How many producers there are; their badges are 0, 1 and 2.
const SOURCES: usize = 3;
/// How many records are written at once: as many as the queue holds.
const BATCH: usize = 8;
/// How long that takes.
const WRITING: Duration = Duration::from_millis(20);

/// What is known of a producer.
#[derive(Clone, Copy, Default)]
struct Source {
    /// The records that came.
    received: u32,
    /// The numbers that did not.
    missing: u32,
    /// How many it says that it has dropped.
    dropped: u32,
    /// The things that its records stand for.
    things: u32,
    /// The number that is to come next.
    next: u32,
    /// Its last record has come.
    is_done: bool,
}

impl Source {
    fn write(&mut self, [number, dropped, things, is_last]: [u32; 4]) {
        self.received += 1;
        self.missing += number.wrapping_sub(self.next);
        self.next = number.wrapping_add(1);
        self.dropped = dropped;
        self.things += things;
        self.is_done = is_last != 0;
    }
}

#[derive(Default)]
struct Log {
    sources: [Source; SOURCES],
    batches: u32,
    fullest: u32,
}

impl Log {
    /// Writes what is queued, at most a batch. Tells whether there was anything.
    fn write(&mut self) -> bool {
        let mut count = 0;
        for message in RECORDS.queued().take(BATCH) {
            if let Some(source) = self.sources.get_mut(message.sender.badge as usize) {
                source.write(words(&message));
                count += 1;
            }
        }
        self.fullest = self.fullest.max(count);
        self.batches += u32::from(count != 0);
        count != 0
    }

    /// Answers a question: the number of a producer, or any other for the log itself.
    fn answer(&self, [question, ..]: [u32; 4]) -> [u32; 4] {
        match self.sources.get(question as usize) {
            Some(source) => [source.received, source.missing, source.dropped, source.things],
            None => {
                let done = self.sources.iter().filter(|source| source.is_done).count();
                [self.batches, self.fullest, done as u32, 0]
            }
        }
    }
}

/// A message as words: what a sender of words has sent.
fn words(message: &Message<16>) -> [u32; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(message.bytes().as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    words
}

#[process_entry("log")]
fn entry() -> Result<()> {
    GROUP.add(RECORDS.handle(), Signals::READABLE, 0)?;
    GROUP.add(QUESTIONS.handle(), Signals::READABLE, 1)?;
    let mut log = Log::default();
    loop {
        GROUP.wait(Instant::MAX)?;
        for mut question in QUESTIONS.queued() {
            if let Some(reply) = question.reply.take() {
                // Who asks may have given up meanwhile.
                let _ = reply.send_words(log.answer(words(&question)));
            }
        }
        if log.write() {
            sleep_until(SystemClock::now() + WRITING)?;
        }
    }
}
