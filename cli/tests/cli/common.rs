//! Runs the real command, and looks at what is left of it.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use signal_hook::consts::SIGINT;

/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its exit status; `None` after a signal.
    pub(crate) status: Option<i32>,
    /// What it wrote to standard output.
    pub(crate) output: String,
    /// What it wrote to standard error.
    pub(crate) error: String,
}

impl Seen {
    /// Asserts that standard error holds each of `texts`, in this order.
    pub(crate) fn says(&self, texts: &[&str]) -> &Seen {
        let mut rest = &*self.error;
        for text in texts {
            let place = rest.find(text);
            let place = place.unwrap_or_else(|| panic!("no {text:?} (in this order) in {self:#?}"));
            rest = &rest[place + text.len()..];
        }
        self
    }

    /// Asserts the exit status.
    pub(crate) fn ends_with(&self, status: u8) -> &Seen {
        assert_eq!(self.status, Some(status.into()), "{self:#?}");
        self
    }
}

/// The command, to be run in the folder `folder`.
///
/// Whatever it builds goes where the command itself was built, so that the crates of the
/// host are built once.
pub(crate) fn guichet(folder: &Path) -> Command {
    pass_no_ignored_ctrl_c_on();
    let program = Path::new(env!("CARGO_BIN_EXE_guichet"));
    let mut command = Command::new(program);
    let target = program.ancestors().nth(2).expect("target/debug/guichet");
    command.current_dir(folder).stdin(Stdio::null()).env("CARGO_TARGET_DIR", target);
    // Systems in temporary folders are built once and never again.
    command.env("CARGO_INCREMENTAL", "0").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Sees to it that Ctrl-C means to the command what it means at a terminal, also where whoever started these
/// tests had it ignored, as a script's `&` does. A program that is started inherits what is ignored, but
/// not what is handled; so here it is handled, by nothing that matters.
fn pass_no_ignored_ctrl_c_on() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").expect("/proc is mounted");
        let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).expect("a line");
        let ignored = u64::from_str_radix(bits.trim(), 16).expect("a set of signals");
        if ignored >> (SIGINT - 1) & 1 != 0 {
            let unread = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(SIGINT, unread).expect("a handler");
        }
    });
}

/// Runs the command with `arguments` in `folder`, to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Seen {
    seen(guichet(folder).args(arguments).output().expect("it can be run"))
}

/// As [`run`], while somebody types `input` and then nothing more.
pub(crate) fn run_typing(folder: &Path, arguments: &[&str], input: &str) -> Seen {
    let mut command = guichet(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it can be run");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it is read");
    drop(stdin);
    seen(child.wait_with_output().expect("it ends"))
}

/// What a finished command left, as text.
pub(crate) fn seen(output: Output) -> Seen {
    let text = |bytes| String::from_utf8(bytes).expect("the command writes text");
    Seen { status: output.status.code(), output: text(output.stdout), error: text(output.stderr) }
}

/// Whether this machine can build for boards and emulate them. A machine that cannot says so, and
/// runs the rest; `cargo xtask test` sees to it that it can.
pub(crate) fn has_boards() -> bool {
    let has_boards = guichet::boards::BOARDS.iter().all(guichet::boards::Board::can_run_here);
    if !has_boards {
        eprintln!("boards are left out: `cargo xtask setup` says what they need");
    }
    has_boards
}

/// A folder of a test, outside of this repository.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The folder of this repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Makes the system `name` in `folder`, and gives its folder.
pub(crate) fn new_system(folder: &Path, name: &str) -> PathBuf {
    run(folder, &["new", name]).ends_with(0);
    folder.join(name)
}

/// Replaces `old` by `new` in the file, where it must stand.
pub(crate) fn edit(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).expect("the file is there");
    assert!(text.contains(old), "no {old:?} in {text}");
    fs::write(file, text.replace(old, new)).expect("the file can be written");
}

/// The entries of a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().expect("text")).collect();
    names.sort();
    names
}

/// Waits until `look` finds something.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for the end of a command, and for no longer than is fair.
pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    wait_for("the command's end", || child.try_wait().expect("it can be waited for"))
}

/// Reads until a line that holds `text`, and gives everything up to there.
pub(crate) fn read_until(from: &mut impl Read, text: &str) -> String {
    let mut read = Vec::new();
    let mut byte = [0];
    loop {
        let seen = String::from_utf8_lossy(&read).into_owned();
        if seen.contains(text) && seen.ends_with('\n') {
            return seen;
        }
        assert_eq!(from.read(&mut byte).expect("a pipe"), 1, "no {text:?} in {seen}");
        read.push(byte[0]);
    }
}

/// A Linux process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinuxProcess(pub(crate) i32);

impl LinuxProcess {
    /// The number of a command that this test started.
    pub(crate) fn of(child: &Child) -> LinuxProcess {
        LinuxProcess(i32::try_from(child.id()).expect("a small number"))
    }

    /// The processes that it started.
    pub(crate) fn children(self) -> Vec<LinuxProcess> {
        let entries = fs::read_dir("/proc").expect("/proc is mounted");
        let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let all = numbers.map(LinuxProcess);
        all.filter(|child| child.stat(1) == Some(self.0.to_string())).collect()
    }

    /// Its first argument, which is a process's name.
    pub(crate) fn name(self) -> String {
        let line = fs::read(format!("/proc/{}/cmdline", self.0)).unwrap_or_default();
        let name = line.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(name).into_owned()
    }

    /// Whether it still runs; one that has ended and only waits to be collected does not.
    pub(crate) fn is_alive(self) -> bool {
        self.stat(0).is_some_and(|state| state != "Z" && state != "X")
    }

    /// Sends it a signal.
    pub(crate) fn signal(self, signal: rustix::process::Signal) {
        let number = rustix::process::Pid::from_raw(self.0).expect("a number above 0");
        rustix::process::kill_process(number, signal).expect("it is there and ours");
    }

    /// The word of /proc/N/stat at `index` behind the name in brackets, which may hold anything.
    fn stat(self, index: usize) -> Option<String> {
        let line = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        line.rsplit_once(") ")?.1.split(' ').nth(index).map(str::to_owned)
    }
}
