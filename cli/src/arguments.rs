//! What can be typed after `guichet` (TL-1 to TL-3).
//!
//! The texts are what `--help` shows, so they speak to a user. Every subcommand ends with examples,
//! which say more than a list of options.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use guichet::Profile;

use crate::board::Board;

/// Makes, checks, builds and runs systems of processes that do not trust each other.
///
/// A system is a folder: system.json5 says which processes there are and who may talk to whom, and
/// each process is a cargo package.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = TOP_EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build a system and run it.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),
    /// Build the programs of a system, and for a board its image.
    #[command(after_help = BUILD_EXAMPLES)]
    Build(BuildArguments),
    /// List the boards that systems run on.
    #[command(after_help = BOARDS_EXAMPLES)]
    Boards,
    /// Say what is wrong in a system.json5.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Make a small working system to start from.
    #[command(after_help = NEW_EXAMPLES)]
    New(NewArguments),
    /// Show what a system's image uses of a board's flash and RAM.
    #[command(after_help = SIZE_EXAMPLES)]
    Size(SizeArguments),
}

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) build: BuildArguments,
    /// End the run after this many seconds, for example 5 or 0.5.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct BuildArguments {
    /// The folder that holds the system.json5.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The board to build for.
    #[arg(long, value_name = "BOARD", default_value = guichet::BOARD, value_parser = Board::parse)]
    pub(crate) board: Board,
    /// Build small, optimised programs; for other boards than Linux they always are.
    #[arg(long)]
    pub(crate) release: bool,
}

impl BuildArguments {
    /// The profile that was asked for.
    pub(crate) fn profile(&self) -> Profile {
        if self.release { Profile::Release } else { Profile::Development }
    }
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// The folder that holds the system.json5.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Write one JSON object a line for each error and warning, to standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct NewArguments {
    /// The name of the system: letters from a to z, digits, `-` and `_`.
    pub(crate) name: String,
    /// The folder to make it in; NAME in the current folder unless given.
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// The folder of Guichet's repository; the one that this tool was built from unless given.
    #[arg(long, value_name = "PATH")]
    pub(crate) guichet: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SizeArguments {
    /// The folder that holds the system.json5.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The board whose memory counts.
    #[arg(long, value_name = "BOARD", value_parser = Board::parse)]
    pub(crate) board: Option<Board>,
    /// Write one JSON object to standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is not a number of seconds".to_owned())?;
    if seconds <= 0.0 {
        return Err("a run needs a time greater than 0".into());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| "it is too long, or no number".into())
}

const TOP_EXAMPLES: &str = "\
Examples:
  guichet new blinky            make a system in the folder blinky
  guichet run blinky            build it and run it
  guichet check blinky          say what is wrong in its system.json5

`guichet help COMMAND` shows more about each command.";

const RUN_EXAMPLES: &str = "\
Each process is a Linux process of its own. What it prints appears on standard output behind its
name; what the tool itself has to say goes to standard error. Ctrl-C ends everything. A thread's
stack has at least 64 KiB, even if system.json5 declares less for a microcontroller.

Examples:
  guichet run                           the system in the current folder
  guichet run examples/uppercase        the one in another folder
  guichet run --timeout 2.5 --release   optimised, and ended after two and a half seconds
  guichet run --board qemu_virt_rv32    on another board, emulated

Exit status:
  0          the system was shut down without an error
  1 to 16    it was shut down with this error code, see `pw_status::Error`
  2          the command line is wrong (`guichet` says so; a system can also end with 2)
  20         system.json5 is missing or wrong
  21         the program of a process cannot be found
  22         the program of a process does not build
  23         the system is built but cannot be run
  24         every process has ended and none has shut the system down
  124        the time given with --timeout is over
  130        interrupted by Ctrl-C (128 and the number of the signal)
  141        nobody reads standard output any more";

const BUILD_EXAMPLES: &str = "\
Shows where each process's program is, one line a process, on standard output; for another board than
Linux, also where the image is: kernel and programs as one file. On Linux a system with capsules of its
own is run by a program that is built for it, the runner; its place is shown as well.

Examples:
  guichet build                         the system in the current folder
  guichet build examples/uppercase --release
  guichet build --board qemu_virt_rv32

Exit status: 0, or as `guichet run`, 2 and 20 to 22.";

const BOARDS_EXAMPLES: &str = "\
One line a board: its name, then what it is.

Examples:
  guichet boards
  guichet run --board qemu_virt_rv32";

const CHECK_EXAMPLES: &str = "\
Examples:
  guichet check                         the system in the current folder
  guichet check examples/uppercase
  guichet check --json | jq .message    for an editor or a script

With --json each line has the keys file, line, column, end_line, end_column (counted from 1, in
characters), severity (\"error\" or \"warning\"), message, label, related, notes, helps, suggestion.

Exit status: 0, with warnings or without; 1 if there is an error; 20 if there is no system.json5.";

const NEW_EXAMPLES: &str = "\
The new folder holds a system.json5, two processes that talk over a channel, and a cargo workspace
around them. Nothing outside of the folder is touched, and a folder that has something in it is
refused.

Examples:
  guichet new blinky                       in the folder blinky
  guichet new blinky --path ~/systems/led  in another one
  guichet run blinky                       it runs at once

Exit status: 0; 25 if the system cannot be made.";

const SIZE_EXAMPLES: &str = "\
Builds the image, then shows flash and RAM as a table and as a bar from the first address to the
last, where everybody has one character at least. All numbers are bytes, and come from the linked
files:

  code    instructions
  rodata  constants and vectors
  data    statics that begin with a value, which lies in flash as well
  bss     statics that begin as zeros
  stack   the stacks of all threads of a process, or the kernel's
  slack   what alignment leaves over, and what a process gets beyond its need because a wall cannot
          be closer; no other process can reach it
  free    what is left between the kernel and the processes

The queues of endpoints lie in the kernel's RAM, among its data or bss. Each is shown below: how many
messages it holds, and for each of them max_message_bytes in whole words and a header of 16 bytes. So
lie what capsules keep of each process, and the buffers and upcalls that processes have with them; they
are shown in one number.

Examples:
  guichet size --board lm3s6965evb
  guichet size examples/uppercase --board mps2_an385
  guichet size --board qemu_virt_rv32 --json | jq .ram.free_bytes

With --json the object has the keys board, flash, ram, queues and capsule_bytes; each memory has start,
bytes, users, gap_bytes (what lies between processes) and free_bytes; each user has name, start, bytes
and code_bytes, rodata_bytes, data_bytes, bss_bytes, stack_bytes, slack_bytes; each queue has process,
name, capacity, message_bytes and bytes.

Exit status: 0, or as `guichet run`, 2 and 20 to 22; 2 too without a board, since on Linux processes
share no memory that could be counted.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_time_is_a_positive_number_of_seconds() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "NaN", "inf", "1e300", "", "5s", "-0"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
