//! Ctrl-C while others work for us (TL-1, TL-4).
//!
//! Cargo starts compilers, which start linkers. Whoever ends the tool wants all of them gone,
//! whether the signal came from a terminal, which reaches everybody in the foreground, or from
//! `kill`, which reaches one. So cargo runs in a process group of its own, and a signal that comes
//! to us goes on to that whole group; the caller then finds its cargo dead, and asks here whether
//! that was why.
//!
//! The handler stays for the rest of the program's life, because a handler cannot be given back
//! without a moment in which a signal is lost. While nobody works for us it does what Linux would
//! have done without it: it ends the program.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// The signals that end the work.
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// Everything that must hear of a signal.
static STATE: Mutex<State> =
    Mutex::new(State { is_watching: false, last_key: 0, works: Vec::new() });

struct State {
    is_watching: bool,
    last_key: u64,
    works: Vec<Entry>,
}

struct Entry {
    key: u64,
    group: Option<Pid>,
    signal: Option<i32>,
}

/// A stretch of work that a signal does not cut off in the middle, but is noted for.
pub(crate) struct Work {
    key: u64,
}

impl Work {
    /// Begins work of our own, which looks at [`Work::signal`] when it is in a good state.
    pub(crate) fn begin() -> io::Result<Work> {
        let mut state = watched()?;
        Ok(state.enter(None))
    }

    /// Starts `command` as the leader of a process group that ends with us.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Worker> {
        // Held until the group is entered, so that no signal falls between start and entry.
        let mut state = watched()?;
        let child = command.process_group(0).spawn()?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let work = state.enter(group);
        Ok(Worker { child, work })
    }

    /// The signal that came since the work began, if one did.
    pub(crate) fn signal(&self) -> Option<i32> {
        lock().works.iter().find(|entry| entry.key == self.key)?.signal
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        lock().works.retain(|entry| entry.key != self.key);
    }
}

/// A program that works for us.
pub(crate) struct Worker {
    /// The program itself, with the pipes that were asked for.
    pub(crate) child: Child,
    work: Work,
}

/// The process group of a program that works for us.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// Ends everything in it at once. A group that is gone already needs nothing.
    pub(crate) fn kill(self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Worker {
    /// Its process group, which may be ended from another thread while this one waits.
    pub(crate) fn group(&self) -> Group {
        Group(i32::try_from(self.child.id()).ok().and_then(Pid::from_raw))
    }

    /// Waits for its end; also tells which signal from outside caused that, if one did.
    pub(crate) fn wait(mut self) -> io::Result<(ExitStatus, Option<i32>)> {
        let status = self.child.wait()?;
        Ok((status, self.work.signal()))
    }
}

impl State {
    fn enter(&mut self, group: Option<Pid>) -> Work {
        self.last_key += 1;
        let key = self.last_key;
        self.works.push(Entry { key, group, signal: None });
        Work { key }
    }
}

/// The state, with somebody watching for signals.
fn watched() -> io::Result<MutexGuard<'static, State>> {
    let mut state = lock();
    if !state.is_watching {
        let ignored = ignored_signals();
        let signals = SIGNALS.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let mut signals = Signals::new(signals)?;
        std::thread::Builder::new()
            .name("interruption".into())
            .spawn(move || signals.forever().for_each(pass_on))?;
        state.is_watching = true;
    }
    Ok(state)
}

/// Gives a signal to all who work for us; to this whole program, if nobody does.
fn pass_on(signal: i32) {
    let mut state = lock();
    if state.works.is_empty() {
        // The signals are ours, so they are known and their default is to end the program.
        let _ = emulate_default_handler(signal);
    }
    for entry in &mut state.works {
        entry.signal = Some(signal);
        if let (Some(group), Some(signal)) = (entry.group, Signal::from_named_raw(signal)) {
            // A group that is gone already needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }
}

/// The signals that whoever started us wants ignored (`nohup`, a shell's `&`), as Linux's bit set:
/// bit 0 is signal 1.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0)
}

/// Nothing under the lock can panic halfway, so a poisoned state is as good as any.
fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    #[test]
    fn a_signal_ends_a_worker_with_everything_that_it_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut worker = Work::spawn(&mut command).expect("a shell");
        let own = Work::begin().expect("work");
        let mut number = String::new();
        let output = worker.child.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut number).expect("a line");
        assert!(is_alive(number.trim()));
        assert_eq!(own.signal(), None);
        rustix::process::kill_process(rustix::process::getpid(), Signal::TERM).expect("allowed");
        let (status, signal) = worker.wait().expect("it ends");
        assert!(!status.success());
        assert_eq!((signal, own.signal()), (Some(SIGTERM), Some(SIGTERM)));
        let patience = Instant::now() + Duration::from_secs(10);
        while is_alive(number.trim()) {
            assert!(Instant::now() < patience, "the sleep is still there");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether a Linux process is there and has not ended, collected or not.
    fn is_alive(number: &str) -> bool {
        let line = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        line.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
    }
}
