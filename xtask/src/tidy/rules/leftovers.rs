//! Nothing is left for later without saying so in an issue.

use proc_macro2::Ident;
use syn::visit::{self, Visit};

use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Source};
use crate::tidy::tokens::place;

/// Words that mark something unfinished; put together here so that this file has none of them.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

const REMEDY: &str = "finish it, or take it out";

pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        house.texts.iter().flat_map(|(path, text)| marks(path, text)).collect();
    for source in &house.sources {
        let mut unfinished = Unfinished { source, findings: Vec::new() };
        unfinished.visit_file(&source.tree);
        findings.extend(unfinished.findings);
    }
    findings
}

fn marks(path: &str, text: &str) -> Vec<Finding> {
    let is_mark = |word: &str| MARKS.contains(&word);
    let words = |line: &str| -> Vec<String> {
        let words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
        words.filter(|word| is_mark(word)).map(str::to_owned).collect()
    };
    text.lines()
        .zip(1..)
        .flat_map(|(line, number)| words(line).into_iter().map(move |word| (word, number)))
        .map(|(word, number)| Finding::new(path, number, format!("`{word}`"), REMEDY))
        .collect()
}

/// Calls of macros that stand for missing code, and tests that are not run.
struct Unfinished<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl Unfinished<'_> {
    fn note(&mut self, name: &Ident, what: String) {
        self.findings.push(self.source.finding(place(name), what, REMEDY));
    }
}

impl<'ast> Visit<'ast> for Unfinished<'_> {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(name) = call.path.segments.last().map(|segment| &segment.ident)
            && (name == "todo" || name == "unimplemented")
        {
            self.note(name, format!("`{name}!` stands for missing code"));
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let Some(name) = attribute.path().get_ident()
            && name == "ignore"
        {
            self.note(name, "this test is not run".to_owned());
        }
        visit::visit_attribute(self, attribute);
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn what_is_unfinished_is_found() {
        let marked = format!("# {}: later\n", MARKS[1]);
        let found = findings(find, &[("a.md", &marked)]);
        assert_eq!(found, [format!("a.md:1: `{}`; finish it, or take it out", MARKS[1])]);
        let found = findings(find, &[("a.rs", "#[test]\n#[ignore]\nfn f() { todo!() }")]);
        let expected = [
            "a.rs:2: this test is not run; finish it, or take it out",
            "a.rs:3: `todo!` stands for missing code; finish it, or take it out",
        ];
        assert_eq!(found, expected);
        assert_eq!(findings(find, &[("a.rs", "#[ignore = \"slow\"] fn f() {}")]).len(), 1);
    }

    #[test]
    fn longer_words_are_fine() {
        let fine = format!("{}_LIST a{} {}X todo", MARKS[0], MARKS[1], MARKS[2]);
        assert_eq!(findings(find, &[("a.md", &fine)]), Vec::<String>::new());
    }
}
