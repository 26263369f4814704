//! An emulated board that is watched while it runs.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use guichet::boards::Board;

use crate::image::Image;

/// Far longer than any run takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// Every instruction takes a nanosecond of the machine's own time, and nobody waits for that of ours.
const COUNTED: [&str; 2] = ["-icount", "shift=0,sleep=off"];

/// A running emulator. It is ended when this is dropped.
pub(crate) struct Emulator {
    child: Child,
    lines: Receiver<String>,
    /// What has been heard.
    console: String,
    end: Instant,
}

impl Emulator {
    /// Runs an image in the machine's own time, with further arguments, and gives what the console
    /// showed. Blocks until it has ended, which it must with status 0.
    pub(crate) fn run(image: &Image, arguments: &[OsString]) -> Result<String> {
        let counted = COUNTED.map(OsString::from);
        let arguments = [&counted, arguments].concat();
        let mut emulator = Emulator::start(image.board, &image.built.image, &arguments)?;
        while emulator.next_line()?.is_some() {}
        let status = emulator.child.wait().context("the emulator is lost")?;
        let console = std::mem::take(&mut emulator.console);
        ensure!(status.success(), "the run ended with {status}:\n{console}");
        Ok(console)
    }

    /// Starts an image's file with further arguments.
    pub(crate) fn start(board: &Board, image: &Path, arguments: &[OsString]) -> Result<Emulator> {
        let described = &board.emulator;
        let mut command = Command::new(described.program);
        command.args(arguments).args(described.arguments).arg(image);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child =
            command.spawn().with_context(|| format!("cannot run `{}`", described.program))?;
        let (sender, lines) = channel();
        let output = child.stdout.take();
        thread::spawn(move || {
            let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines());
            for line in lines.map_while(std::io::Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Emulator { child, lines, console: String::new(), end: Instant::now() + PATIENCE })
    }

    /// Blocks until a program says so.
    ///
    /// # Errors
    /// If the run ends before, or takes too long.
    pub(crate) fn wait_for(&mut self, word: &str) -> Result<()> {
        loop {
            match self.next_line()? {
                Some(line) if line.ends_with(word) => return Ok(()),
                Some(_) => {}
                None => bail!("nobody said `{word}`:\n{}", self.console),
            }
        }
    }

    /// The next line of the console; nothing when the run has ended.
    fn next_line(&mut self) -> Result<Option<String>> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        match self.lines.recv_timeout(self.end.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                self.console.push_str(&line);
                self.console.push('\n');
                Ok(Some(line))
            }
            Err(Disconnected) => Ok(None),
            Err(Timeout) => bail!("the run did not end within {PATIENCE:?}:\n{}", self.console),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
