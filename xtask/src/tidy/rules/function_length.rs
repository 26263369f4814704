//! Functions are at most 70 lines, and in every room nine in ten are at most 30.

use std::collections::BTreeMap;

use crate::tidy::finding::Finding;
use crate::tidy::functions::{Function, functions};
use crate::tidy::house::{House, Source};

const MOST_LINES: usize = 70;

/// What nine in ten functions keep to.
pub(crate) const COMFORT_LINES: usize = 30;

pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings: Vec<Finding> = house.sources.iter().flat_map(too_long).collect();
    let mut rooms: BTreeMap<&str, Vec<(&Source, Function)>> = BTreeMap::new();
    for source in &house.sources {
        let all = functions(&source.product).into_iter().map(|function| (source, function));
        rooms.entry(&source.room).or_default().extend(all);
    }
    findings.extend(rooms.values().filter_map(|room| uncomfortable(room)));
    findings
}

/// Tests count too: one that long is read by nobody.
fn too_long(source: &Source) -> Vec<Finding> {
    let found =
        functions(&source.tree).into_iter().filter(|function| function.line_count > MOST_LINES);
    found
        .map(|Function { name, first_line, line_count }| {
            let what = format!("`{name}` has {line_count} lines, more than {MOST_LINES}");
            Finding::new(&source.path, first_line, what, "split it by idea")
        })
        .collect()
}

/// A finding at the longest function of a room in which more than one in ten is long.
fn uncomfortable(room: &[(&Source, Function)]) -> Option<Finding> {
    let long = room.iter().filter(|(_, function)| function.line_count > COMFORT_LINES);
    let count = long.clone().count();
    if count.saturating_mul(10) <= room.len() {
        return None;
    }
    let (source, longest) = long.max_by_key(|(_, function)| function.line_count)?;
    let Function { name, first_line, line_count } = longest;
    let all = room.len();
    let what = format!(
        "{count} of the {all} functions of {} have more than {COMFORT_LINES} lines",
        source.room
    );
    let remedy = format!("split some by idea; `{name}` is the longest with {line_count}");
    Some(Finding::new(&source.path, *first_line, what, remedy))
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    fn function(name: &str, line_count: usize) -> String {
        format!("fn {name}() {{{}}}\n", "\n".repeat(line_count - 1))
    }

    fn short(count: usize) -> String {
        (0..count).map(|number| function(&format!("short{number}"), 30)).collect()
    }

    fn in_room(text: &str) -> Vec<String> {
        findings(find, &[("room/Cargo.toml", "[package]"), ("room/src/lib.rs", text)])
    }

    #[test]
    fn a_function_may_have_70_lines_and_not_one_more() {
        assert_eq!(in_room(&(short(9) + &function("long", 70))), Vec::<String>::new());
        let found = in_room(&(short(9) + &function("long", 71)));
        let expected = "room/src/lib.rs:271: `long` has 71 lines, more than 70; split it by idea";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_test_may_not_be_longer_either() {
        let found =
            in_room(&format!("#[cfg(test)] mod tests {{ #[test]\n{} }}", function("long", 71)));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn one_in_ten_may_be_long_and_no_more() {
        assert_eq!(in_room(&(short(9) + &function("long", 31))), Vec::<String>::new());
        let found = in_room(&(short(8) + &function("long", 31)));
        let expected = "room/src/lib.rs:241: 1 of the 9 functions of room have more than 30 lines; \
                        split some by idea; `long` is the longest with 31";
        assert_eq!(found, [expected]);
    }
}
