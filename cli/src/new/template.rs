//! The files of a new system.
//!
//! The template is a system that builds in its own folder of this repository; so it can be checked,
//! formatted and edited like any other code. Two things in it are of that place and are written
//! anew: the system's name, and the paths to Guichet's crates, which all stand in one manifest.

use std::fs;
use std::path::Path;

use toml_edit::{DocumentMut, Item, value};

use super::{Refusal, name};

/// The name of the system that the template is.
const TEMPLATE_NAME: &str = "new_system";
/// How the template names Guichet's folder.
const TEMPLATE_GUICHET: &str = "../../";
const MANIFEST: &str = "Cargo.toml";
/// The versions that Guichet itself is tested with. A system that begins with them builds with what
/// is on this machine already, also without a network.
const LOCK: &str = "Cargo.lock";

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../template/", $path)))),*]
    };
}

const FILES: [(&str, &str); 13] = files![
    ".gitignore",
    "Cargo.toml",
    "system.json5",
    "initiator/Cargo.toml",
    "initiator/src/main.rs",
    "initiator/codegen/Cargo.toml",
    "initiator/codegen/build.rs",
    "initiator/codegen/src/lib.rs",
    "handler/Cargo.toml",
    "handler/src/main.rs",
    "handler/codegen/Cargo.toml",
    "handler/codegen/build.rs",
    "handler/codegen/src/lib.rs",
];

/// Writes the system called `name`, built against the Guichet crates in `guichet`, into `folder`.
pub(super) fn write(folder: &Path, name: &str, guichet: &Path) -> Result<(), Refusal> {
    for (path, text) in FILES {
        let text = text.replace(TEMPLATE_NAME, &name::identifier(name));
        let text = if path == MANIFEST { manifest(&text, guichet)? } else { text };
        put(&folder.join(path), &text)?;
    }
    match fs::read_to_string(guichet.join(LOCK)) {
        Ok(lock) => put(&folder.join(LOCK), &lock),
        // Without it cargo chooses versions itself.
        Err(_) => Ok(()),
    }
}

/// The workspace's manifest with its paths to Guichet's crates pointing into `guichet`.
fn manifest(text: &str, guichet: &Path) -> Result<String, Refusal> {
    let mut manifest: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| Refusal::Template(error.to_string()))?;
    let dependencies = manifest
        .get_mut("workspace")
        .and_then(|workspace| workspace.get_mut("dependencies"))
        .and_then(Item::as_table_like_mut)
        .ok_or_else(|| Refusal::Template("it has no dependencies".into()))?;
    for (_, dependency) in dependencies.iter_mut() {
        let Some(path) = dependency.get_mut("path") else { continue };
        let Some(inner) = path.as_str().and_then(|path| path.strip_prefix(TEMPLATE_GUICHET)) else {
            continue;
        };
        let whole = guichet.join(inner);
        let whole = whole.to_str().ok_or_else(|| Refusal::NotText(whole.clone()))?;
        *path = value(whole);
    }
    Ok(manifest.to_string())
}

fn put(path: &Path, text: &str) -> Result<(), Refusal> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, text))
        .map_err(|source| Refusal::Write { path: path.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn no_place_of_the_template_is_left_in_a_new_system() {
        let folder = tempfile::tempdir().expect("a folder");
        let guichet = PathBuf::from("/a \"strange\" place\\");
        write(folder.path(), "my-system", &guichet).expect("it can be written");
        for (path, _) in FILES {
            let text = fs::read_to_string(folder.path().join(path)).expect("it is written");
            assert!(!text.contains(TEMPLATE_NAME), "{path}: {text}");
        }
        let manifest = fs::read_to_string(folder.path().join(MANIFEST)).expect("a manifest");
        let manifest: DocumentMut = manifest.parse().expect("it is still TOML");
        let dependencies = manifest["workspace"]["dependencies"].as_table().expect("a table");
        for (name, dependency) in dependencies {
            let path = dependency["path"].as_str().expect("a path");
            assert!(Path::new(path).starts_with(&guichet), "{name}: {path}");
        }
    }

    #[test]
    fn every_file_of_the_template_is_in_a_new_system() {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("template");
        let mut found = Vec::new();
        let mut folders = vec![template.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let inner = path.strip_prefix(&template).expect("inside").to_path_buf();
                match inner.to_str().expect("text") {
                    // What building the template in its place leaves there.
                    "target" | LOCK => {}
                    _ if path.is_dir() => folders.push(path),
                    inner => found.push(inner.to_owned()),
                }
            }
        }
        found.sort();
        let mut known: Vec<&str> = FILES.into_iter().map(|(path, _)| path).collect();
        known.sort_unstable();
        assert_eq!(found, known);
    }
}
