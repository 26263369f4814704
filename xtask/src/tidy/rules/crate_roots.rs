//! Every library and program outside the places of unsafe code forbids it, so that rustc keeps
//! what this check only looks at. Where such a place is a module of a crate, the crate denies
//! unsafe code and allows it to that module alone.

use proc_macro2::TokenTree;
use syn::{AttrStyle, Attribute, Meta};

use super::unsafe_code::{PLACES, is_allowed};
use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Package, Source};
use crate::tidy::manifest::Kind;

pub(super) fn find(house: &House) -> Vec<Finding> {
    house.packages.iter().flat_map(|package| in_package(house, package)).collect()
}

fn in_package(house: &House, package: &Package) -> Vec<Finding> {
    let roots = package.roots.iter().filter(|root| root.kind == Kind::Product);
    let roots = roots.filter_map(|root| house.source(&root.path));
    let has_place = PLACES.iter().any(|(place, _)| is_inside(package, place));
    roots
        .filter(|root| !is_allowed(&root.path))
        .filter(|root| !(has(root, "forbid") || has_place && has(root, "deny")))
        .map(|root| {
            let word = if has_place { "deny" } else { "forbid" };
            let what = format!("this crate does not {word} unsafe code");
            Finding::new(&root.path, 1, what, format!("add #![{word}(unsafe_code)]"))
        })
        .collect()
}

/// Tells whether a place is part of what the package's crates are made of; programs that its tests
/// build are not.
fn is_inside(package: &Package, place: &str) -> bool {
    place.strip_prefix(&package.room).is_some_and(|rest| rest.starts_with("/src/"))
}

/// Tells whether a whole file has this level set for unsafe code.
fn has(source: &Source, level: &str) -> bool {
    source.tree.attrs.iter().any(|attribute| sets_unsafe_code(attribute, level))
}

fn sets_unsafe_code(attribute: &Attribute, level: &str) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return false;
    };
    let mut tokens = list.tokens.clone().into_iter();
    matches!(attribute.style, AttrStyle::Inner(_))
        && list.path.is_ident(level)
        && tokens.any(|token| matches!(token, TokenTree::Ident(name) if name == "unsafe_code"))
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    fn of_root(folder: &str, text: &str) -> Vec<String> {
        let (manifest, root) = (format!("{folder}/Cargo.toml"), format!("{folder}/src/main.rs"));
        findings(find, &[(&manifest, "[package]"), (&root, text)])
    }

    #[test]
    fn a_crate_forbids_unsafe_code() {
        assert_eq!(of_root("cli", "#![forbid(unsafe_code)]"), Vec::<String>::new());
        assert_eq!(of_root("cli", "#![forbid(missing_docs, unsafe_code)]"), Vec::<String>::new());
        assert_eq!(of_root("ports/linux", ""), Vec::<String>::new());
        for source in ["", "#![deny(unsafe_code)]", "#[forbid(unsafe_code)] fn f() {}"] {
            let expected = "cli/src/main.rs:1: this crate does not forbid unsafe code; add #![forbid(unsafe_code)]";
            assert_eq!(of_root("cli", source), [expected], "{source}");
        }
    }

    #[test]
    fn a_crate_with_a_place_in_it_denies_unsafe_code() {
        let of_suite = |text: &str| {
            findings(find, &[("suite/Cargo.toml", "[package]"), ("suite/src/lib.rs", text)])
        };
        assert_eq!(of_suite("#![deny(unsafe_code)]"), Vec::<String>::new());
        let expected =
            "suite/src/lib.rs:1: this crate does not deny unsafe code; add #![deny(unsafe_code)]";
        assert_eq!(of_suite(""), [expected]);
    }

    #[test]
    fn only_roots_need_it() {
        let texts = [
            ("cli/Cargo.toml", "[package]"),
            ("cli/src/lib.rs", "#![forbid(unsafe_code)] mod a;"),
            ("cli/src/a.rs", ""),
            ("cli/tests/t.rs", ""),
        ];
        assert_eq!(findings(find, &texts), Vec::<String>::new());
    }
}
