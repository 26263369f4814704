//! Unsafe code has its places; elsewhere the keyword does not occur.

use crate::tidy::finding::Finding;
use crate::tidy::house::House;
use crate::tidy::tokens::{identifiers, place};

/// Where the keyword may stand, and why.
pub(super) const PLACES: [(&str, &str); 6] = [
    ("ports/", "registers, the wall and other processes' memory"),
    ("userspace/", "the way into the kernel"),
    ("suite/src/hostile", "calls and attacks that no well-behaved program makes"),
    ("cli/tests/cli/programs", "programs that look at registers, or attack their own frames"),
    ("userspace_macros/", "the entry point that a program gets is written out as tokens"),
    ("xtask/purity/", "names that the linker sees; no operation of its own"),
];

/// Looks at tokens, not at the tree: inside macros and attributes the keyword counts too.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let elsewhere = house.sources.iter().filter(|source| !is_allowed(&source.path));
    elsewhere
        .flat_map(|source| {
            let found = identifiers(source).into_iter().filter(|name| name == "unsafe");
            found.map(|name| {
                let remedy = "say it in safe Rust, or move it into a port";
                source.finding(place(&name), "unsafe code outside its places", remedy)
            })
        })
        .collect()
}

pub(super) fn is_allowed(path: &str) -> bool {
    PLACES.iter().any(|(place, _)| path.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn the_keyword_is_found_wherever_it_hides() {
        let table = [
            "fn f() { unsafe {} }",
            "unsafe fn f() {}",
            "unsafe impl Send for X {}",
            "#[unsafe(no_mangle)] fn f() {}",
            "unsafe extern \"C\" { safe fn f(); }",
            "fn f() { assert!(unsafe { g() }); }",
        ];
        for source in table {
            let found = findings(find, &[("kernel/src/lib.rs", source)]);
            let expected = "kernel/src/lib.rs:1: unsafe code outside its places; \
                            say it in safe Rust, or move it into a port";
            assert_eq!(found, [expected], "{source}");
        }
    }

    #[test]
    fn other_words_and_its_places_are_fine() {
        let harmless = "#![forbid(unsafe_code)] // unsafe\nconst TEXT: &str = \"unsafe\";";
        assert_eq!(findings(find, &[("kernel/src/lib.rs", harmless)]), Vec::<String>::new());
        let code = "fn f() { unsafe {} }";
        for (place, _) in PLACES {
            let path = format!("{}/a.rs", place.trim_end_matches('/'));
            assert_eq!(findings(find, &[(&path, code)]), Vec::<String>::new());
        }
    }
}
