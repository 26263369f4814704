//! What a planted bug is.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// A bug to plant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutant {
    /// Its name: that of its file.
    #[serde(skip)]
    pub(crate) name: String,
    /// What it breaks, in a sentence.
    pub(crate) breaks: String,
    /// The scenario that is to find it.
    pub(crate) scenario: String,
    /// The invariant that is to object.
    pub(crate) invariant: String,
    /// How to plant it.
    pub(crate) edits: Vec<Edit>,
}

/// A change to one place of the source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// The file, from the root of the repository.
    pub(crate) file: String,
    /// The text to replace, which occurs exactly once.
    pub(crate) find: String,
    /// What stands there instead.
    pub(crate) replacement: String,
}

impl Mutant {
    /// Every planted bug, by name.
    pub(crate) fn all() -> Vec<Mutant> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutants");
        let files = fs::read_dir(&folder).expect("the folder of the planted bugs can be read");
        let mut mutants: Vec<Mutant> =
            files.map(|file| Mutant::read(&file.expect("the folder can be read").path())).collect();
        mutants.sort_by(|one, other| one.name.cmp(&other.name));
        mutants
    }

    fn read(path: &Path) -> Mutant {
        let text = fs::read_to_string(path).expect("a planted bug's file can be read");
        let mut mutant: Mutant =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        mutant.name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        mutant
    }
}
