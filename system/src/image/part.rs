//! One of a board's two memories: what the processes and the regions of shared memory need of it, and where
//! they get it.

use std::ops::Range;

use super::budget::{LayoutError, Use, total};
use super::place::{Need, place};
use super::wall::WallKind;

/// Who needs something of a memory, and what.
pub(super) type Needs = Vec<(String, Need)>;

/// A memory with those who need something of it: processes, and regions of shared memory.
///
/// They are placed as if memory ended where it does but began much lower, so that of what does not
/// fit the same can be told as of what does. Walls look the same 2 GiB higher up, where there is
/// room below.
pub(super) struct Part {
    /// `flash` or `RAM`.
    name: &'static str,
    whole: Range<u32>,
    /// Who they are.
    names: Vec<String>,
    /// What each needs.
    needs: Vec<Need>,
    /// What each gets, higher up by [`Part::shift`]; nothing if it is beyond all measure.
    ranges: Option<Vec<Range<u32>>>,
}

impl Part {
    /// Places those who need so much in the memory `name`, which is `whole`.
    pub(super) fn new(
        name: &'static str,
        whole: &Range<u32>,
        needs: Needs,
        wall: WallKind,
    ) -> Part {
        let (names, needs) = needs.into_iter().unzip();
        let mut part = Part { name, whole: whole.clone(), names, needs, ranges: None };
        part.ranges = place(&part.needs, part.whole.end + part.shift(), wall);
        part
    }

    fn shift(&self) -> u32 {
        const HIGHER: u32 = 1 << 31;
        HIGHER & !self.whole.end
    }

    /// Checks a bound on what those that are `is_own` use together; `owner` is its subject.
    pub(super) fn check(
        &self,
        owner: String,
        budget_bytes: Option<u32>,
        is_own: impl Fn(usize) -> bool,
    ) -> Result<(), LayoutError> {
        let uses = self.uses(is_own);
        match budget_bytes {
            Some(budget_bytes) if total(&uses) > u64::from(budget_bytes) => {
                Err(LayoutError { memory: self.name, owner, budget_bytes, uses, gap_bytes: 0 })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Where each lies, and what is left below them for the kernel.
    pub(super) fn places(&self) -> Result<(Vec<Range<u32>>, Range<u32>), LayoutError> {
        let start = self.lowest().checked_sub(u64::from(self.whole.start + self.shift()));
        let (Some(ranges), Some(_)) = (&self.ranges, start) else {
            return Err(self.overflow(None));
        };
        let shift = self.shift();
        let down = |range: &Range<u32>| range.start - shift..range.end - shift;
        let ranges: Vec<_> = ranges.iter().map(down).collect();
        let end = ranges.iter().map(|range| range.start).min().unwrap_or(self.whole.end);
        Ok((ranges, self.whole.start..end))
    }

    /// Checks that `bytes` are left for the kernel.
    pub(super) fn check_kernel(&self, bytes: u32) -> Result<(), LayoutError> {
        let (_, rest) = self.places()?;
        if bytes <= rest.end - rest.start {
            return Ok(());
        }
        let kernel = Use { name: "the kernel".to_owned(), bytes, rounding_bytes: 0 };
        Err(self.overflow(Some(kernel)))
    }

    /// The lowest address of them, or where memory ends; higher up like the ranges.
    fn lowest(&self) -> u64 {
        let starts = self.ranges.iter().flatten().map(|range| range.start);
        u64::from(starts.min().unwrap_or(self.whole.end + self.shift()))
    }

    /// That the memory is too small for all of them, and for the kernel if it is given.
    fn overflow(&self, kernel: Option<Use>) -> LayoutError {
        let users = self.uses(|_| true);
        let taken = u64::from(self.whole.end + self.shift()) - self.lowest();
        let gap_bytes = taken.saturating_sub(total(&users));
        LayoutError {
            memory: self.name,
            owner: "the board".to_owned(),
            budget_bytes: self.whole.end - self.whole.start,
            uses: kernel.into_iter().chain(users).collect(),
            gap_bytes: u32::try_from(gap_bytes).unwrap_or(u32::MAX),
        }
    }

    fn uses(&self, is_own: impl Fn(usize) -> bool) -> Vec<Use> {
        let all = self.names.iter().zip(&self.needs).enumerate();
        all.filter(|(number, _)| is_own(*number))
            .map(|(number, (name, need))| {
                let range = self.ranges.as_ref().and_then(|ranges| ranges.get(number));
                let bytes = range.map_or(need.bytes, |range| range.end - range.start);
                let rounding_bytes = bytes.saturating_sub(need.bytes);
                Use { name: name.clone(), bytes, rounding_bytes }
            })
            .collect()
    }
}
