//! No file stays behind when its module goes.

use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Role};

pub(super) fn find(house: &House) -> Vec<Finding> {
    let unreached = house.sources.iter().filter(|source| source.role == Role::Unreached);
    unreached
        .filter(|source| source.path.starts_with("src/") || source.path.contains("/src/"))
        .map(|source| {
            let what = "nothing compiles this file";
            Finding::new(&source.path, 1, what, "declare it with `mod`, or delete it")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn a_file_that_nothing_reaches_is_found() {
        let texts = [
            ("room/Cargo.toml", "[package]"),
            ("room/src/lib.rs", "mod a; #[cfg(test)] mod b;"),
            ("room/src/a.rs", ""),
            ("room/src/b.rs", ""),
            ("room/src/a/c.rs", ""),
            ("room/tests/data/d.rs", ""),
        ];
        let expected =
            "room/src/a/c.rs:1: nothing compiles this file; declare it with `mod`, or delete it";
        assert_eq!(findings(find, &texts), [expected]);
    }
}
