//! `cargo xtask tidy`: the habits of the house, as a test.
//!
//! A habit that nothing checks is lost within a year. Each rule is a function from the house (all
//! files that git tracks, parsed once) to findings; all findings of all rules are shown, because
//! mending them one run at a time would be a punishment.

mod attributes;
mod finding;
mod functions;
mod house;
mod manifest;
mod modules;
mod rules;
mod tokens;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use self::finding::Finding;
use self::functions::functions;
use self::house::{House, Role, Source};
use self::rules::{COMFORT_LINES, RULES, median};
use crate::repository::Repository;

/// Applies every rule, prints how the rooms stand and what was found. Fails if anything was.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let house = House::new(repository.texts()?);
    print!("{}", rooms(&house));
    let findings = all_findings(&house);
    for (finding, _) in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("tidy: {}", counts(&findings));
    }
    println!("tidy: {} rules, {} files, nothing found", RULES.len(), house.texts.len());
    Ok(())
}

/// What was found, in the order of the files, and by which rule.
fn all_findings(house: &House) -> Vec<(Finding, &'static str)> {
    let unreadable = house.unreadable.iter().map(|finding| (finding.clone(), "unreadable files"));
    let by_rules = RULES.iter().flat_map(|rule| {
        let findings = (rule.find)(house).into_iter();
        findings.map(|finding| (finding, rule.name))
    });
    let mut findings: Vec<_> = unreadable.chain(by_rules).collect();
    findings.sort();
    findings
}

/// How many findings each rule has, in one line.
fn counts(findings: &[(Finding, &'static str)]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, rule) in findings {
        let count = counts.entry(rule).or_default();
        *count = count.saturating_add(1);
    }
    let counts: Vec<String> =
        counts.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    counts.join(", ")
}

/// A table of the rooms, without their tests.
fn rooms(house: &House) -> String {
    let mut rooms: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in house.sources.iter().filter(|source| source.role != Role::Test) {
        rooms.entry(&source.room).or_default().push(source);
    }
    let all: Vec<&Source> = rooms.values().flatten().copied().collect();
    let mut table = row(["room", "files", "median", "longest", "functions", "over 30"]);
    for (room, sources) in &rooms {
        table += &room_row(room, sources);
    }
    table + &room_row("all together", &all)
}

fn room_row(room: &str, sources: &[&Source]) -> String {
    let lengths: Vec<usize> = sources.iter().map(|source| source.line_count()).collect();
    let functions: Vec<_> = sources.iter().flat_map(|source| functions(&source.product)).collect();
    let long = functions.iter().filter(|function| function.line_count > COMFORT_LINES).count();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let numbers = [sources.len(), median(lengths), longest, functions.len(), long];
    let [files, median, longest, functions, long] = numbers.map(|number| number.to_string());
    row([room, &files, &median, &longest, &functions, &long])
}

fn row([room, numbers @ ..]: [&str; 6]) -> String {
    let numbers: String = numbers.iter().map(|number| format!("{number:>10}")).collect();
    format!("{room:<40}{numbers}\n")
}

#[cfg(test)]
mod tests {
    use super::house::house;
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn findings_of_all_rules_come_in_the_order_of_the_files() {
        let house = house(&[
            ("b/Cargo.toml", "[package]"),
            ("b/src/lib.rs", "fn f() {\n unsafe { todo!() } }"),
            ("a.md", "[x](y.md)"),
            ("c.rs", "fn {"),
        ]);
        let findings = all_findings(&house);
        assert_eq!(
            counts(&findings),
            "crate roots forbid unsafe code 1, leftovers 1, links 1, unreadable files 1, unsafe code 1"
        );
        let findings: Vec<String> = findings.iter().map(|(found, _)| found.to_string()).collect();
        let places: Vec<&str> =
            findings.iter().map(|text| text.split(": ").next().unwrap()).collect();
        assert_eq!(
            places,
            ["a.md:1", "b/src/lib.rs:1", "b/src/lib.rs:2", "b/src/lib.rs:2", "c.rs:1"]
        );
    }

    #[test]
    fn rooms_are_counted_without_their_tests() {
        let house = house(&[
            ("b/Cargo.toml", "[package]"),
            ("b/src/lib.rs", "fn f() {}\n#[cfg(test)]\nmod tests { fn g() {} }\n"),
            ("b/tests/t.rs", "fn h() {}"),
        ]);
        let table = rooms(&house);
        let row: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row, ["b", "1", "3", "3", "1", "0"]);
    }
}
