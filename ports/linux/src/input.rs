//! What somebody types: standard input, for the one process that wants it (PR-8).
//!
//! Standard input is not ours alone. It may be a terminal that belongs to somebody else while we run in
//! the background, and whoever reads it then is stopped by Linux with everybody in its group. It
//! may be blocked on for ever. So a thread of its own reads it, only if the system declares the line
//! for it, only while we are in the foreground, and keeps no more than a little that nobody has taken.
//! Signs of the terminal's own, as Ctrl-C, never come this way: the terminal keeps its mode.
//!
//! Input ends with one byte, [`END_OF_INPUT`], which is what Ctrl-D is on a serial line; after that the
//! line is silent. So a program that reads a pipe on Linux and one on a board that reads a serial port
//! learn of the end in the same way. Where there is no standard input at all, nothing ever comes.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::attention;

/// The byte that ends the input: ASCII's "end of transmission".
pub const END_OF_INPUT: u8 = 4;

/// How much is read that nobody has taken, in bytes.
const MOST_KEPT: usize = 1024;

/// How long standard input is waited for before somebody asks again whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(100);

/// What somebody has typed in a run.
pub(crate) struct Input {
    shared: Arc<Shared>,
    /// The line may come.
    pub(crate) is_enabled: bool,
}

struct Shared {
    bytes: Mutex<VecDeque<u8>>,
    taken: Condvar,
    /// There are bytes.
    has_some: AtomicBool,
    is_over: AtomicBool,
}

impl Input {
    /// Begins to read. The signal handlers have been claimed.
    pub(crate) fn start() -> io::Result<Input> {
        let shared = Arc::new(Shared {
            bytes: Mutex::new(VecDeque::new()),
            taken: Condvar::new(),
            has_some: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        let reader = Arc::clone(&shared);
        thread::Builder::new().name("guichet-input".into()).spawn(move || {
            read_input(&|| reader.is_over.load(Ordering::SeqCst), &mut |bytes| reader.put(bytes));
        })?;
        Ok(Input { shared, is_enabled: false })
    }

    /// Tells whether the line comes now.
    pub(crate) fn is_due(&self) -> bool {
        self.is_enabled && self.shared.has_some.load(Ordering::SeqCst)
    }

    /// Takes what is there, at most `most` bytes.
    pub(crate) fn take(&self, most: usize) -> Vec<u8> {
        let mut bytes = self.shared.lock();
        let length = most.min(bytes.len());
        let taken = bytes.drain(..length).collect();
        self.shared.has_some.store(!bytes.is_empty(), Ordering::SeqCst);
        self.shared.taken.notify_all();
        taken
    }
}

impl Drop for Input {
    /// The thread ends soon, and has nobody to tell from here on.
    fn drop(&mut self) {
        let _bytes = self.shared.lock();
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.taken.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what was read, once there is room, and tells the supervisor; tells whether more is wanted.
    fn put(&self, read: &[u8]) -> bool {
        let mut bytes = self.lock();
        while bytes.len() >= MOST_KEPT && !self.is_over.load(Ordering::SeqCst) {
            bytes = self.taken.wait(bytes).unwrap_or_else(PoisonError::into_inner);
        }
        if self.is_over.load(Ordering::SeqCst) {
            return false;
        }
        bytes.extend(read);
        self.has_some.store(true, Ordering::SeqCst);
        // With the lock held: the supervisor is there until it has had it for the last time.
        attention::input_came();
        true
    }
}

/// Reads standard input until it ends or `is_over`, and hands what comes to `take`, which says whether
/// more is wanted; the end comes as [`END_OF_INPUT`]. Blocks. While the program is in the background of
/// a terminal nothing is read; what `is_over` says is asked for ten times a second.
pub fn read_input(is_over: &dyn Fn() -> bool, take: &mut dyn FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 256];
    while !is_over() {
        if is_in_background() {
            thread::sleep(PATIENCE);
            continue;
        }
        match read_some(&mut bytes) {
            Ok(None) => {}
            Ok(Some(0)) => {
                // At a terminal, somebody may go on after it.
                if !take(&[END_OF_INPUT]) || !is_terminal() {
                    return;
                }
            }
            Ok(Some(length)) => {
                if !take(bytes.get(..length).unwrap_or_default()) {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // There is no standard input, or it is gone.
            Err(_) => return,
        }
    }
}

/// Reads what there is; nothing if there is nothing for a while, no bytes at the end.
fn read_some(bytes: &mut [u8]) -> io::Result<Option<usize>> {
    let mut wanted = libc::pollfd { fd: libc::STDIN_FILENO, events: libc::POLLIN, revents: 0 };
    let patience = libc::c_int::try_from(PATIENCE.as_millis()).unwrap_or(libc::c_int::MAX);
    // SAFETY: (input-1) one whole pollfd, which Linux fills.
    let ready = crate::linux::checked(unsafe { libc::poll(&raw mut wanted, 1, patience) })?;
    if ready == 0 {
        return Ok(None);
    }
    // SAFETY: (input-2) the bytes are ours to write, so many of them.
    let length = unsafe { libc::read(libc::STDIN_FILENO, bytes.as_mut_ptr().cast(), bytes.len()) };
    Ok(usize::try_from(crate::linux::checked(length)?).ok())
}

fn is_terminal() -> bool {
    // SAFETY: (input-3) takes a number only.
    unsafe { libc::isatty(libc::STDIN_FILENO) == 1 }
}

/// Whether standard input is a terminal that somebody else has now.
fn is_in_background() -> bool {
    // SAFETY: (input-4) take numbers only. What is no terminal of ours has no foreground: -1.
    unsafe {
        let foreground = libc::tcgetpgrp(libc::STDIN_FILENO);
        foreground != -1 && foreground != libc::getpgrp()
    }
}
