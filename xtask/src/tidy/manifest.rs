//! The crate roots of a package, as its manifest and cargo's conventions have them.
//!
//! Asking cargo would be exact too, but only for members of this workspace; the rules also look at
//! packages that stand outside it, and their tests at packages that stand nowhere.

use toml::{Table, Value};

/// What a crate root is the root of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A library or a program: what others use.
    Product,
    /// A build script.
    Build,
    /// A test, a benchmark or an example.
    Test,
}

/// A file from which rustc starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) path: String,
    pub(crate) kind: Kind,
}

/// The sections of a manifest that name crate roots, and where cargo looks without them: files in
/// the folder, or folders in it that have a `main.rs`.
const TARGETS: [(&str, &str, Kind); 4] = [
    ("bin", "src/bin/", Kind::Product),
    ("test", "tests/", Kind::Test),
    ("bench", "benches/", Kind::Test),
    ("example", "examples/", Kind::Test),
];

/// The crate roots of the package in `folder` (empty, or ending in a slash), if the manifest is
/// that of a package. `files` are the files of the house.
pub(crate) fn crate_roots<'a>(
    folder: &str,
    manifest: &str,
    files: impl Iterator<Item = &'a str> + Clone,
) -> Result<Option<Vec<Root>>, toml::de::Error> {
    let manifest: Table = manifest.parse()?;
    let Some(package) = manifest.get("package") else {
        return Ok(None);
    };
    let library = manifest.get("lib").and_then(path_of).unwrap_or("src/lib.rs");
    let build = package.get("build").and_then(Value::as_str).unwrap_or("build.rs");
    let mut roots = vec![
        (library.to_owned(), Kind::Product),
        ("src/main.rs".to_owned(), Kind::Product),
        (build.to_owned(), Kind::Build),
    ];
    for (section, conventional, kind) in TARGETS {
        let named = manifest.get(section).and_then(Value::as_array).into_iter().flatten();
        roots.extend(named.filter_map(path_of).map(|path| (path.to_owned(), kind)));
        let inside = files.clone().filter_map(|file| file.strip_prefix(folder));
        let found = inside.filter(|file| is_conventional(file, conventional));
        roots.extend(found.map(|path| (path.to_owned(), kind)));
    }
    let mut roots: Vec<Root> = roots
        .into_iter()
        .map(|(path, kind)| Root { path: format!("{folder}{path}"), kind })
        .collect();
    roots.retain(|root| files.clone().any(|file| file == root.path));
    roots.sort_by(|one, other| one.path.cmp(&other.path));
    roots.dedup_by(|one, other| one.path == other.path);
    Ok(Some(roots))
}

fn path_of(target: &Value) -> Option<&str> {
    target.get("path").and_then(Value::as_str)
}

/// Tells whether cargo takes `file` for a crate root because it lies where it lies.
fn is_conventional(file: &str, folder: &str) -> bool {
    let Some(rest) = file.strip_prefix(folder) else {
        return false;
    };
    match rest.split_once('/') {
        None => rest.ends_with(".rs"),
        Some((_, rest)) => rest == "main.rs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 9] = [
        "room/Cargo.toml",
        "room/build.rs",
        "room/src/lib.rs",
        "room/src/other.rs",
        "room/src/bin/tool.rs",
        "room/src/bin/big/main.rs",
        "room/src/bin/big/part.rs",
        "room/tests/one.rs",
        "room/tests/common/mod.rs",
    ];

    fn roots(manifest: &str) -> Vec<(String, Kind)> {
        let roots = crate_roots("room/", manifest, FILES.into_iter()).unwrap().unwrap();
        roots.into_iter().map(|root| (root.path, root.kind)).collect()
    }

    #[test]
    fn conventions_hold_where_nothing_is_named() {
        let expected = [
            ("room/build.rs", Kind::Build),
            ("room/src/bin/big/main.rs", Kind::Product),
            ("room/src/bin/tool.rs", Kind::Product),
            ("room/src/lib.rs", Kind::Product),
            ("room/tests/one.rs", Kind::Test),
        ];
        let expected = expected.map(|(path, kind)| (path.to_owned(), kind));
        assert_eq!(roots("[package]\nname = 'room'"), expected);
    }

    #[test]
    fn a_manifest_can_name_others() {
        let found = roots(
            "[package]\n[lib]\npath = 'src/other.rs'\n[[test]]\npath = 'src/bin/big/part.rs'",
        );
        assert!(found.contains(&("room/src/other.rs".to_owned(), Kind::Product)));
        assert!(found.contains(&("room/src/bin/big/part.rs".to_owned(), Kind::Test)));
        assert!(!found.iter().any(|(path, _)| path == "room/src/lib.rs"));
    }

    #[test]
    fn a_workspace_is_no_package_and_nonsense_is_an_error() {
        assert_eq!(crate_roots("", "[workspace]", FILES.into_iter()).unwrap(), None);
        assert!(crate_roots("", "[package", FILES.into_iter()).is_err());
    }
}
