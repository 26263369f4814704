//! What came of a run: a verdict for each case, and one for the run as a whole.

use std::collections::BTreeSet;

use crate::announced;
use crate::board::Ended;
use crate::expectation::{Differences, Expectation};
use crate::transcript::{Said, by_owner};

/// The process whose cases go by the system's name alone.
const TESTER: &str = "tester";

/// How many lines from both ends of a long console are shown.
const END_LINES: usize = 100;

/// One test and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The case's title, or what stands for the whole run.
    pub(crate) name: String,
    /// What is wrong, if something is.
    pub(crate) result: Result<(), String>,
    /// Why the case means nothing on the board, if it does not.
    pub(crate) left_out: Option<String>,
}

impl Verdict {
    /// The verdict on a case that was made.
    pub(crate) fn new(name: String, result: Result<(), String>) -> Verdict {
        Verdict { name, result, left_out: None }
    }

    /// The verdict on a case that was not, and why.
    fn left_out(name: String, reason: &str) -> Verdict {
        Verdict { name, result: Ok(()), left_out: Some(reason.to_owned()) }
    }

    /// The verdict on a run as a whole.
    pub(crate) fn of_run(result: Result<(), String>) -> Verdict {
        Verdict::new("run".to_owned(), result)
    }
}

/// The verdicts on a run that left this text on the console and ended like this.
pub(crate) fn verdicts(
    text: &str,
    ended: &Result<Ended, String>,
    expectation: &Expectation,
) -> Vec<Verdict> {
    let ended = match ended {
        Ok(ended) => ended,
        Err(reason) => return vec![Verdict::of_run(Err(reason.clone()))],
    };
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut wrong = Vec::new();
    let (announced, rest) = announced::take(text);
    for (owner, lines) in by_owner(text) {
        let owner = owner.unwrap_or_default();
        wrong.extend(check_plan(&owner, &lines));
        verdicts.extend(lines.iter().filter_map(|line| verdict(&owner, line)));
    }
    for announced in announced {
        match verdicts.iter_mut().find(|verdict| verdict.name == announced.title()) {
            Some(verdict) if verdict.result.is_ok() => verdict.result = announced.result(),
            Some(_) => {}
            None => wrong.push(format!("an end was announced for no case: {}", announced.title())),
        }
    }
    if verdicts.is_empty() {
        wrong.push("no case ran".to_owned());
    }
    let differences = expectation.compare(&rest);
    verdicts.extend(shown(expectation, &differences));
    wrong.extend(differences.lines());
    wrong.extend(doubled(&verdicts));
    if *ended != Ended::Status(expectation.status) {
        wrong.push(format!("it ended with {ended:?}, not with {}", expectation.status));
    }
    verdicts.push(Verdict::of_run(whole(&wrong, text)));
    verdicts
}

/// What is to be said of a run as a whole.
fn whole(wrong: &[String], text: &str) -> Result<(), String> {
    if wrong.is_empty() {
        return Ok(());
    }
    let wrong = wrong.join("\n");
    let lines: Vec<&str> = text.lines().collect();
    match (lines.first_chunk::<END_LINES>(), lines.last_chunk::<END_LINES>()) {
        (Some(first), Some(last)) if lines.len() > 2 * END_LINES => {
            let (first, last) = (first.join("\n"), last.join("\n"));
            Err(format!("{wrong}\nthe console's first lines:\n{first}\nand its last:\n{last}"))
        }
        _ => Err(format!("{wrong}\nthe whole console:\n{text}")),
    }
}

/// The verdict on the case that a line is about, if it is about one.
fn verdict(owner: &str, line: &Said) -> Option<Verdict> {
    let name = |title: &str| match owner {
        TESTER => title.to_owned(),
        owner => format!("{title} ({owner})"),
    };
    // A title holds no colon.
    let split = |words: &'_ str| -> (String, String) {
        let (title, rest) = words.split_once(": ").unwrap_or((words, ""));
        (name(title), rest.to_owned())
    };
    match line {
        Said::Passed(title) => Some(Verdict::new(name(title), Ok(()))),
        Said::Failed(words) => Some(Verdict::new(split(words).0, Err(words.clone()))),
        Said::LeftOut(words) => {
            let (name, reason) = split(words);
            Some(Verdict::left_out(name, &reason))
        }
        Said::Plan(_)
        | Said::Ends(_)
        | Said::EndProcess(_)
        | Said::Type(_)
        | Said::Weigh
        | Said::Other(_) => None,
    }
}

/// The verdicts on what the console must show.
fn shown(expectation: &Expectation, differences: &Differences) -> Vec<Verdict> {
    let verdict = |(index, title): (usize, &String)| {
        if !expectation.is_made(index) {
            return Verdict::left_out(
                title.clone(),
                "the console of this board shows nothing of it",
            );
        }
        let missing = differences.missing.iter().filter(|(case, _)| *case == Some(index));
        let missing: Vec<&str> = missing.map(|(_, line)| line.as_str()).collect();
        let result = if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) };
        let result = result.map_err(|lines| format!("missing on the console:\n{lines}"));
        Verdict::new(title.clone(), result)
    };
    expectation.titles.iter().enumerate().map(verdict).collect()
}

/// Checks that a process planned its cases, once, and made as many.
fn check_plan(owner: &str, lines: &[Said]) -> Option<String> {
    let plans: Vec<usize> = lines
        .iter()
        .filter_map(|line| if let Said::Plan(plan) = line { Some(*plan) } else { None })
        .collect();
    let made = lines.iter().filter(|line| verdict(owner, line).is_some()).count();
    match plans[..] {
        [] if made == 0 => None,
        [plan] if plan == made => None,
        [] => Some(format!("`{owner}` made {made} cases without a plan")),
        [plan] => Some(format!("`{owner}` planned {plan} cases and made {made}")),
        _ => Some(format!("`{owner}` planned more than once")),
    }
}

/// Cases that cannot be told apart.
fn doubled(verdicts: &[Verdict]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let again = verdicts.iter().filter(|verdict| !seen.insert(&verdict.name));
    again.map(|verdict| format!("two cases are called `{}`", verdict.name)).collect()
}
