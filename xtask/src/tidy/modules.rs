//! Which files a crate root reaches through `mod` declarations and `include!`.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{Visit, visit_item_mod};

use super::attributes::{is_for_tests, path_attribute};

/// All files that the roots reach, the roots among them. Without `with_tests`, modules that exist
/// only when testing are not entered.
pub(crate) fn reachable(
    trees: &BTreeMap<String, syn::File>,
    roots: Vec<String>,
    with_tests: bool,
) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<(String, bool)> = roots.into_iter().map(|root| (root, true)).collect();
    while let Some((path, is_root)) = open.pop() {
        let Some(tree) = trees.get(&path) else {
            continue;
        };
        if !reached.insert(path.clone()) {
            continue;
        }
        let mut children =
            Children { trees, folders: folders(&path, is_root), with_tests, found: Vec::new() };
        children.visit_file(tree);
        open.extend(children.found.into_iter().map(|child| (child, false)));
    }
    reached
}

/// Where the modules of a file are looked for: the folder that the file lies in, and the folder
/// that its child modules lie in.
fn folders(path: &str, is_root: bool) -> (String, String) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.trim_end_matches(".rs");
    let children = if is_root || stem == "mod" { folder.to_owned() } else { join(folder, stem) };
    (folder.to_owned(), children)
}

struct Children<'a> {
    trees: &'a BTreeMap<String, syn::File>,
    /// As [`folders`] gives them; the second grows inside inline modules.
    folders: (String, String),
    with_tests: bool,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Children<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !self.with_tests && is_for_tests(&module.attrs) {
            return;
        }
        let name = module.ident.to_string();
        let inside = join(&self.folders.1, name.trim_start_matches("r#"));
        if module.content.is_some() {
            let outside = std::mem::replace(&mut self.folders.1, inside);
            visit_item_mod(self, module);
            self.folders.1 = outside;
            return;
        }
        let candidates = match path_attribute(&module.attrs) {
            Some(path) => vec![join(&self.folders.0, &path)],
            None => vec![format!("{inside}.rs"), format!("{inside}/mod.rs")],
        };
        self.found.extend(candidates.into_iter().filter(|path| self.trees.contains_key(path)));
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("include")
            && let Ok(name) = call.parse_body::<syn::LitStr>()
        {
            self.found.push(join(&self.folders.0, &name.value()));
        }
    }
}

/// Puts a relative path behind a folder; `..` goes up.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(texts: &[(&str, &str)], with_tests: bool) -> Vec<String> {
        let trees = texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), syn::parse_file(text).unwrap()))
            .collect();
        reachable(&trees, vec!["r/src/lib.rs".to_owned()], with_tests).into_iter().collect()
    }

    #[test]
    fn modules_lie_where_rustc_looks_for_them() {
        let texts = [
            (
                "r/src/lib.rs",
                "mod a; mod b { mod c; } #[path = \"../odd/d.rs\"] mod d; include!(\"e.rs\");",
            ),
            ("r/src/a.rs", "mod deep;"),
            ("r/src/a/deep.rs", ""),
            ("r/src/b/c/mod.rs", "mod beside;"),
            ("r/src/b/c/beside.rs", ""),
            ("r/odd/d.rs", ""),
            ("r/src/e.rs", ""),
            ("r/src/deep.rs", ""),
            ("r/src/c.rs", ""),
        ];
        let all = reached(&texts, true);
        assert_eq!(all.len(), 7, "{all:?}");
        assert!(
            !all.contains(&"r/src/deep.rs".to_owned()) && !all.contains(&"r/src/c.rs".to_owned())
        );
    }

    #[test]
    fn test_modules_are_entered_only_when_testing() {
        let texts = [("r/src/lib.rs", "#[cfg(test)] mod tests;"), ("r/src/tests.rs", "")];
        assert_eq!(reached(&texts, true).len(), 2);
        assert_eq!(reached(&texts, false).len(), 1);
    }
}
