//! A system's folder and the file in it, and where what is built of it goes.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use guichet_system::Loaded;

use crate::{Failure, Target, discover};

/// The name of the file that says what a system consists of.
pub const SYSTEM_FILE: &str = "system.json5";

/// Reads and checks the system in the folder `dir` (CF-1 to CF-4). Blocks for the file system.
///
/// What is wrong in the file comes with the result, as diagnostics. What it says of devices and
/// interrupts is checked for the boards that it names; [`read_system_for`] checks it for another, too.
///
/// # Errors
/// [`Failure::NoFolder`] and [`Failure::NoSystemFile`], if there is nothing to read at all.
pub fn read_system(dir: &Path) -> Result<Loaded, Failure> {
    Ok(guichet_system::load(strip_dot(&file(dir)?)))
}

/// As [`read_system`], for the board called `board`.
///
/// # Errors
/// As [`read_system`].
pub fn read_system_for(dir: &Path, board: &str) -> Result<Loaded, Failure> {
    Ok(guichet_system::load_for(strip_dot(&file(dir)?), board))
}

/// The system's file in the folder.
fn file(dir: &Path) -> Result<PathBuf, Failure> {
    let folder = || dir.to_path_buf();
    if !dir.is_dir() {
        return Err(Failure::NoFolder { folder: folder(), exists: dir.exists() });
    }
    let file = dir.join(SYSTEM_FILE);
    // A dangling link or a forbidden file is not "missing": the system crate says what it is.
    if file.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Err(Failure::NoSystemFile { folder: folder() });
    }
    Ok(file)
}

/// `system.json5` instead of `./system.json5`, as a person would name it.
fn strip_dot(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// The folder for what is built of the system in `dir` for a board, below cargo's target folder, which is
/// that of the first of its `targets`.
pub(crate) fn output_folder(
    dir: &Path,
    board: &str,
    targets: &[Target],
) -> Result<PathBuf, Failure> {
    let dir = dir.canonicalize().map_err(|_| Failure::no_folder(dir))?;
    let target = match targets.first() {
        Some(target) => discover::target_folder(&target.manifest)?,
        None => dir.join("target"),
    };
    // Folders of one name may share a target folder.
    let mut hasher = DefaultHasher::new();
    dir.hash(&mut hasher);
    let mut name = dir.file_name().unwrap_or("system".as_ref()).to_owned();
    name.push(format!("-{:016x}", hasher.finish()));
    let folder = target.join("guichet").join(board).join(name);
    fs::create_dir_all(&folder).map_err(|source| Failure::not_written(&folder, source))?;
    Ok(folder)
}

/// Cargo's target folder, of which this is an [`output_folder`].
pub(crate) fn target_of(folder: &Path) -> &Path {
    folder.ancestors().nth(3).unwrap_or(folder)
}

/// Writes a file unless it has that content already, so that nothing is built again for nothing.
pub(crate) fn write(file: &Path, content: &[u8]) -> Result<(), Failure> {
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(file, content).map_err(|source| Failure::not_written(file, source))
}
