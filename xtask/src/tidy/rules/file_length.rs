//! Files are of one idea: at most 800 lines, and half of them at most 150.

use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Role};

const MOST_LINES: usize = 800;
const MOST_MEDIAN_LINES: usize = 150;

pub(super) fn find(house: &House) -> Vec<Finding> {
    let too_long = house.sources.iter().filter(|source| source.line_count() > MOST_LINES);
    let mut findings: Vec<Finding> = too_long
        .map(|source| {
            let what = format!("{} lines are more than {MOST_LINES}", source.line_count());
            Finding::new(&source.path, 1, what, "split it by idea")
        })
        .collect();
    let products = house.sources.iter().filter(|source| source.role != Role::Test);
    let middle = median(products.map(|source| source.line_count()).collect());
    if middle > MOST_MEDIAN_LINES {
        let what = format!("half of all files have {middle} lines or more");
        let remedy = format!("split the long ones by idea until it is {MOST_MEDIAN_LINES}");
        findings.push(Finding::new("Cargo.toml", 1, what, remedy));
    }
    findings
}

/// The middle one of some numbers, the lower of two; 0 of none.
pub(crate) fn median(mut numbers: Vec<usize>) -> usize {
    numbers.sort_unstable();
    let middle = numbers.len().saturating_sub(1) / 2;
    numbers.get(middle).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn the_middle_is_the_lower_of_two() {
        assert_eq!(median(vec![]), 0);
        assert_eq!(median(vec![3, 1, 2]), 2);
        assert_eq!(median(vec![4, 1, 2, 3]), 2);
    }

    #[test]
    fn a_file_may_have_800_lines_and_not_one_more() {
        let (fits, too_long) = ("\n".repeat(800), "\n".repeat(801));
        let short = ("b.rs", "");
        assert_eq!(findings(find, &[("a.rs", &fits), short]), Vec::<String>::new());
        let found = findings(find, &[("a.rs", &too_long), short]);
        assert_eq!(found, ["a.rs:1: 801 lines are more than 800; split it by idea"]);
    }

    #[test]
    fn the_middle_file_may_have_150_lines_and_tests_do_not_count() {
        let (fits, too_long) = ("\n".repeat(150), "\n".repeat(151));
        assert_eq!(findings(find, &[("a.rs", &fits)]), Vec::<String>::new());
        let found = findings(find, &[("a.rs", &too_long), ("r/tests/t.rs", "")]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("Cargo.toml:1: half of all files have 151 lines"),
            "{found:?}"
        );
    }
}
