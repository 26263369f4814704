//! What a system's console must show beside its cases, and the status that it must end with.
//!
//! `expected.txt` in a system's folder holds the lines as the console shows them, those of each owner
//! in their order. `<number>` stands for any number, `<text>` for anything. A line `= TITLE` makes a
//! case of the lines that follow it, since what the console shows is asserted nowhere else. A line
//! `status N` says what the run ends with; 0 is not worth saying. A line `@MARK LINE` counts only on
//! boards of that name or architecture, and a case without lines on a board is left out there; a line
//! `@!MARK LINE` counts on the others. What stands between `repeat N` and `end` is expected N times over.
//! Lines that begin with `#` are comments. Without the file a system shows nothing but its cases.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use regex_lite::Regex;

use crate::board::Board;
use crate::transcript::{Owner, Said, by_owner, owner};

/// What a system is expected to show and to end with.
#[derive(Debug, Default)]
pub(crate) struct Expectation {
    /// The status of the shutdown.
    pub(crate) status: u32,
    /// The titles of the cases, in the order of the file.
    pub(crate) titles: Vec<String>,
    lines: BTreeMap<Owner, Vec<Line>>,
}

/// More differences than this are only counted: one line too many can put thousands out of step.
const SHOWN_DIFFERENCES: usize = 20;

/// An expected line.
#[derive(Clone, Debug)]
struct Line {
    text: String,
    pattern: Regex,
    /// The index of the case that it belongs to, if it belongs to one.
    case: Option<usize>,
}

/// What is wrong with a console.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// The lines that are missing, with the index of the case that they belong to.
    pub(crate) missing: Vec<(Option<usize>, String)>,
    /// The lines that should not be there.
    pub(crate) unexpected: Vec<String>,
}

impl Expectation {
    /// Reads what is expected of the system in a folder on a board.
    pub(crate) fn read(system: &Path, board: Board) -> Result<Expectation, String> {
        let path = system.join("expected.txt");
        match fs::read_to_string(&path) {
            Ok(text) => Expectation::parse(&text, board),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Expectation::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Understands the text of the file.
    pub(crate) fn parse(text: &str, board: Board) -> Result<Expectation, String> {
        let mut expected = Expectation::default();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        for line in repeated(lines.filter_map(|line| on_board(line, board)))? {
            if let Some(title) = line.strip_prefix("= ") {
                expected.titles.push(title.to_owned());
            } else if let Some(status) = line.strip_prefix("status ") {
                expected.status =
                    status.parse().map_err(|_| format!("expected.txt: no status: `{line}`"))?;
            } else {
                let case = expected.titles.len().checked_sub(1);
                let line = Line { text: line.to_owned(), pattern: pattern(line)?, case };
                expected.lines.entry(owner(&line.text)).or_default().push(line);
            }
        }
        Ok(expected)
    }

    /// Tells whether the case of this index has lines on the board.
    pub(crate) fn is_made(&self, case: usize) -> bool {
        self.lines.values().flatten().any(|line| line.case == Some(case))
    }

    /// Compares with what the owners of lines said beside their cases.
    pub(crate) fn compare(&self, text: &str) -> Differences {
        let mut said = by_owner(text);
        let mut differences = Differences::default();
        for (owner, expected) in &self.lines {
            let said = said.remove(owner).unwrap_or_default();
            compare(expected, others(&said), &mut differences);
        }
        for said in said.values() {
            compare(&[], others(said), &mut differences);
        }
        differences
    }
}

/// The line, if it counts on the board.
fn on_board(line: &str, board: Board) -> Option<&str> {
    let Some((mark, rest)) = line.strip_prefix('@').and_then(|line| line.split_once(' ')) else {
        return Some(line);
    };
    let counts = match mark.strip_prefix('!') {
        Some(mark) => !board.has_mark(mark),
        None => board.has_mark(mark),
    };
    counts.then_some(rest)
}

/// The lines, with those of a repetition as often as it says.
fn repeated<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<&'a str>, String> {
    let mut all = Vec::new();
    // How often, and where the lines begin.
    let mut open: Option<(usize, usize)> = None;
    for line in lines {
        match (line.strip_prefix("repeat "), open) {
            (Some(times), None) => {
                let times = times.parse().map_err(|_| format!("expected.txt: `{line}`"))?;
                open = Some((times, all.len()));
            }
            (None, Some((times, start))) if line == "end" => {
                let once = all.split_off(start);
                all.extend(once.iter().copied().cycle().take(once.len() * times));
                open = None;
            }
            (None, _) => all.push(line),
            (Some(_), Some(_)) => return Err("expected.txt: a `repeat` in another".to_owned()),
        }
    }
    if open.is_some() { Err("expected.txt: a `repeat` without `end`".to_owned()) } else { Ok(all) }
}

/// What a line that is expected so looks like.
fn pattern(expected: &str) -> Result<Regex, String> {
    let pattern = regex_lite::escape(expected)
        .replace("<number>", "(0x[0-9a-f]+|[0-9]+)")
        .replace("<text>", ".*");
    Regex::new(&format!("^{pattern}$")).map_err(|error| format!("expected.txt: {error}"))
}

impl Differences {
    /// What is wrong, each in a line, and how much more there is of it.
    pub(crate) fn lines(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|(_, line)| format!("a line is missing: {line}"));
        let unexpected = self.unexpected.iter().map(|line| format!("an unexpected line: {line}"));
        let mut lines: Vec<String> = missing.take(SHOWN_DIFFERENCES).collect();
        lines.extend(unexpected.take(SHOWN_DIFFERENCES));
        let more = self.missing.len() + self.unexpected.len() - lines.len();
        lines
            .extend((more > 0).then(|| format!("and {more} lines more are missing or unexpected")));
        lines
    }
}

/// The lines that are no case's.
fn others(lines: &[Said]) -> impl Iterator<Item = &str> {
    lines.iter().filter_map(|said| match said {
        Said::Other(line) => Some(line.as_str()),
        Said::Plan(_)
        | Said::Passed(_)
        | Said::Failed(_)
        | Said::LeftOut(_)
        | Said::Ends(_)
        | Said::EndProcess(_)
        | Said::Type(_)
        | Said::Weigh => None,
    })
}

/// Compares one owner's lines in their order.
fn compare<'a>(
    expected: &[Line],
    found: impl Iterator<Item = &'a str>,
    differences: &mut Differences,
) {
    let mut found = found.peekable();
    for line in expected {
        if found.next_if(|found| line.pattern.is_match(found)).is_none() {
            differences.missing.push((line.case, line.text.clone()));
        }
    }
    differences.unexpected.extend(found.map(str::to_owned));
}
