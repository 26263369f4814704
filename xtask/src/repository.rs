//! Where the repository is, which files belong to it, and where cargo builds.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::Program;

/// This checkout.
#[derive(Debug)]
pub(crate) struct Repository {
    root: PathBuf,
    target: PathBuf,
}

impl Repository {
    /// The checkout that this program belongs to: cargo says so when it runs it.
    pub(crate) fn find() -> Result<Repository> {
        let own = env::var_os("CARGO_MANIFEST_DIR")
            .context("run this as `cargo xtask`: cargo says where the repository is")?;
        let root = Path::new(&own).parent().context("xtask stands in no repository")?.to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(target) => root.join(target),
            None => root.join("target"),
        };
        Ok(Repository { root, target })
    }

    /// The repository's root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that all builds share.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A command in the repository's root.
    pub(crate) fn command(&self, program: &str) -> Program {
        Program::new(program, &self.root)
    }

    /// Cargo, building into the shared folder.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Program {
        self.command("cargo").arguments(arguments).environment("CARGO_TARGET_DIR", &self.target)
    }

    /// Every text file that git tracks or would track, by its path from the root.
    pub(crate) fn texts(&self) -> Result<BTreeMap<String, String>> {
        let listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed = self.command("git").arguments(&listing).output()?;
        let mut texts = BTreeMap::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let full = self.root.join(path);
            if !full.is_file() {
                continue; // deleted and not yet committed, or a link to a folder
            }
            let bytes = std::fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            // What is not UTF-8 is no text, and no rule has anything to say of it.
            if let Ok(text) = String::from_utf8(bytes) {
                texts.insert(path.to_owned(), text);
            }
        }
        Ok(texts)
    }
}
