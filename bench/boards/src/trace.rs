//! The emulator's log of every instruction of the kernel, cut into stretches.
//!
//! A line `Trace 0: 0x7fd0 [00000000/80000004/00109003/ff020201] name` stands for one instruction; its
//! address is the second field. An instruction that touches a device may be begun twice, which the
//! log says by a line of its own. A stretch begins where the machine enters the kernel and ends
//! with the last instruction before the next entry. Where the kernel waits for an interrupt, the
//! machine takes one at once, so that a stretch ends and another begins.

use std::collections::HashSet;
use std::io::BufRead;

use anyhow::{Context, Result};

/// What the lines of instructions begin with.
const INSTRUCTION: &str = "Trace ";
/// What the log says of an instruction that is begun again.
const BEGUN_AGAIN: &str = "rewound execution";

/// Where stretches begin and end.
pub(crate) struct Cuts {
    /// The addresses at which the kernel is entered, and that of a program's mark, which is a
    /// stretch of its own.
    pub(crate) entries: HashSet<u64>,
    /// Those of instructions that wait for an interrupt.
    pub(crate) waits: HashSet<u64>,
}

/// Reads the log and hands each stretch, the addresses of its instructions, to `take`. The first
/// one is the boot.
pub(crate) fn stretches(
    mut log: impl BufRead,
    cuts: &Cuts,
    mut take: impl FnMut(&[u64]),
) -> Result<()> {
    let mut stretch = Vec::new();
    let mut line = String::new();
    while log.read_line(&mut line).context("the log cannot be read")? != 0 {
        if line.starts_with(INSTRUCTION) {
            let address = address(&line).with_context(|| format!("the log says `{line}`"))?;
            let waited = stretch.last().is_some_and(|last| cuts.waits.contains(last));
            if !stretch.is_empty() && (waited || cuts.entries.contains(&address)) {
                take(&stretch);
                stretch.clear();
            }
            stretch.push(address);
        } else if line.contains(BEGUN_AGAIN) {
            stretch.pop();
        }
        line.clear();
    }
    if !stretch.is_empty() {
        take(&stretch);
    }
    Ok(())
}

/// The address in a line of an instruction.
fn address(line: &str) -> Option<u64> {
    let (_, fields) = line.split_once('[')?;
    u64::from_str_radix(fields.split('/').nth(1)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(address: u64) -> String {
        format!("Trace 0: 0x7fd05c004940 [00000000/{address:08x}/00109003/ff020201] some::name\n")
    }

    fn cut(log: &str) -> Vec<Vec<u64>> {
        let cuts = Cuts { entries: [0x100, 0x80].into(), waits: [0x140].into() };
        let mut all = Vec::new();
        stretches(log.as_bytes(), &cuts, |stretch| all.push(stretch.to_vec())).unwrap();
        all
    }

    #[test]
    fn a_stretch_goes_from_entry_to_entry_or_wait() {
        let log: String = [0x80, 0x84, 0x100, 0x104, 0x140, 0x144, 0x100, 0x104].map(line).concat();
        let expected: [&[u64]; 4] =
            [&[0x80, 0x84], &[0x100, 0x104, 0x140], &[0x144], &[0x100, 0x104]];
        assert_eq!(cut(&log), expected);
        assert_eq!(cut(""), [[0; 0]; 0]);
    }

    #[test]
    fn what_is_begun_again_counts_once() {
        let again = "cpu_io_recompile: rewound execution of TB to 00000104\n";
        let log = [line(0x100), line(0x104), again.to_owned(), line(0x104)].concat();
        assert_eq!(cut(&log), [[0x100, 0x104]]);
    }

    #[test]
    fn a_line_that_makes_no_sense_is_an_error() {
        let cuts = Cuts { entries: HashSet::new(), waits: HashSet::new() };
        assert!(stretches("Trace 0: what\n".as_bytes(), &cuts, |_| ()).is_err());
        assert!(stretches("Trace 0: [0/x/0]\n".as_bytes(), &cuts, |_| ()).is_err());
    }
}
