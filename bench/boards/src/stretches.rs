//! How long interrupts stay off: the instructions from the way into the kernel to the way out.
//!
//! The kernel runs every call and every interrupt to its end, so that its longest stretch is how
//! late an interrupt can come. Three things are told apart, because they have bounds of their own:
//! the writing of a line to the console, as long as a line may be, which is seen by the functions
//! that do it; calls with lists of slices, which come after a mark; and all the rest.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::BufReader;

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::figures::Figures;
use crate::image::{Function, Image};
use crate::trace::{Cuts, stretches};

/// Parts of the names of functions that write lines.
const CONSOLE: [&str; 3] = ["guichet_console", "::output::", "core::str"];

/// The process and its function after whose beginning there are lists of slices.
const MARK: (&str, &str) = ("tester", "::stress_with_lists");

/// The process and its function whose only call is the signal.
const SIGNAL: (&str, &str) = ("signaller", "::raise_signal");

/// The instructions that wait for an interrupt: RISC-V's, and Arm's in Thumb code.
const WAIT_RISCV: u32 = 0x1050_0073;
const WAIT_ARM: u16 = 0xBF30;

/// The longest stretches of a run, in instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Longest {
    boot: u64,
    call: u64,
    lists: u64,
    console: u64,
}

/// Runs an image under a trace and adds the longest stretches. Blocks meanwhile.
pub(crate) fn measure(image: &Image, figures: &mut Figures) -> Result<()> {
    let mark = image.mark(MARK.0, MARK.1)?;
    let longest = traced(image, mark, |log| longest(log, image, mark))?;
    figures.push("longest stretch, interrupts off", longest.call)?;
    figures.push("longest stretch with lists of slices", longest.lists)?;
    figures.push("longest stretch that writes lines", longest.console)?;
    figures.push("boot", longest.boot)
}

/// Runs an image under a trace and adds how long the kernel takes from a signal to the first
/// instruction of the more important thread that it wakes. Blocks meanwhile.
pub(crate) fn measure_signal(image: &Image, figures: &mut Figures) -> Result<()> {
    let mark = image.mark(SIGNAL.0, SIGNAL.1)?;
    let entries = image.entries()?.into_iter().chain([mark]).collect();
    let cuts = Cuts { entries, waits: waits(image)? };
    let (mut is_next, mut length) = (false, None);
    traced(image, mark, |log| {
        stretches(log, &cuts, |stretch| {
            if is_next && length.is_none() {
                length = Some(stretch.len() as u64);
            }
            is_next = stretch.first() == Some(&mark);
        })
    })?;
    figures.push("signal to a more important thread", length.context("nobody signals")?)
}

/// Runs an image and looks at the log of the kernel's instructions and of the one at `mark`.
fn traced<T>(
    image: &Image,
    mark: u64,
    look: impl FnOnce(BufReader<File>) -> Result<T>,
) -> Result<T> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let code = image.code()?;
    let range = format!("{:#x}..{:#x},{mark:#x}+0x1", code.start, code.end - 1);
    let mut arguments = ["-singlestep", "-d", "exec,nochain", "-dfilter", &range, "-D"]
        .map(OsString::from)
        .to_vec();
    arguments.push(log.clone().into());
    Emulator::run(image, &arguments)?;
    look(BufReader::new(File::open(&log).context("the emulator wrote no log")?))
}

fn longest(log: impl std::io::BufRead, image: &Image, mark: u64) -> Result<Longest> {
    let functions = Functions::new(image.functions()?);
    let entries = image.entries()?.into_iter().chain([mark]).collect();
    let cuts = Cuts { entries, waits: waits(image)? };
    let mut longest = Longest::default();
    let (mut is_boot, mut has_lists) = (true, false);
    stretches(log, &cuts, |stretch| {
        let length = stretch.len() as u64;
        if std::mem::take(&mut is_boot) {
            longest.boot = length;
            return;
        }
        if stretch.first() == Some(&mark) {
            has_lists = true;
            return;
        }
        let console = stretch.iter().filter(|address| functions.is_console(**address)).count();
        let rest = length - console as u64;
        if console != 0 {
            longest.console = longest.console.max(length);
        }
        if has_lists {
            longest.lists = longest.lists.max(rest);
        } else {
            longest.call = longest.call.max(rest);
        }
    })?;
    ensure!(longest.call != 0 && longest.lists != 0, "the log is not whole");
    Ok(longest)
}

/// Every instruction of the kernel that waits for an interrupt.
fn waits(image: &Image) -> Result<HashSet<u64>> {
    let code = image.code()?;
    let bytes = image.code_bytes()?;
    let is_wait = |bytes: &[u8]| match image.is_arm() {
        true => bytes.first_chunk().is_some_and(|half| u16::from_le_bytes(*half) == WAIT_ARM),
        false => bytes.first_chunk().is_some_and(|word| u32::from_le_bytes(*word) == WAIT_RISCV),
    };
    let offsets = (0..bytes.len()).step_by(2);
    let waits = offsets.filter(|offset| bytes.get(*offset..).is_some_and(is_wait));
    Ok(waits.map(|offset| code.start + offset as u64).collect())
}

/// The kernel's functions by address.
struct Functions {
    /// Sorted by their addresses.
    all: Vec<Function>,
}

impl Functions {
    fn new(mut all: Vec<Function>) -> Functions {
        all.sort_by_key(|function| function.address);
        Functions { all }
    }

    fn name(&self, address: u64) -> &str {
        let after = self.all.partition_point(|function| function.address <= address);
        let function = after.checked_sub(1).and_then(|index| self.all.get(index));
        function.map_or("", |function| &function.name)
    }

    fn is_console(&self, address: u64) -> bool {
        let name = self.name(address);
        CONSOLE.iter().any(|part| name.contains(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_by_their_addresses() {
        let function = |address, name: &str| Function { address, name: name.to_owned() };
        let functions = Functions::new(vec![
            function(0x40, "port::output::Output::line"),
            function(0x20, "kernel::step"),
        ]);
        assert!(functions.is_console(0x40) && functions.is_console(0x44));
        assert!(!functions.is_console(0x3F) && !functions.is_console(0x10));
    }
}
