//! The house as the rules see it: texts by path, Rust files parsed, packages with their roots.
//!
//! Rules look at this and never at the disk, so that each can be tested on a house of three lines.

use std::collections::BTreeMap;

use proc_macro2::LineColumn;

use super::attributes::strip_tests;
use super::finding::Finding;
use super::manifest::{Kind, Root, crate_roots};
use super::modules::reachable;

/// Who compiles a Rust file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A library, a program or a build script.
    Product,
    /// Only tests.
    Test,
    /// Nobody.
    Unreached,
}

/// A Rust file.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    /// The whole file.
    pub(crate) tree: syn::File,
    /// The file without what exists only when testing; empty for a test.
    pub(crate) product: syn::File,
    pub(crate) role: Role,
    /// The folder of the package that it belongs to.
    pub(crate) room: String,
}

impl Source {
    /// How many lines it has.
    pub(crate) fn line_count(&self) -> usize {
        self.text.lines().count()
    }

    /// The text of a line, counted from 1.
    pub(crate) fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|index| self.text.lines().nth(index)).unwrap_or("")
    }

    /// A finding at a place in this file.
    pub(crate) fn finding(&self, at: LineColumn, what: impl Into<String>, remedy: &str) -> Finding {
        Finding::new(&self.path, at.line, what, remedy)
    }
}

/// A package and where its crates begin.
pub(crate) struct Package {
    /// Its folder, without a slash at the end.
    pub(crate) room: String,
    pub(crate) roots: Vec<Root>,
}

/// Everything that the rules look at.
pub(crate) struct House {
    /// Every text file, by its path from the repository's root.
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) packages: Vec<Package>,
    /// Every Rust file that could be parsed.
    pub(crate) sources: Vec<Source>,
    /// What could not be parsed.
    pub(crate) unreadable: Vec<Finding>,
}

impl House {
    /// Parses what can be parsed.
    pub(crate) fn new(texts: BTreeMap<String, String>) -> House {
        let mut unreadable = Vec::new();
        let packages = packages(&texts, &mut unreadable);
        let mut trees = BTreeMap::new();
        for (path, text) in texts.iter().filter(|(path, _)| path.ends_with(".rs")) {
            match syn::parse_file(text) {
                Ok(tree) => {
                    trees.insert(path.clone(), tree);
                }
                Err(error) => {
                    let what = format!("this is not Rust: {error}");
                    let line = error.span().start().line;
                    unreadable.push(Finding::new(
                        path,
                        line,
                        what,
                        "mend it, or give it another ending",
                    ));
                }
            }
        }
        let sources = sources(&texts, &packages, trees);
        House { texts, packages, sources, unreadable }
    }

    /// The Rust file at a path.
    pub(crate) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// The files of a folder that are no tests.
    pub(crate) fn products<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Source> {
        self.sources
            .iter()
            .filter(move |source| source.path.starts_with(folder) && source.role != Role::Test)
    }
}

fn packages(texts: &BTreeMap<String, String>, unreadable: &mut Vec<Finding>) -> Vec<Package> {
    let mut packages = Vec::new();
    for (path, text) in texts {
        let Some(folder) = path.strip_suffix("Cargo.toml") else {
            continue;
        };
        if !folder.is_empty() && !folder.ends_with('/') {
            continue;
        }
        match crate_roots(folder, text, texts.keys().map(String::as_str)) {
            Ok(Some(roots)) => {
                let room = folder.trim_end_matches('/').to_owned();
                packages.push(Package { room, roots });
            }
            Ok(None) => {}
            Err(error) => {
                let what = format!("this manifest cannot be read: {}", error.message());
                unreadable.push(Finding::new(path, 1, what, "mend it"));
            }
        }
    }
    packages
}

fn sources(
    texts: &BTreeMap<String, String>,
    packages: &[Package],
    trees: BTreeMap<String, syn::File>,
) -> Vec<Source> {
    let roots = |kinds: &[Kind]| -> Vec<String> {
        let all = packages.iter().flat_map(|package| &package.roots);
        all.filter(|root| kinds.contains(&root.kind)).map(|root| root.path.clone()).collect()
    };
    let product = reachable(&trees, roots(&[Kind::Product, Kind::Build]), false);
    let all = reachable(&trees, roots(&[Kind::Product, Kind::Build, Kind::Test]), true);
    let role = |path: &str| match (product.contains(path), all.contains(path)) {
        (true, _) => Role::Product,
        (false, true) => Role::Test,
        // What a test builds by itself, or reads as data.
        (false, false) if path.contains("/tests/") => Role::Test,
        (false, false) => Role::Unreached,
    };
    let source = |(path, tree): (String, syn::File)| {
        let mut product = tree.clone();
        let role = role(&path);
        if role == Role::Test {
            product.items.clear();
        }
        strip_tests(&mut product.items);
        let room = room_of(packages, &path).to_owned();
        let text = texts.get(&path).cloned().unwrap_or_default();
        Source { path, text, tree, product, role, room }
    };
    trees.into_iter().map(source).collect()
}

/// The innermost package that a file lies in.
fn room_of<'a>(packages: &'a [Package], path: &str) -> &'a str {
    let holds = |room: &str| {
        room.is_empty() || path.strip_prefix(room).is_some_and(|rest| rest.starts_with('/'))
    };
    let rooms = packages.iter().map(|package| package.room.as_str());
    rooms.filter(|room| holds(room)).max_by_key(|room| room.len()).unwrap_or("")
}

/// Makes a house of a few lines.
#[cfg(test)]
pub(crate) fn house(texts: &[(&str, &str)]) -> House {
    House::new(texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_know_their_room_and_their_role() {
        let house = house(&[
            ("room/Cargo.toml", "[package]"),
            ("room/src/lib.rs", "mod used; #[cfg(test)] mod tests;"),
            ("room/src/used.rs", ""),
            ("room/src/tests.rs", ""),
            ("room/src/dead.rs", ""),
            ("room/inner/Cargo.toml", "[package]"),
            ("room/inner/src/main.rs", ""),
        ]);
        let found: Vec<_> =
            house.sources.iter().map(|s| (s.path.as_str(), s.room.as_str(), s.role)).collect();
        let expected = [
            ("room/inner/src/main.rs", "room/inner", Role::Product),
            ("room/src/dead.rs", "room", Role::Unreached),
            ("room/src/lib.rs", "room", Role::Product),
            ("room/src/tests.rs", "room", Role::Test),
            ("room/src/used.rs", "room", Role::Product),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_cannot_be_parsed_is_said() {
        let house = house(&[("a/Cargo.toml", "[package"), ("b.rs", "\nfn {")]);
        let found: Vec<String> = house.unreadable.iter().map(ToString::to_string).collect();
        assert!(found[0].starts_with("a/Cargo.toml:1: this manifest cannot be read"), "{found:?}");
        assert!(found[1].starts_with("b.rs:2: this is not Rust"), "{found:?}");
    }
}
