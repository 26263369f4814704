//! One call of cargo, watched.
//!
//! Cargo's own words are for whoever builds one package by hand; of a system that builds, nobody
//! wants to read them. They are kept, and shown when they are needed: all of them when the build
//! fails, the latest line while somebody waits.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::interruption::Work;
use crate::{Failure, Progress};

/// The width of the column in which cargo writes what it does.
const VERB_COLUMNS: usize = 12;

/// What cargo said.
pub(crate) struct Said {
    /// Whether it did what it was asked for.
    pub(crate) is_success: bool,
    /// Its messages for machines.
    pub(crate) messages: Vec<u8>,
    /// Its words for people.
    pub(crate) words: String,
}

/// The cargo to use: the one that started us, if one did, so that both are of one toolchain.
pub(crate) fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// What cargo is called with.
pub(crate) struct Call<'a> {
    /// The cargo to use.
    pub(crate) program: &'a OsStr,
    /// What is set in its environment, beside what it inherits.
    pub(crate) environment: &'a [(&'static str, OsString)],
    /// What it is to do.
    pub(crate) arguments: &'a [OsString],
}

/// Runs cargo in `folder` and waits for its end, telling `progress` what it says.
///
/// # Errors
/// [`Failure::NoCargo`] if there is none, [`Failure::Interrupted`] if a signal ended it.
pub(crate) fn run(
    folder: &Path,
    call: &Call<'_>,
    progress: &mut dyn Progress,
) -> Result<Said, Failure> {
    let no_cargo = |source| Failure::NoCargo { program: call.program.to_owned(), source };
    let mut command = Command::new(call.program);
    command.current_dir(folder).args(call.arguments);
    command.envs(call.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut worker = Work::spawn(&mut command).map_err(no_cargo)?;
    let messages = worker.child.stdout.take();
    let words = worker.child.stderr.take();
    let (messages, words) = thread::scope(|scope| {
        let messages = scope.spawn(|| read_all(messages));
        let words = read_lines(words, progress);
        (messages.join().unwrap_or_default(), words)
    });
    let (status, signal) = worker.wait().map_err(no_cargo)?;
    match signal {
        Some(signal) => Err(Failure::Interrupted(signal)),
        None => Ok(Said { is_success: status.success(), messages, words }),
    }
}

/// Everything up to the end, or up to an error, which here means as much.
fn read_all(from: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        let _ = from.read_to_end(&mut bytes);
    }
    bytes
}

fn read_lines(from: Option<impl Read>, progress: &mut dyn Progress) -> String {
    let mut text = String::new();
    for line in from.into_iter().flat_map(|from| BufReader::new(from).split(b'\n')) {
        let Ok(line) = line else { break };
        let line = String::from_utf8_lossy(&line);
        if let Some(status) = status_line(&line) {
            progress.detail(&status);
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// What cargo says that it does now, without what a terminal would act upon; nothing for a line of
/// a warning or an error. Cargo puts the verb to the right of a column of its own.
fn status_line(line: &str) -> Option<String> {
    let line = anstream::adapter::strip_str(line).to_string();
    let (verb, rest) = line.split_at_checked(VERB_COLUMNS)?;
    let verb = verb.trim_start();
    let is_status = rest.starts_with(' ')
        && verb.starts_with(|first: char| first.is_ascii_uppercase())
        && verb.chars().all(|letter| letter.is_ascii_alphabetic());
    let text = format!("{verb}{rest}");
    is_status.then(|| text.trim().chars().filter(|character| !character.is_control()).collect())
}

/// Whether cargo shall colour its words: as we colour ours, since we show them.
pub(crate) fn colour() -> &'static str {
    match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => "never",
        _ => "always",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_does_is_progress_and_it_drives_no_terminal() {
        let table = [
            ("\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m a\u{7} v1\r", Some("Compiling a v1")),
            ("    Blocking waiting for file lock", Some("Blocking waiting for file lock")),
            ("warning: unused variable: `x`", None),
            ("   |         ^ help: Try this", None),
            ("  é           x", None),
            ("", None),
        ];
        for (line, expected) in table {
            assert_eq!(status_line(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn words_that_are_no_text_are_still_read() {
        struct Heard(Vec<String>);
        impl Progress for Heard {
            fn detail(&mut self, line: &str) {
                self.0.push(line.to_owned());
            }
        }
        let mut heard = Heard(Vec::new());
        let text = read_lines(Some(&b"one\n\xFF\n   Compiling \xFF"[..]), &mut heard);
        assert_eq!(text, "one\n\u{FFFD}\n   Compiling \u{FFFD}\n");
        assert_eq!(heard.0, ["Compiling \u{FFFD}"]);
    }
}
