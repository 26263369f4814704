//! Running an image on an emulated board.
//!
//! What the board prints is already lines with their owners, so it goes through as it comes. The
//! image ends the machine by itself, with the status of the run; here are the other ends: the time
//! that was given, a signal, and an emulator that is not there.

use std::io::{self, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use guichet_port_linux::read_input;
use guichet_system::System;

use crate::boards::Board;
use crate::image::BuiltImage;
use crate::interruption::Work;
use crate::{Failure, status};

/// How a run on an emulated board ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardEnding {
    /// The image ended the machine with this status: that of `debug_shutdown`, or
    /// [`status::NOTHING_LEFT`].
    Ended(u8),
    /// The time was over.
    TimedOut(Duration),
}

/// Runs an image until it ends, at most for `timeout`, with what it prints going to `console`
/// (TL-1). Nothing that was started is left when it returns.
///
/// # Errors
/// [`Failure::NoEmulator`], [`Failure::Emulator`] if it ends by itself, [`Failure::Console`] if
/// `console` takes nothing any more, and [`Failure::Interrupted`].
pub fn run_image(
    image: &BuiltImage,
    board: &Board,
    timeout: Option<Duration>,
    console: &mut (dyn Write + Send),
) -> Result<BoardEnding, Failure> {
    run_image_with(image, board, &[], timeout, console)
}

/// As [`run_image`], with more arguments for the emulator: for tests and measurements, where its time
/// is to pass with its instructions instead of with the clock on the wall.
///
/// # Errors
/// As [`run_image`].
pub fn run_image_with(
    image: &BuiltImage,
    board: &Board,
    arguments: &[&str],
    timeout: Option<Duration>,
    console: &mut (dyn Write + Send),
) -> Result<BoardEnding, Failure> {
    let emulator = &board.emulator;
    let missing = |source| Failure::NoEmulator {
        program: emulator.program,
        package: emulator.package,
        source,
    };
    let mut command = Command::new(emulator.program);
    command.args(arguments).args(emulator.arguments).arg(&image.image);
    let wants_input = wants_input(&image.built.system);
    command.stdin(if wants_input { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut worker = Work::spawn(&mut command).map_err(missing)?;
    let group = worker.group();
    let (output, errors) = (worker.child.stdout.take(), worker.child.stderr.take());
    let input = Typing::start(worker.child.stdin.take());
    let (ended, end) = sync_channel::<()>(0);
    let (status, signal, timed_out, written, words) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let written = pass_on(output, console);
            if written.is_err() {
                group.kill();
            }
            written
        });
        let errors = scope.spawn(|| read_all(errors));
        let watch = scope.spawn(move || {
            let is_late = match timeout {
                Some(timeout) => end.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout),
                None => false,
            };
            if is_late {
                group.kill();
            }
            is_late
        });
        let result = worker.wait();
        drop(ended);
        drop(input);
        let timed_out = watch.join().unwrap_or(false);
        let written = writer.join().unwrap_or(Ok(()));
        let words = errors.join().unwrap_or_default();
        let (status, signal) = match result {
            Ok((status, signal)) => (Ok(status), signal),
            Err(error) => (Err(error), None),
        };
        (status, signal, timed_out, written, words)
    });
    if let Some(signal) = signal {
        return Err(Failure::Interrupted(signal));
    }
    written.map_err(Failure::Console)?;
    match timeout {
        Some(timeout) if timed_out => Ok(BoardEnding::TimedOut(timeout)),
        Some(_) | None => ending(status.map_err(missing)?, &words, emulator.program),
    }
}

/// Whether somebody may want to know what is typed: only a process with an interrupt line can be told.
fn wants_input(system: &System) -> bool {
    let mut interrupts = system.processes.iter().flat_map(|process| &process.interrupts);
    interrupts.any(|interrupt| interrupt.lines.iter().any(|line| line.number.is_some()))
}

/// Hands what is typed to the emulator, until it is dropped.
///
/// The emulator does not get our standard input itself: it is in a process group of its own, which a
/// terminal would stop, and would change the terminal's mode, so that Ctrl-C came to it as a byte.
struct Typing {
    is_over: Arc<AtomicBool>,
}

impl Typing {
    fn start(emulator: Option<ChildStdin>) -> Typing {
        let typing = Typing { is_over: Arc::new(AtomicBool::new(false)) };
        let is_over = Arc::clone(&typing.is_over);
        if let Some(mut emulator) = emulator {
            // Waits for somebody who may never type: so nobody waits for it.
            thread::spawn(move || {
                let mut pass_on = |bytes: &[u8]| {
                    emulator.write_all(bytes).and_then(|()| emulator.flush()).is_ok()
                };
                read_input(&|| is_over.load(Ordering::SeqCst), &mut pass_on);
                // Open until the run is over: what the emulator makes of an end is its own affair.
                while !is_over.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(50));
                }
            });
        }
        typing
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

/// What the emulator's end says of the run. The image's statuses are known; whatever else comes is
/// the emulator's own trouble.
fn ending(status: ExitStatus, words: &str, program: &'static str) -> Result<BoardEnding, Failure> {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    match code {
        Some(code)
            if words.is_empty() && (code <= HIGHEST_ERROR || code == status::NOTHING_LEFT) =>
        {
            Ok(BoardEnding::Ended(code))
        }
        Some(_) | None => {
            Err(Failure::Emulator { program, words: format!("{status}\n{}", words.trim_end()) })
        }
    }
}

/// What QEMU 7.2 says of a machine that is in order: SysTick of some has no clock until it is given
/// one.
const HARMLESS: &str = "Timer with period zero, disabling";

/// The highest code of an error (AB-1).
const HIGHEST_ERROR: u8 = 16;

/// Copies everything, at once as it comes.
fn pass_on(from: Option<impl Read>, to: &mut dyn Write) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    let mut bytes = [0; 4096];
    loop {
        match from.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                to.write_all(bytes.get(..length).unwrap_or_default())?;
                to.flush()?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The other end of the pipe is gone, and with it the emulator.
            Err(_) => return Ok(()),
        }
    }
}

fn read_all(from: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        let _ = from.read_to_end(&mut bytes);
    }
    let text = String::from_utf8_lossy(&bytes);
    text.lines().filter(|line| line.trim_end() != HARMLESS).flat_map(|line| [line, "\n"]).collect()
}
