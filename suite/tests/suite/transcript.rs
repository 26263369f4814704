//! From the console's text to what each line means.
//!
//! The kernel marks every line with its owner, so a program can say something wrong of itself, but
//! not in the kernel's name or in another's.

use std::collections::BTreeMap;

use crate::announced::Announcement;

/// Ends a line that was too long and goes on in the next one of the same owner.
pub(crate) const BROKEN: char = '…';

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// So many cases will come.
    Plan(usize),
    /// The case of this title went well.
    Passed(String),
    /// The case of this title did not, with everything that was said about it.
    Failed(String),
    /// The case of this title means nothing here, for the reason that follows it.
    LeftOut(String),
    /// A process will end in a fault, and what the kernel must say of it.
    Ends(Announcement),
    /// The harness is to end the process of this name.
    EndProcess(String),
    /// The harness is to type this.
    Type(String),
    /// The harness is to weigh the kernel's own process.
    Weigh,
    /// Anything else, the whole line.
    Other(String),
}

/// Whose line it is: a process's name, or what is no process.
pub(crate) type Owner = Option<String>;

/// What a line, complete with its owner's mark, says.
pub(crate) fn said(line: &str) -> Said {
    let words = match split_owner(line) {
        (Some(_), words) => words,
        (None, _) => return Said::Other(line.to_owned()),
    };
    let plan = words.strip_prefix("plan ").and_then(|number| number.parse().ok());
    if let Some(number) = plan {
        Said::Plan(number)
    } else if let Some(title) = words.strip_prefix("ok ") {
        Said::Passed(title.to_owned())
    } else if let Some(rest) = words.strip_prefix("FAILED ") {
        Said::Failed(rest.to_owned())
    } else if let Some(rest) = words.strip_prefix("left out ") {
        Said::LeftOut(rest.to_owned())
    } else if let Some(announcement) = words.strip_prefix("ends ").and_then(Announcement::parse) {
        Said::Ends(announcement)
    } else if let Some(name) = words.strip_prefix("end ") {
        Said::EndProcess(name.to_owned())
    } else if let Some(text) = words.strip_prefix("type ") {
        Said::Type(text.to_owned())
    } else if words == "weigh" {
        Said::Weigh
    } else {
        Said::Other(line.to_owned())
    }
}

/// The lines of a console's text by owner, each owner's in their order, broken ones put together.
pub(crate) fn by_owner(text: &str) -> BTreeMap<Owner, Vec<Said>> {
    let mut lines: BTreeMap<Owner, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let (owner, words) = split_owner(line);
        let own = lines.entry(owner.map(str::to_owned)).or_default();
        match own.last_mut() {
            Some(last) if owner.is_some() && last.ends_with(BROKEN) => {
                last.pop();
                last.push_str(words);
            }
            _ => own.push(line.to_owned()),
        }
    }
    let meaning = |lines: Vec<String>| lines.iter().map(|line| said(line)).collect();
    lines.into_iter().map(|(owner, lines)| (owner, meaning(lines))).collect()
}

/// Whose line it is.
pub(crate) fn owner(line: &str) -> Owner {
    split_owner(line).0.map(str::to_owned)
}

/// The owner and the words of a line: `[name] words`.
fn split_owner(line: &str) -> (Option<&str>, &str) {
    let marked = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    match marked {
        Some((owner, words)) => (Some(owner), words),
        None => (None, line),
    }
}
