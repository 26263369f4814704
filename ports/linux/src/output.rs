//! The way out of the supervisor: lines, written by a thread of their own.
//!
//! Nobody waits for the console (PR-7). A terminal that is scrolled back, or a pipe whose reader is
//! slow, would otherwise stop every process of the system. So lines go into a queue of bounded
//! length; a line that finds it full is dropped and counted, and the count is told as soon as
//! there is room. A writer that fails (a pipe whose reader has gone) is not written to again; the
//! run learns of it and ends.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How many lines may wait to be written.
const QUEUE_LINES: usize = 1024;
/// How long the end of a run waits for a slow console.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// Lines on their way to the console.
pub(crate) struct Output {
    queue: SyncSender<String>,
    dropped: u64,
    failure: Arc<Failure>,
    finished: Receiver<()>,
}

/// Why the console cannot be written to any more.
#[derive(Default)]
struct Failure {
    /// Whether there is one; to look at this costs nothing.
    happened: AtomicBool,
    error: Mutex<Option<io::Error>>,
}

impl Failure {
    fn note(&self, error: io::Error) {
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        self.happened.store(true, Ordering::Release);
    }

    fn take(&self) -> Option<io::Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Output {
    /// Starts the thread that writes to `writer`.
    pub(crate) fn start(writer: Box<dyn Write + Send>) -> io::Result<Output> {
        let (queue, lines) = mpsc::sync_channel(QUEUE_LINES);
        let (finish, finished) = mpsc::channel();
        let failure = Arc::new(Failure::default());
        let noted = Arc::clone(&failure);
        thread::Builder::new().name("guichet-console".into()).spawn(move || {
            if let Err(error) = write_all(writer, &lines) {
                noted.note(error);
            }
            // Nobody listens any more if the run gave up on a slow console.
            let _ = finish.send(());
        })?;
        Ok(Output { queue, dropped: 0, failure, finished })
    }

    /// Queues a line, without its newline, or drops and counts it. Never waits.
    pub(crate) fn line(&mut self, line: String) {
        if self.dropped > 0 {
            if self.queue.try_send(dropped_message(self.dropped)).is_err() {
                self.dropped += 1;
                return;
            }
            self.dropped = 0;
        }
        if let Err(TrySendError::Full(_)) = self.queue.try_send(line) {
            self.dropped += 1;
        }
    }

    /// Why the console cannot be written to any more, if that is so. Tells it once.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Tells whether the console cannot be written to any more.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.happened.load(Ordering::Acquire)
    }

    /// Has everything written that is queued; waits for that, but not for ever.
    pub(crate) fn finish(self) -> Option<io::Error> {
        let Output { queue, dropped, failure, finished } = self;
        if dropped > 0 {
            // There is no later moment to tell it, so a full queue may take its time here.
            let message = dropped_message(dropped);
            let patience = std::time::Instant::now() + LAST_WRITE;
            let mut unsent = queue.try_send(message);
            while let Err(TrySendError::Full(message)) = unsent
                && std::time::Instant::now() < patience
            {
                thread::sleep(Duration::from_millis(5));
                unsent = queue.try_send(message);
            }
        }
        drop(queue);
        // An elapsed wait leaves the thread behind with what it could not get rid of.
        let _ = finished.recv_timeout(LAST_WRITE);
        failure.take()
    }
}

fn dropped_message(lines: u64) -> String {
    format!("guichet: {lines} lines of console output were dropped: the console is too slow")
}

/// Writes lines until there will be no more; shows them whenever none is waiting.
fn write_all(mut writer: Box<dyn Write + Send>, lines: &Receiver<String>) -> io::Result<()> {
    while let Ok(first) = lines.recv() {
        let mut next = Some(first);
        while let Some(line) = next {
            writer.write_all(line.as_bytes())?;
            writer.write_all(b"\n")?;
            next = lines.try_recv().ok();
        }
        writer.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A console that can be held up, and that may fail.
    #[derive(Clone, Default)]
    struct Screen {
        text: Arc<Mutex<String>>,
        held: Arc<Mutex<()>>,
        broken: bool,
    }

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _held = self.held.lock().expect("no test panics with it");
            if self.broken {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let mut text = self.text.lock().expect("no test panics with it");
            text.push_str(std::str::from_utf8(bytes).expect("lines are text"));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn everything_queued_is_written_in_order() {
        let screen = Screen::default();
        let mut output = Output::start(Box::new(screen.clone())).expect("a thread");
        let expected: String = (0..500).map(|number| format!("line {number}\n")).collect();
        (0..500).for_each(|number| output.line(format!("line {number}")));
        assert!(output.finish().is_none());
        assert_eq!(*screen.text.lock().expect("text"), expected);
    }

    #[test]
    fn a_full_queue_drops_and_counts_and_nobody_waits() {
        let screen = Screen::default();
        let mut output = Output::start(Box::new(screen.clone())).expect("a thread");
        let held = screen.held.lock().expect("the screen");
        (0..3000).for_each(|number| output.line(format!("{number}")));
        drop(held);
        assert!(output.finish().is_none());
        let text = screen.text.lock().expect("text");
        let (lines, notes): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| !line.starts_with("guichet: "));
        assert!(lines.len() >= QUEUE_LINES);
        // One note or two: a place may become free and be taken by the note itself.
        let count = |note: &&str| note.split(' ').nth(1)?.parse::<usize>().ok();
        let told: Option<usize> = notes.iter().map(count).sum();
        assert!(!notes.is_empty() && told == Some(3000 - lines.len()), "{notes:?}");
    }

    #[test]
    fn a_broken_pipe_is_told_and_does_no_harm() {
        let screen = Screen { broken: true, ..Screen::default() };
        let mut output = Output::start(Box::new(screen)).expect("a thread");
        (0..3000).for_each(|number| output.line(format!("{number}")));
        let failure = output.finish().expect("the pipe is broken");
        assert_eq!(failure.kind(), io::ErrorKind::BrokenPipe);
    }
}
