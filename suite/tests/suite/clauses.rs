//! Which clauses the cases cite, and that none is forgotten.

use std::collections::BTreeSet;

/// The clauses that a program can observe something of, as far as they are built.
///
/// Missing here: AB-9's registers, but for those of messages. Of PR-1 only the consequence shows: nobody is
/// taken for what it was before.
const OBSERVABLE: [&str; 88] = [
    "AB-1", "AB-10", "AB-2", "AB-3", "AB-4", "AB-5", "AB-6", "AB-7", "AB-8", "AB-9", "AM-1",
    "AM-2", "AM-3", "AM-4", "AM-5", "CF-7", "CH-1", "CH-10", "CH-11", "CH-12", "CH-13", "CH-2",
    "CH-3", "CH-4", "CH-5", "CH-5a", "CH-6", "CH-7", "CH-8", "CH-9", "CP-1", "CP-2", "CP-3",
    "CP-4", "CP-5", "CP-6", "EP-1", "EP-10", "EP-11", "EP-12", "EP-13", "EP-2", "EP-3", "EP-4",
    "EP-5", "EP-6", "EP-7", "EP-8", "EP-9", "NO-1", "NO-2", "NR-1", "NR-2", "NR-3", "NR-4", "NR-5",
    "PR-1", "PR-2", "PR-3", "PR-4", "PR-5", "PR-6", "PR-7", "PR-8", "PR-9", "SH-1", "SH-2", "SH-3",
    "SH-4", "SH-5", "SH-6", "SM-1", "SM-2", "SM-3", "SM-4", "SM-5", "SM-6", "SM-7", "SM-8", "SM-9",
    "WT-1", "WT-2", "WT-3", "WT-4", "WT-5", "WT-6", "WT-7", "WT-8",
];

/// The clauses that cases of a board have cited.
#[derive(Debug, Default)]
pub(crate) struct Cited(BTreeSet<String>);

impl Cited {
    /// Takes the clauses at the beginning of a case's title.
    pub(crate) fn note(&mut self, title: &str) {
        let clauses = title.split(' ').take_while(|word| is_clause(word));
        self.0.extend(clauses.map(str::to_owned));
    }

    /// Checks that all observable clauses are among them.
    pub(crate) fn check(&self) -> Result<(), String> {
        let missing: Vec<&str> =
            OBSERVABLE.into_iter().filter(|clause| !self.0.contains(*clause)).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("no case cites {}", missing.join(", ")))
        }
    }
}

/// Tells whether a word is the name of a clause, such as `CH-5a`.
pub(crate) fn is_clause(word: &str) -> bool {
    let Some((room, number)) = word.split_once('-') else {
        return false;
    };
    let digits = number.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or(number);
    room.len() == 2
        && room.bytes().all(|byte| byte.is_ascii_uppercase())
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}
