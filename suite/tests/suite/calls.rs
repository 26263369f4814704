//! That docs/channel-api.md says where each call of the channel API is made, and tells the truth.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use libtest_mimic::{Failed, Trial};
use regex_lite::Regex;

const SUITE: &str = env!("CARGO_MANIFEST_DIR");

/// A test of the page.
pub(crate) fn trial() -> Trial {
    Trial::test("calls::the page on the channel API names a program for each call", || {
        let page = read("../docs/channel-api.md")?;
        let shapes = read("src/api.rs")? + &read("src/hostile/later.rs")?;
        check(&page, &shapes, |program| read(&format!("src/bin/{program}"))).map_err(Failed::from)
    })
}

fn read(file: &str) -> Result<String, String> {
    let path = Path::new(SUITE).join(file);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Checks that the page has a row for each call whose shape is written down, and no other, and that the
/// programs of a row make its call.
pub(crate) fn check(
    page: &str,
    shapes: &str,
    program: impl Fn(&str) -> Result<String, String>,
) -> Result<(), String> {
    let row = Regex::new(r"(?m)^\| `([a-z_]+)` \|[^|]*\|([^|]*)\|$").map_err(|e| e.to_string())?;
    let shape = Regex::new(r"syscall::([a-z_]+);").map_err(|e| e.to_string())?;
    let quoted = Regex::new("`([^`]+)`").map_err(|e| e.to_string())?;
    let expected: BTreeSet<&str> =
        shape.captures_iter(shapes).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    let mut listed = BTreeSet::new();
    for found in row.captures_iter(page) {
        let (Some(call), Some(programs)) = (found.get(1), found.get(2)) else { continue };
        listed.insert(call.as_str());
        let words = quoted.captures_iter(programs.as_str());
        let words = words.filter_map(|found| Some(found.get(1)?.as_str()));
        let (files, ways): (Vec<&str>, Vec<&str>) = words.partition(|word| word.ends_with(".rs"));
        let way = ways.first().copied().unwrap_or(call.as_str());
        if files.is_empty() {
            return Err(format!("no program makes `{}`", call.as_str()));
        }
        for file in files {
            if !makes(&program(file)?, way) {
                return Err(format!("{file} does not make `{way}`"));
            }
        }
    }
    if listed == expected && !listed.is_empty() {
        return Ok(());
    }
    let differing: Vec<&&str> = listed.symmetric_difference(&expected).collect();
    Err(format!("in the page or in api.rs alone: {differing:?}"))
}

/// Tells whether a program's text calls it, or hands it on to be called.
fn makes(text: &str, call: &str) -> bool {
    text.lines().any(|line| {
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        code.contains(&format!("{call}(")) || code.contains(&format!("({call})"))
    })
}
