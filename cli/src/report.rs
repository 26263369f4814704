//! What the tool itself says, and how (TL-3, TL-4).
//!
//! To standard error goes what a person reads, coloured if it is a terminal that wants colours; to
//! standard output goes what was asked for. Nobody may be reading any more: then there is
//! nobody to tell, and least of all is that a reason to panic.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::{Failure, status};
use anstream::stderr;
use clap::builder::styling::{AnsiColor, Style};
use guichet_system::Diagnostics;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// Says one line.
pub fn say(text: impl Display) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Shows diagnostics, if there are any.
pub fn diagnostics(diagnostics: &Diagnostics) {
    let _ = write!(stderr().lock(), "{}", diagnostics.render(true));
}

/// Shows a failure and what to do about it, and gives the exit status for it.
pub fn failure(failure: &Failure) -> u8 {
    match failure {
        // Whoever stopped the work, or listening, knows.
        Failure::Interrupted(_) => {}
        _ if failure.exit_status() == status::BROKEN_PIPE => {}
        Failure::System(wrong) => diagnostics(wrong),
        Failure::NotBuilt { names, words } => {
            not_built(words, format!("the program of `{names}` does not build"));
        }
        Failure::KernelNotBuilt { capsules, words } => {
            not_built(words, format!("the kernel does not build with {capsules}"));
        }
        _ => error(failure),
    }
    if let Some(help) = failure.help() {
        say(format!("{HELP}help{HELP:#}: {help}"));
    }
    failure.exit_status()
}

/// Shows cargo's words, which have their own colours, and what they mean.
fn not_built(words: &str, meaning: String) {
    say(words.trim_end());
    say("");
    error(meaning);
}

/// Says that something is wrong.
pub fn error(text: impl Display) {
    say(format!("{ERROR}error{ERROR:#}: {text}"));
}

/// Writes to standard output, and gives the exit status `status`, or that of a closed pipe.
pub fn output(text: &str, status: u8) -> u8 {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => status,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => status::BROKEN_PIPE,
        Err(problem) => {
            error(format!("cannot write to standard output: {problem}"));
            status::NOT_RUN
        }
    }
}
