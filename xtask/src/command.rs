//! Running another program: in the right folder, with a word on what failed.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Another program, about to be run.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
}

impl Program {
    /// A program in a folder. rustup is kept from fetching toolchains, whatever the machine says.
    pub(crate) fn new(program: &str, folder: &Path) -> Program {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env("RUSTUP_AUTO_INSTALL", "0");
        Program { command }
    }

    /// With these arguments behind those that it has.
    pub(crate) fn arguments<A: AsRef<OsStr>>(mut self, arguments: &[A]) -> Program {
        self.command.args(arguments);
        self
    }

    /// With this variable in its environment.
    pub(crate) fn environment(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end and lets it speak for itself.
    pub(crate) fn run(mut self) -> Result<()> {
        let status = self.command.status().with_context(|| format!("cannot run `{self}`"))?;
        if !status.success() {
            bail!("`{self}` failed with {status}");
        }
        Ok(())
    }

    /// Runs it to its end and gives what it wrote to standard output. If it fails, the error has
    /// what it wrote to standard error.
    pub(crate) fn output(self) -> Result<String> {
        let text = self.to_string();
        let output = self.finished()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`{text}` failed with {}\n{}", output.status, said.trim_end());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it to its end, whichever that is, and gives everything that it wrote.
    pub(crate) fn finished(mut self) -> Result<Output> {
        self.command.output().with_context(|| format!("cannot run `{self}`"))
    }
}

/// As one would type it, without the environment.
impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.command.get_program().to_string_lossy())?;
        self.command.get_args().try_for_each(|argument| {
            let argument = argument.to_string_lossy();
            let needs_quotes = argument.is_empty() || argument.contains([' ', '*', '$', '"']);
            if needs_quotes {
                write!(formatter, " '{argument}'")
            } else {
                write!(formatter, " {argument}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::new("sh", Path::new(".")).arguments(&["-c", script])
    }

    #[test]
    fn what_failed_can_be_typed_again() {
        let error = shell("exit 3").run().unwrap_err().to_string();
        assert_eq!(error, "`sh -c 'exit 3'` failed with exit status: 3");
    }

    #[test]
    fn output_is_given_and_complaints_are_kept() {
        assert_eq!(shell("echo yes; echo no >&2").output().unwrap(), "yes\n");
        let error = shell("echo why >&2; false").output().unwrap_err().to_string();
        assert!(error.ends_with("\nwhy"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Program::new("no-such-program", Path::new(".")).run().unwrap_err();
        assert!(format!("{error:#}").starts_with("cannot run `no-such-program`: "), "{error:#}");
    }

    #[test]
    fn rustup_may_not_fetch_anything() {
        assert_eq!(shell("echo $RUSTUP_AUTO_INSTALL").output().unwrap(), "0\n");
    }
}
