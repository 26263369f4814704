//! Linux as a board: each process of a system is a Linux process, a child of this one.

use std::fs;
use std::io::{self, PipeWriter, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use guichet::{BuiltSystem, Ending, LinkedCapsule, Profile};
use guichet_port_linux::{ProgramError, ProgramImage};
use rustix::process::{Pid, Signal, kill_process};

use crate::board::{Ended, words};

/// The other end of what is our standard input from here on.
static KEYBOARD: OnceLock<PipeWriter> = OnceLock::new();

/// Makes standard input a pipe that only [`type_text`] writes to, so that a system which reads what is
/// typed hears only of what it has asked for.
pub(crate) fn take_keyboard() -> io::Result<()> {
    let (reader, writer) = io::pipe()?;
    rustix::stdio::dup2_stdin(&reader)?;
    // Twice would be a second harness in this process; the first keyboard is as good.
    let _ = KEYBOARD.set(writer);
    Ok(())
}

/// Types a text and a line break.
pub(crate) fn type_text(text: &str) -> Result<(), String> {
    let mut keyboard = KEYBOARD.get().ok_or("there is no keyboard")?;
    writeln!(keyboard, "{text}").map_err(|error| format!("nothing can be typed: {error}"))
}

/// The capsules of systems' own, by their names in the systems' files: the kernel is in this process.
const CAPSULES: [LinkedCapsule; 2] = [
    LinkedCapsule::new("latest_value", &latest_value::CAPSULE),
    LinkedCapsule::new("policy", &guichet_suite_policy::CAPSULE),
];

/// Builds the programs of the system in a folder.
pub(crate) fn build(folder: &Path) -> Result<BuiltSystem, String> {
    guichet::build_system(folder, Profile::Development).map_err(words)
}

/// Runs a system.
pub(crate) fn run(
    built: &BuiltSystem,
    limit: Duration,
    console: Box<dyn Write + Send>,
) -> Result<Ended, String> {
    let ending = guichet::run_system_with(built, &CAPSULES, Some(limit), console);
    Ok(match ending.map_err(words)? {
        Ending::Shutdown(status) => Ended::Status(status),
        Ending::TimedOut(time) => Ended::Otherwise(format!("it did not end within {time:?}")),
        other => Ended::Otherwise(format!("{other:?}")),
    })
}

/// Kills the child that was started under a process's name.
pub(crate) fn end_process(name: &str) -> Result<(), String> {
    let child = children()?
        .into_iter()
        .find(|number| started_as(*number).as_deref() == Some(name))
        .ok_or_else(|| format!("there is no process `{name}` to end"))?;
    let child = Pid::from_raw(child).ok_or("a process has no number")?;
    kill_process(child, Signal::KILL).map_err(|error| format!("`{name}` cannot be ended: {error}"))
}

/// The children of this process, dead or alive.
pub(crate) fn children() -> Result<Vec<i32>, String> {
    let processes = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(numbers.filter(|number| is_child(*number)).collect())
}

fn is_child(number: i32) -> bool {
    let parent = || -> Option<u32> {
        let line = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // The name in brackets may hold anything; the state and the parent follow it.
        line.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    parent() == Some(std::process::id())
}

/// The name that a Linux process was started under.
fn started_as(number: i32) -> Option<String> {
    let line = fs::read(format!("/proc/{number}/cmdline")).ok()?;
    let name = line.split(|byte| *byte == 0).next()?;
    String::from_utf8(name.to_vec()).ok()
}

/// Tells whether a program is refused for the ABI that it was built for.
pub(crate) fn refuse_another_abi(program: &Path) -> Result<(), String> {
    match ProgramImage::load(program) {
        Err(ProgramError::WrongAbi { .. }) => Ok(()),
        Err(other) => Err(format!("refused for another reason: {other}")),
        Ok(_) => Err("it was accepted".to_owned()),
    }
}
