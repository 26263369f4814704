//! Asking the emulator for memory, by its own protocol: lines of JSON over a socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to an emulator.
pub(crate) struct Monitor {
    input: BufReader<UnixStream>,
    output: UnixStream,
}

impl Monitor {
    /// Connects to the emulator that was told to listen there.
    pub(crate) fn connect(socket: &Path) -> Result<Monitor> {
        let output = UnixStream::connect(socket).context("the emulator does not listen")?;
        output.set_read_timeout(Some(PATIENCE))?;
        let input = BufReader::new(output.try_clone()?);
        let mut monitor = Monitor { input, output };
        monitor.command(&json!({ "execute": "qmp_capabilities" }))?;
        Ok(monitor)
    }

    /// Writes a range of the machine's memory into a file.
    pub(crate) fn save(&mut self, address: u64, length: u64, file: &Path) -> Result<()> {
        let arguments = json!({ "val": address, "size": length, "filename": file });
        self.command(&json!({ "execute": "pmemsave", "arguments": arguments }))
    }

    /// Gives a command and waits until it is done.
    fn command(&mut self, command: &Value) -> Result<()> {
        writeln!(self.output, "{command}")?;
        loop {
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                bail!("the emulator ended before it had done {command}");
            }
            let said: Value = serde_json::from_str(&line).context("the emulator's words")?;
            if said.get("return").is_some() {
                return Ok(());
            }
            if let Some(error) = said.get("error") {
                bail!("the emulator refuses {command}: {error}");
            }
            // A greeting, or an event that nobody asked for.
        }
    }
}
