//! A system to start from (TL-2).
//!
//! What a newcomer needs first is something that runs, small enough to read in one go and laid out
//! as a real system is. The template is exactly that: real files, which build where they lie, with
//! two processes and a channel between them. Making a system means copying them, with the system's
//! name and Guichet's folder written in.
//!
//! The copy is made whole in a hidden folder and then moved, so that whatever fails, or whoever
//! presses Ctrl-C, leaves nothing half-made behind (TL-4).

mod name;
mod place;
mod template;

use std::io;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::interruption::Work;
use place::Place;

/// What Guichet's folder must have for a system to be built against it.
const NEEDED: [&str; 3] = ["abi/Cargo.toml", "userspace/Cargo.toml", "system/Cargo.toml"];

/// Why a new system cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The name is not one that cargo packages and folders can have.
    #[error("`{name}` cannot be the name of a system: {reason}")]
    Name {
        /// What was asked for, readable.
        name: String,
        /// The rule that it breaks.
        reason: &'static str,
        /// A name like it that would do.
        similar: Option<String>,
    },
    /// There is something where the system shall be.
    #[error("{} exists and is not an empty folder", .0.display())]
    Occupied(PathBuf),
    /// The folder around the new one is not there.
    #[error("there is no folder {} to make the system in", .0.display())]
    NoParent(PathBuf),
    /// Guichet's own crates are not where they should be.
    #[error("Guichet's crates are not in {}", folder.display())]
    NoGuichet {
        /// Where they were looked for.
        folder: PathBuf,
        /// Whether that is where this tool was built, and not what the user said.
        is_default: bool,
    },
    /// A path that a manifest cannot hold.
    #[error("the path {} is not UTF-8, so no Cargo.toml can name it", .0.display())]
    NotText(PathBuf),
    /// The template's manifest is not what this module expects; a bug in Guichet.
    #[error("the template's manifest cannot be filled in: {0}")]
    Template(String),
    /// Linux refuses to write.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Refusal {
    /// What to do about it, in one sentence.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Refusal::Name { similar: Some(similar), .. } => {
                format!("call it `{similar}`; --path says where it goes")
            }
            Refusal::Name { similar: None, .. } => {
                "for example: `guichet new blinky --path some/folder`".into()
            }
            Refusal::Occupied(_) => "choose another name, or another folder with --path".into(),
            Refusal::NoParent(folder) => format!("make it first: mkdir -p {}", folder.display()),
            Refusal::NoGuichet { is_default: true, .. } => {
                "this tool was built from there; say with \
                --guichet PATH where Guichet's repository is now"
                    .into()
            }
            Refusal::NoGuichet { is_default: false, .. } => {
                "give --guichet the folder of Guichet's repository".into()
            }
            Refusal::NotText(_) | Refusal::Template(_) | Refusal::Write { .. } => return None,
        })
    }
}

/// Makes the system called `name` in the folder `path`, or in one of its own name below the current
/// folder, and gives that folder (TL-2). It depends on the Guichet crates in the folder `guichet`,
/// or in that which this tool was built from. Blocks for the file system.
///
/// # Errors
/// [`Failure::NotMade`], and [`Failure::Interrupted`] after a signal; either leaves nothing behind.
pub fn create(name: &str, path: Option<&Path>, guichet: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = path.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    name::check(name)?;
    let guichet = guichet_folder(guichet)?;
    let place = Place::find(&folder)?;
    let write_error = |source| Refusal::Write { path: folder.clone(), source };
    let work = Work::begin().map_err(write_error)?;
    let staged = place.stage()?;
    template::write(&staged.path(), name, &guichet)?;
    if let Some(signal) = work.signal() {
        return Err(Failure::Interrupted(signal));
    }
    place.install(&staged)?;
    Ok(folder)
}

/// The folder of Guichet's repository, whole and checked.
fn guichet_folder(asked: Option<&Path>) -> Result<PathBuf, Refusal> {
    // The repository is the folder around this crate.
    let folder = asked.unwrap_or(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")));
    let missing =
        || Refusal::NoGuichet { folder: folder.to_path_buf(), is_default: asked.is_none() };
    let folder = folder.canonicalize().map_err(|_| missing())?;
    let is_there = NEEDED.iter().all(|file| folder.join(file).is_file());
    if is_there { Ok(folder) } else { Err(missing()) }
}
