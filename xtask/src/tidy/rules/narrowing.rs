//! The kernel does not cast to a narrow integer: `as` cuts a number off without a word.
//!
//! `try_from` says what it does with a number that does not fit, and `from` says that every number
//! fits. Neither can be called in a `const fn` yet; the casts that stand there for this reason are
//! listed here, each with the argument why nothing is cut off.

use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Source};
use crate::tidy::tokens::{identifiers, place};

const NARROW: [&str; 6] = ["u8", "u16", "u32", "i8", "i16", "i32"];

/// Lines that may cast, by file and by what stands in them, and why they are right.
const ARGUED: [(&str, &str, &str); 2] = [
    (
        "kernel/src/id.rs",
        "if position < TABLE_BOUND { Self(position as u16) } else { Self::NONE }",
        "the comparison before it",
    ),
    ("kernel/src/thread.rs", "number < Self::COUNT as u8", "the constant is 32"),
];

/// Looks at tokens, so that casts inside macros are seen too.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings: Vec<Finding> = house.products("kernel/src/").flat_map(casts).collect();
    findings.extend(ARGUED.iter().filter_map(|(path, line, _)| {
        let source = house.source(path)?;
        let what =
            format!("nothing here is `{line}`, which the check for narrowing casts lets through");
        let remedy = "take it out of the list in xtask";
        let is_there = source.text.contains(line);
        (!is_there).then(|| Finding::new(path, 1, what, remedy))
    }));
    findings
}

fn casts(source: &Source) -> Vec<Finding> {
    let names = identifiers(source);
    let pairs = names.iter().zip(names.iter().skip(1));
    pairs
        .filter(|(cast, kind)| *cast == "as" && NARROW.iter().any(|narrow| *kind == narrow))
        .filter(|(cast, _)| !is_argued(source, source.line(place(cast).line)))
        .map(|(cast, kind)| {
            let what = format!("`as {kind}` cuts off what does not fit");
            let remedy = format!("use {kind}::from or {kind}::try_from");
            source.finding(place(cast), what, &remedy)
        })
        .collect()
}

fn is_argued(source: &Source, line: &str) -> bool {
    ARGUED.iter().any(|(path, part, _)| source.path == *path && line.contains(part))
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn narrow_casts_are_found_inside_macros_too() {
        for source in ["fn f() { 1 as u16 }", "macro_rules! m { () => { 1 as u16 } }"] {
            let found = findings(find, &[("kernel/src/a.rs", source)]);
            let expected = "kernel/src/a.rs:1: `as u16` cuts off what does not fit; \
                            use u16::from or u16::try_from";
            assert_eq!(found, [expected], "{source}");
        }
    }

    #[test]
    fn other_casts_renames_and_other_rooms_are_fine() {
        let texts = [
            ("kernel/src/a.rs", "use b as c; fn f() { 1 as usize; d::<u16>() }"),
            ("cli/src/a.rs", "fn f() { 1 as u16 }"),
        ];
        assert_eq!(findings(find, &texts), Vec::<String>::new());
    }

    #[test]
    fn an_argued_cast_is_let_through_and_must_still_be_there() {
        let (path, line, _) = ARGUED[1];
        let source = format!("fn f() -> bool {{ {line} }}");
        assert_eq!(findings(find, &[(path, &source)]), Vec::<String>::new());
        let found = findings(find, &[(path, "")]);
        assert!(found[0].contains("take it out of the list"), "{found:?}");
        let other = source.replace("COUNT", "OTHER");
        assert_eq!(findings(find, &[(path, &other)]).len(), 2);
    }
}
