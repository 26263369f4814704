//! Bounds on memory, and what is said when one is passed.

use std::fmt;

/// How much somebody uses of one memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Who: a process, or the kernel.
    pub name: String,
    /// How much is used of what is scarce, in bytes.
    pub bytes: u32,
    /// How many of these bytes the wall alone asks for, because it cannot end where they begin.
    pub rounding_bytes: u32,
}

/// Why a system does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutError {
    /// Which memory: `flash` or `RAM`.
    pub(super) memory: &'static str,
    /// Whose bound it is, as a subject: the board, an app, or a process.
    pub(super) owner: String,
    /// What may be used, in bytes.
    pub(super) budget_bytes: u32,
    /// Who uses it.
    pub(super) uses: Vec<Use>,
    /// What lies between them and cannot be used, in bytes.
    pub(super) gap_bytes: u32,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = total(&self.uses) + u64::from(self.gap_bytes);
        let missing = total.saturating_sub(u64::from(self.budget_bytes));
        write!(
            out,
            "{} has {} bytes of {}, and {total} are used: {missing} too many",
            self.owner, self.budget_bytes, self.memory
        )?;
        for Use { name, bytes, rounding_bytes } in &self.uses {
            write!(out, "\n  {bytes:>9} {name}")?;
            if *rounding_bytes > 0 {
                write!(out, " ({rounding_bytes} of them because its wall cannot be closer)")?;
            }
        }
        if self.gap_bytes > 0 {
            write!(out, "\n  {:>9} between them, where a wall cannot begin", self.gap_bytes)?;
        }
        Ok(())
    }
}

impl std::error::Error for LayoutError {}

/// How much all of them use.
pub(super) fn total(uses: &[Use]) -> u64 {
    uses.iter().map(|each| u64::from(each.bytes)).sum()
}
