//! The rules, one file each.
//!
//! A rule takes the house and says what it finds. What rustc, rustfmt or clippy can check is left
//! to them; these are the habits that only this house has.

mod crate_roots;
mod dead_files;
mod exhaustive;
mod file_length;
mod function_length;
mod leftovers;
mod links;
mod machine_paths;
mod narrowing;
mod panics;
mod statics;
mod storeys;
mod unsafe_code;

use super::finding::Finding;
use super::house::House;

pub(crate) use file_length::median;
pub(crate) use function_length::COMFORT_LINES;

/// A rule: its name, and what looks for findings.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) find: fn(&House) -> Vec<Finding>,
}

/// All rules, in the order in which they are applied.
pub(crate) const RULES: [Rule; 13] = [
    Rule { name: "file length", find: file_length::find },
    Rule { name: "function length", find: function_length::find },
    Rule { name: "unsafe code", find: unsafe_code::find },
    Rule { name: "crate roots forbid unsafe code", find: crate_roots::find },
    Rule { name: "statics", find: statics::find },
    Rule { name: "panics", find: panics::find },
    Rule { name: "narrowing casts", find: narrowing::find },
    Rule { name: "storeys of the kernel", find: storeys::find },
    Rule { name: "exhaustive matches", find: exhaustive::find },
    Rule { name: "dead files", find: dead_files::find },
    Rule { name: "links", find: links::find },
    Rule { name: "leftovers", find: leftovers::find },
    Rule { name: "paths of one machine", find: machine_paths::find },
];

/// The crates that a kernel image consists of, where nothing may panic and nothing is shared.
const PURE: [&str; 2] = ["kernel/src/", "abi/src/"];

/// Applies one rule to a house of a few lines, and gives what it finds as text.
#[cfg(test)]
fn findings(find: fn(&House) -> Vec<Finding>, texts: &[(&str, &str)]) -> Vec<String> {
    let house = super::house::house(texts);
    assert_eq!(house.unreadable, [], "the test's own sources");
    find(&house).iter().map(ToString::to_string).collect()
}
