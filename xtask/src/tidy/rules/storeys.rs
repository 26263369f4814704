//! The kernel is built in storeys: a file imports only from those below it.
//!
//! The order stands in the module documentation of kernel/src/lib.rs, and only there: what a reader
//! sees is what is checked. In a line of it, files stand side by side, and may import from those to
//! their right; so the order is total, and no two files can import each other.

use syn::visit::{self, Visit};
use syn::{Path, UseTree};

use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Source};

const ROOM: &str = "kernel/src/";
const ROOT: &str = "kernel/src/lib.rs";

pub(super) fn find(house: &House) -> Vec<Finding> {
    let Some(root) = house.source(ROOT) else {
        return Vec::new();
    };
    let files: Vec<&Source> = house.products(ROOM).filter(|source| source.path != ROOT).collect();
    let known: Vec<String> = files.iter().map(|source| module_of(&source.path).join("/")).collect();
    let order = order(&root.text, &known);
    let mut findings = Vec::new();
    for source in files {
        let own = module_of(&source.path);
        let mut imports = Imports { own: &own, found: Vec::new() };
        imports.visit_file(&source.product);
        let own = own.join("/");
        if imports.found.is_empty() && !order.contains(&own) {
            continue; // a folder's file, which only declares
        }
        let Some(storey) = position(&order, &own) else {
            let what = format!("`{own}` has no place in the order of the kernel's files");
            findings.push(Finding::new(
                &source.path,
                1,
                what,
                format!("add it to the text at the top of {ROOT}"),
            ));
            continue;
        };
        findings.extend(imports.found.iter().filter_map(|(target, line)| {
            let (below, name) = storey_of(&order, target)?;
            let what = format!("`{own}` imports from `{name}`, which does not lie below it");
            (below <= storey && name != own)
                .then(|| Finding::new(&source.path, *line, what, "turn the dependence round"))
        }));
    }
    findings
}

/// The module that a file is, as the names on the way to it.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix(ROOM).unwrap_or(path).trim_end_matches(".rs");
    let mut names: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

/// The modules in the order of the fenced text, from the roof down and in a line from the left.
fn order(root: &str, known: &[String]) -> Vec<String> {
    let lines = root.lines().filter_map(|line| line.strip_prefix("//!"));
    let fenced = lines.skip_while(|line| line.trim() != "```text").skip(1);
    fenced
        .take_while(|line| line.trim() != "```")
        .flat_map(|line| line.split("  ").map(str::trim).filter(|part| !part.is_empty()))
        .filter(|part| known.iter().any(|module| module == part))
        .map(str::to_owned)
        .collect()
}

fn position(order: &[String], module: &str) -> Option<usize> {
    order.iter().position(|name| name == module)
}

/// The storey that an import reaches, by the longest module name that it begins with.
fn storey_of<'a>(order: &'a [String], target: &[String]) -> Option<(usize, &'a str)> {
    (1..=target.len()).rev().find_map(|length| {
        let name = target.get(..length)?.join("/");
        let storey = position(order, &name)?;
        order.get(storey).map(|name| (storey, name.as_str()))
    })
}

/// Everything that a file names by a path into its own crate.
struct Imports<'a> {
    own: &'a [String],
    /// The names from the crate's root on, and the line.
    found: Vec<(Vec<String>, usize)>,
}

impl Imports<'_> {
    /// Notes a path if it leads into the crate: from its root, from here, or from above here.
    fn note(&mut self, names: &[String], line: usize) {
        let parents = names.iter().take_while(|name| *name == "super").count();
        let start = match names.first().map(String::as_str) {
            Some("crate") => &[],
            Some("self") => self.own,
            Some("super") => {
                let kept = self.own.len().saturating_sub(parents);
                self.own.get(..kept).unwrap_or(&[])
            }
            Some(_) | None => return,
        };
        let rest = names.get(parents.max(1)..).unwrap_or(&[]);
        // The crate by itself is the scope of a `pub(crate)`, and no import.
        if !rest.is_empty() {
            self.found.push(([start, rest].concat(), line));
        }
    }

    fn walk(&mut self, tree: &UseTree, above: &[String]) {
        match tree {
            UseTree::Path(path) => {
                self.walk(&path.tree, &[above, &[path.ident.to_string()]].concat());
            }
            UseTree::Name(name) => self.leaf(&name.ident, above),
            UseTree::Rename(rename) => self.leaf(&rename.ident, above),
            UseTree::Glob(glob) => self.note(above, glob.star_token.spans[0].start().line),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.walk(item, above)),
        }
    }

    fn leaf(&mut self, name: &syn::Ident, above: &[String]) {
        self.note(&[above, &[name.to_string()]].concat(), name.span().start().line);
    }
}

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let names: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(1, |segment| segment.ident.span().start().line);
        self.note(&names, line);
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    const LIB: &str = "//! ```text\n//!   roof              says what\n//!   ipc/window\n\
                       //!   left   right      who\n//!   floor\n//! ```\n\
                       mod roof; mod ipc; mod left; mod right; mod floor;";

    fn in_kernel(files: &[(&str, &str)]) -> Vec<String> {
        let all = ["roof", "ipc/window", "left", "right", "floor"];
        let text = |name: &str| files.iter().find(|file| file.0 == name).map_or("", |file| file.1);
        let mut texts: Vec<(String, &str)> =
            all.map(|name| (format!("kernel/src/{name}.rs"), text(name))).to_vec();
        texts.push(("kernel/src/ipc/mod.rs".to_owned(), "pub(crate) mod window;"));
        texts.push((ROOT.to_owned(), LIB));
        texts.push(("kernel/Cargo.toml".to_owned(), "[package]"));
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        findings(find, &texts)
    }

    #[test]
    fn imports_that_go_down_or_to_the_right_are_fine() {
        let files = [
            ("roof", "use crate::ipc::window::Window; use crate::{left, floor::{self, F}};"),
            ("ipc/window", "fn f() -> crate::right::R { super::super::floor::f() }"),
            ("left", "use crate::right::R; use core::mem; use self::Own; use crate::left::Other;"),
        ];
        assert_eq!(in_kernel(&files), Vec::<String>::new());
    }

    #[test]
    fn imports_that_go_up_or_to_the_left_are_found() {
        let table = [
            ("floor", "use crate::roof::Roof;", "roof"),
            ("floor", "\n\nuse crate::{ipc::window::W};", "ipc/window"),
            ("right", "use crate::left::*;", "left"),
            ("right", "fn f(l: &crate::left::L) {}", "left"),
            ("floor", "use super::roof as other;", "roof"),
            ("ipc/window", "use super::super::roof;", "roof"),
        ];
        for (file, text, target) in table {
            let line = text.matches('\n').count() + 1;
            let expected = format!(
                "kernel/src/{file}.rs:{line}: `{file}` imports from `{target}`, which does not lie \
                 below it; turn the dependence round"
            );
            assert_eq!(in_kernel(&[(file, text)]), [expected], "{text}");
        }
    }

    #[test]
    fn tests_may_import_from_anywhere() {
        let text = "#[cfg(test)] mod tests { use crate::roof::Roof; }";
        assert_eq!(in_kernel(&[("floor", text)]), Vec::<String>::new());
    }

    #[test]
    fn a_file_without_a_place_is_found() {
        let texts = [
            ("kernel/Cargo.toml", "[package]"),
            (ROOT, "//! ```text\n//!   roof\n//! ```\nmod roof; mod new;"),
            ("kernel/src/roof.rs", ""),
            ("kernel/src/new.rs", "use crate::roof::Roof;"),
        ];
        let expected = "kernel/src/new.rs:1: `new` has no place in the order of the kernel's files; \
                        add it to the text at the top of kernel/src/lib.rs";
        assert_eq!(findings(find, &texts), [expected]);
    }
}
