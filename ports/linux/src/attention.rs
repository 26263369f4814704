//! What reaches the supervisor from outside: dead children, Ctrl-C, what is typed, the end of a sleep.
//!
//! While a program runs, the supervisor sleeps on the state word of that program's trap frame, one
//! futex and nothing else, since that is the cheapest hand-off there is. A Linux signal must end
//! that sleep even if it arrives between the last look at the word and the moment the sleep
//! begins. So the signal handler changes the word itself: it sets [`ATTENTION`] in it, and Linux
//! refuses to begin (or to resume) a sleep on a word that has changed.
//!
//! The program shares the word and could take the bit away again. Therefore the facts themselves
//! stand in private memory, and no sleep is longer than [`LONGEST_SLEEP`]: a hostile program can
//! delay Ctrl-C by that much, and can hide nothing.
//!
//! Signal handlers belong to a whole Linux process, so only one run at a time can own them;
//! others queue for their turn.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use guichet_abi::linux::ATTENTION;

use crate::linux::{checked, futex_wait, thread_id};

/// The longest time that a signal can be kept from the supervisor by a hostile program.
const LONGEST_SLEEP: Duration = Duration::from_millis(250);

/// The signals that the supervisor answers.
const SIGNALS: [libc::c_int; 5] =
    [libc::SIGCHLD, libc::SIGIO, libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

/// Who has the handlers.
static TURN: Mutex<()> = Mutex::new(());
/// The thread that has the handlers; a handler that finds itself in another one passes it on.
static SUPERVISOR: AtomicI32 = AtomicI32::new(0);
/// The word that the supervisor is about to sleep on, or null.
static WATCHED: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());
/// A child has ended since the supervisor last looked.
static CHILD_ENDED: AtomicBool = AtomicBool::new(false);
/// Somebody has typed since the supervisor last looked.
static INPUT_CAME: AtomicBool = AtomicBool::new(false);
/// The signal that asked the run to end, or 0.
static INTERRUPTED_BY: AtomicI32 = AtomicI32::new(0);

/// Why a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Woken {
    /// The word holds another state now: this one.
    Changed(u32),
    /// A signal came, or may have come.
    Attention,
    /// The time is over.
    Late,
}

/// The right to the signal handlers. Gives the old ones back when it is dropped.
pub(crate) struct Attention {
    old_actions: Vec<(libc::c_int, libc::sigaction)>,
    old_mask: libc::sigset_t,
    _turn: MutexGuard<'static, ()>,
}

impl Attention {
    /// Takes the signals for the calling thread; waits while another run has them.
    pub(crate) fn claim() -> io::Result<Attention> {
        // A run that panicked has given the handlers back: there is nothing half done to find.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        SUPERVISOR.store(thread_id(), Ordering::SeqCst);
        CHILD_ENDED.store(false, Ordering::SeqCst);
        INPUT_CAME.store(false, Ordering::SeqCst);
        INTERRUPTED_BY.store(0, Ordering::SeqCst);
        let old_mask = change_mask(libc::SIG_UNBLOCK, &set_of(&SIGNALS))?;
        let mut attention = Attention { old_actions: Vec::new(), old_mask, _turn: turn };
        for signal in SIGNALS {
            attention.take(signal)?;
        }
        Ok(attention)
    }

    /// Tells whether a child may have ended since this was asked last.
    pub(crate) fn child_ended(&self) -> bool {
        CHILD_ENDED.swap(false, Ordering::SeqCst)
    }

    /// Has the next [`Attention::child_ended`] say yes.
    pub(crate) fn look_for_ended_children(&self) {
        CHILD_ENDED.store(true, Ordering::SeqCst);
    }

    /// Forgets that somebody has typed: whoever asks looks at what it is.
    pub(crate) fn forget_input(&self) {
        INPUT_CAME.store(false, Ordering::SeqCst);
    }

    /// Tells whether a signal came that was not answered yet.
    pub(crate) fn is_waiting(&self) -> bool {
        CHILD_ENDED.load(Ordering::SeqCst)
            || INPUT_CAME.load(Ordering::SeqCst)
            || self.interrupted_by().is_some()
    }

    /// The signal that asks the run to end, if there was one.
    pub(crate) fn interrupted_by(&self) -> Option<i32> {
        Some(INTERRUPTED_BY.load(Ordering::SeqCst)).filter(|&signal| signal != 0)
    }

    /// Sleeps while `word` holds `state` and nothing asks for attention, until `until` at the
    /// latest. May say [`Woken::Attention`] without a cause.
    pub(crate) fn sleep_while(&self, word: &AtomicU32, state: u32, until: Instant) -> Woken {
        WATCHED.store(ptr::from_ref(word).cast_mut(), Ordering::SeqCst);
        let woken = self.sleep_watched(word, state, until);
        WATCHED.store(ptr::null_mut(), Ordering::SeqCst);
        woken
    }

    fn sleep_watched(&self, word: &AtomicU32, state: u32, until: Instant) -> Woken {
        let mut slept = false;
        loop {
            let value = word.load(Ordering::Acquire);
            if value & !ATTENTION != state {
                return Woken::Changed(value & !ATTENTION);
            }
            if value & ATTENTION != 0 {
                word.fetch_and(!ATTENTION, Ordering::Relaxed);
                return Woken::Attention;
            }
            if self.is_waiting() {
                return Woken::Attention;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Woken::Late;
            }
            if slept && left > LONGEST_SLEEP {
                // Lets the caller look at what only it knows of, such as a lost console.
                return Woken::Attention;
            }
            futex_wait(word, value, left.min(LONGEST_SLEEP));
            slept = left > LONGEST_SLEEP;
        }
    }

    /// Installs the handler for one signal; but a hang-up that whoever started us asked to ignore
    /// (`nohup`) stays ignored. An ignored SIGINT does not count: every script's background job has
    /// that, and people still end it so.
    fn take(&mut self, signal: libc::c_int) -> io::Result<()> {
        // SAFETY: (attention-1) all zeroes is a valid sigaction: no flags, an empty mask.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as usize;
        // The supervisor stops children itself, to change what they have mapped (`remote`).
        action.sa_flags = libc::SA_RESTART | libc::SA_NOCLDSTOP;
        action.sa_mask = set_of(&SIGNALS);
        let old = exchange_action(signal, &action)?;
        if old.sa_sigaction == libc::SIG_IGN && signal == libc::SIGHUP {
            exchange_action(signal, &old)?;
        } else {
            self.old_actions.push((signal, old));
        }
        Ok(())
    }
}

impl Drop for Attention {
    fn drop(&mut self) {
        for (signal, action) in &self.old_actions {
            // It was taken with these very values; there is nothing better to do if it fails.
            let _ = exchange_action(*signal, action);
        }
        let _ = change_mask(libc::SIG_SETMASK, &self.old_mask);
    }
}

/// Tells the supervisor, which is there, that somebody has typed.
pub(crate) fn input_came() {
    // SAFETY: (attention-8) sends a signal to a thread of this process that has a handler for it.
    unsafe {
        let supervisor = SUPERVISOR.load(Ordering::SeqCst);
        libc::syscall(libc::SYS_tgkill, libc::getpid(), supervisor, libc::SIGIO);
    }
}

/// Notes a signal. Runs at any moment, so it only stores to atomics and makes plain Linux calls.
extern "C" fn on_signal(signal: libc::c_int) {
    let supervisor = SUPERVISOR.load(Ordering::SeqCst);
    if thread_id() != supervisor {
        // SAFETY: (attention-2) sends a signal to a thread of this process, whose handler this is.
        // errno, which the interrupted code may be about to read, is put back.
        unsafe {
            let errno = *libc::__errno_location();
            libc::syscall(libc::SYS_tgkill, libc::getpid(), supervisor, signal);
            *libc::__errno_location() = errno;
        }
        return;
    }
    if signal == libc::SIGCHLD {
        CHILD_ENDED.store(true, Ordering::SeqCst);
    } else if signal == libc::SIGIO {
        INPUT_CAME.store(true, Ordering::SeqCst);
    } else {
        INTERRUPTED_BY.store(signal, Ordering::SeqCst);
    }
    let watched = WATCHED.load(Ordering::SeqCst);
    // SAFETY: (attention-3) the pointer is null or that of the word which this very thread is in
    // `sleep_while` for, whose reference is therefore still borrowed.
    if let Some(word) = unsafe { watched.as_ref() } {
        word.fetch_or(ATTENTION, Ordering::SeqCst);
    }
}

fn exchange_action(signal: i32, action: &libc::sigaction) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: (attention-4) both point to a sigaction; Linux fills the second one on success.
    unsafe {
        checked(libc::sigaction(signal, action, old.as_mut_ptr()))?;
        Ok(old.assume_init())
    }
}

/// The set of these signals.
pub(crate) fn set_of(signals: &[libc::c_int]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: (attention-5) sigemptyset initialises the set; the numbers are valid signals.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for &signal in signals {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

/// Changes the calling thread's signal mask and gives the old one.
pub(crate) fn change_mask(how: libc::c_int, set: &libc::sigset_t) -> io::Result<libc::sigset_t> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: (attention-6) both point to a sigset_t; the second one is filled on success.
    match unsafe { libc::pthread_sigmask(how, set, old.as_mut_ptr()) } {
        // SAFETY: (attention-7) success, so it is filled.
        0 => Ok(unsafe { old.assume_init() }),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raise(signal: libc::c_int) {
        // SAFETY: sends a signal that the test has a handler for to this process.
        unsafe { libc::kill(libc::getpid(), signal) };
    }

    fn soon(milliseconds: u64) -> Instant {
        Instant::now() + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_sleep_ends_by_change_signal_or_time() {
        let attention = Attention::claim().expect("signal handlers");
        let word = AtomicU32::new(0);
        assert_eq!(attention.sleep_while(&word, 1, soon(1_000)), Woken::Changed(0));
        assert_eq!(attention.sleep_while(&word, 0, soon(5)), Woken::Late);
        word.store(ATTENTION, Ordering::SeqCst);
        assert_eq!(attention.sleep_while(&word, 0, soon(1_000)), Woken::Attention);
        assert_eq!(word.load(Ordering::SeqCst), 0, "the bit is taken away");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(20));
                raise(libc::SIGTERM);
            });
            assert_eq!(attention.sleep_while(&word, 0, soon(10_000)), Woken::Attention);
        });
        assert_eq!(attention.interrupted_by(), Some(libc::SIGTERM));
        assert!(!attention.child_ended());
    }

    #[test]
    fn a_long_sleep_gives_the_caller_a_look_now_and_then() {
        let attention = Attention::claim().expect("signal handlers");
        let word = AtomicU32::new(0);
        let begin = Instant::now();
        assert_eq!(attention.sleep_while(&word, 0, soon(60_000)), Woken::Attention);
        assert!(begin.elapsed() < 4 * LONGEST_SLEEP);
    }

    fn handler_of(signal: libc::c_int) -> usize {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: only asks; Linux fills the action, for which all zeroes is valid anyway.
        unsafe {
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
            action.assume_init().sa_sigaction
        }
    }

    #[test]
    fn the_old_handlers_come_back() {
        let ours = on_signal as extern "C" fn(libc::c_int) as usize;
        let taken = Attention::claim().expect("signal handlers");
        let before: Vec<_> =
            taken.old_actions.iter().map(|(signal, old)| (*signal, old.sa_sigaction)).collect();
        assert!(before.iter().any(|(signal, _)| *signal == libc::SIGINT));
        assert!(before.iter().all(|(signal, old)| handler_of(*signal) == ours && *old != ours));
        drop(taken);
        let again = Attention::claim().expect("signal handlers");
        let after = again.old_actions.iter().map(|(signal, old)| (*signal, old.sa_sigaction));
        assert_eq!(after.collect::<Vec<_>>(), before);
    }
}
