//! What a process of Linux holds, so that one which holds ever more is noticed.
//!
//! On Linux the kernel is a process, this one, and each life of a system's process costs it descriptors,
//! mappings and a child, which it must give back. It is weighed while it runs, so a life that just begins or
//! ends may be on the scales too; but whatever one in a hundred lives leaves behind shows.

use std::fs;

use crate::linux;

/// What this process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stock {
    /// Descriptors that are open.
    pub(crate) descriptors: usize,
    /// Mappings of memory.
    pub(crate) mappings: usize,
    /// Children, dead or alive.
    pub(crate) children: usize,
    /// Memory that is its own, in pages; the console's text is among it.
    pub(crate) pages: usize,
}

/// How much more may be held later: what changes all the time, and for pages half of one each life of ten
/// thousand.
const SLACK: Stock = Stock { descriptors: 16, mappings: 16, children: 4, pages: 5_000 };

impl Stock {
    /// Weighs this process.
    pub(crate) fn take() -> Result<Stock, String> {
        let entries = |folder: &str| -> Result<usize, String> {
            Ok(fs::read_dir(folder).map_err(|error| format!("{folder}: {error}"))?.count())
        };
        let text =
            |file: &str| fs::read_to_string(file).map_err(|error| format!("{file}: {error}"));
        let memory = text("/proc/self/statm")?;
        let pages =
            |column: usize| -> Option<usize> { memory.split(' ').nth(column)?.trim().parse().ok() };
        let own = || pages(1)?.checked_sub(pages(2)?);
        Ok(Stock {
            descriptors: entries("/proc/self/fd")?,
            mappings: text("/proc/self/maps")?.lines().count(),
            children: linux::children()?.len(),
            pages: own().ok_or("/proc/self/statm is not as it was")?,
        })
    }

    /// What it holds more than `before`, beyond what may change, if there is something.
    pub(crate) fn more_than(self, before: Stock) -> Option<String> {
        let kinds = [
            ("descriptors", self.descriptors, before.descriptors, SLACK.descriptors),
            ("mappings", self.mappings, before.mappings, SLACK.mappings),
            ("children", self.children, before.children, SLACK.children),
            ("pages", self.pages, before.pages, SLACK.pages),
        ];
        let more: Vec<String> = kinds
            .into_iter()
            .filter(|(_, now, before, slack)| *now > before + slack)
            .map(|(name, now, before, _)| format!("{now} {name} instead of {before}"))
            .collect();
        (!more.is_empty()).then(|| format!("the kernel's process holds {}", more.join(", ")))
    }
}
