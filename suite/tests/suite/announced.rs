//! Ends that a tester announces, held against what the kernel says of them.
//!
//! A program cannot see the console, so a case about a fault has two halves: the program shows that
//! the process has ended and that everybody else goes on; the kernel's line must say who, why, where
//! and with which address. The program knows all of that, and says so in a line of its own.

use std::ops::RangeInclusive;

use regex_lite::Regex;

use crate::transcript::{Said, by_owner};

/// What a tester knows of a fault to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    process: String,
    words: &'static str,
    pc: RangeInclusive<u64>,
    address: RangeInclusive<u64>,
    title: String,
}

/// What the kernel says of the causes of a fault (PR-2).
const CAUSES: [(&str, &str); 6] = [
    ("Memory", "it touched memory that is not its own"),
    ("Stack", "it ran past the end of its stack"),
    ("Illegal", "it executed an illegal instruction"),
    ("Misaligned", "it used an address that is misaligned or has no memory behind it"),
    ("Arithmetic", "it divided by zero or overflowed"),
    ("Breakpoint", "it hit a breakpoint"),
];

impl Announcement {
    /// Understands `NAME CAUSE PC-PC ADDRESS-ADDRESS TITLE`.
    pub(crate) fn parse(text: &str) -> Option<Announcement> {
        let mut words = text.splitn(5, ' ');
        let process = words.next()?.to_owned();
        let cause = words.next()?;
        let (_, said) = CAUSES.into_iter().find(|(name, _)| *name == cause)?;
        let (pc, address) = (range(words.next()?)?, range(words.next()?)?);
        Some(Announcement { process, words: said, pc, address, title: words.next()?.to_owned() })
    }

    /// What is wrong with the line that the kernel has for it, if something is.
    fn objection(&self, line: &str) -> Option<String> {
        let Announcement { words, pc, address, .. } = self;
        let pattern = r" faulted: (.*) \(pc (0x[0-9a-f]+), address (0x[0-9a-f]+)\)$";
        let found = Regex::new(pattern).ok().and_then(|pattern| pattern.captures(line));
        let parts = found.as_ref().and_then(|found| {
            Some((found.get(1)?.as_str(), number(&found[2])?, number(&found[3])?))
        });
        let fits = parts.is_some_and(|(said, at, of)| {
            said == *words && pc.contains(&at) && address.contains(&of)
        });
        (!fits).then(|| {
            format!("the kernel says `{line}`, expected `{words}` at {pc:#x?} of {address:#x?}")
        })
    }
}

/// An announcement, and the kernel's lines about its process.
#[derive(Debug)]
pub(crate) struct Announced {
    announcement: Announcement,
    lines: Vec<String>,
}

impl Announced {
    /// The title of the case that it belongs to.
    pub(crate) fn title(&self) -> &str {
        &self.announcement.title
    }

    /// Tells whether the kernel says what was announced.
    pub(crate) fn result(&self) -> Result<(), String> {
        let objection = match &self.lines[..] {
            [line] => self.announcement.objection(line),
            [] => Some("the kernel says nothing of its end".to_owned()),
            lines => {
                Some(format!("the kernel says more than one thing of it: {}", lines.join("; ")))
            }
        };
        objection.map_or(Ok(()), |objection| Err(format!("{}: {objection}", self.title())))
    }
}

/// Takes the announcements, with the kernel's lines about their processes, out of a console's text.
pub(crate) fn take(text: &str) -> (Vec<Announced>, String) {
    let said = by_owner(text).into_values().flatten();
    let announcements = said.filter_map(|said| match said {
        Said::Ends(announcement) => Some(announcement),
        _ => None,
    });
    let mut announced: Vec<Announced> =
        announcements.map(|announcement| Announced { announcement, lines: Vec::new() }).collect();
    let mut rest = String::new();
    for line in text.lines() {
        let about = announced.iter_mut().find(|announced| {
            line.starts_with(&format!("guichet: process `{}` ", announced.announcement.process))
        });
        match about {
            Some(announced) => announced.lines.push(line.to_owned()),
            None => rest = rest + line + "\n",
        }
    }
    (announced, rest)
}

/// `0x10-0x1f`.
fn range(text: &str) -> Option<RangeInclusive<u64>> {
    let (low, high) = text.split_once('-')?;
    Some(number(low)?..=number(high)?)
}

fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}
