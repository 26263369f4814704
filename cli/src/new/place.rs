//! Where a new system goes, and how it gets there in one piece.
//!
//! A folder that does not exist yet is made beside its place and renamed, which Linux does at once
//! or not at all. An empty folder that exists may be the one that the user's shell is in, or a
//! mount; it must stay the same folder, so there the system is made inside and its few entries are
//! moved.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Refusal;

/// A place for a new system.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    exists: bool,
}

/// A folder that is about to become the system; gone when it is dropped.
#[derive(Debug)]
pub(super) struct Staged {
    // The folder that holds it is private to this user, as temporary folders are; the system is
    // not.
    outer: TempDir,
}

impl Staged {
    /// The folder to write the system into.
    pub(super) fn path(&self) -> PathBuf {
        self.outer.path().join("system")
    }
}

impl Place {
    /// Checks that a system can go to `folder`.
    pub(super) fn find(folder: &Path) -> Result<Place, Refusal> {
        // Whole, so that it has a parent even if it is `.` or a single name.
        let folder = std::path::absolute(folder).map_err(|source| write_error(folder, source))?;
        let occupied = || Refusal::Occupied(folder.clone());
        let exists = folder.symlink_metadata().is_ok();
        if exists {
            let mut entries = fs::read_dir(&folder).map_err(|_| occupied())?;
            if entries.next().is_some() {
                return Err(occupied());
            }
        } else {
            let parent = folder.parent().unwrap_or(&folder);
            if !parent.is_dir() {
                return Err(Refusal::NoParent(parent.to_path_buf()));
            }
        }
        Ok(Place { folder, exists })
    }

    /// Makes an empty folder on the same file system as the place.
    pub(super) fn stage(&self) -> Result<Staged, Refusal> {
        let parent = self.folder.parent().unwrap_or(&self.folder);
        let beside = if self.exists { &self.folder } else { parent };
        let outer = tempfile::Builder::new().prefix(".guichet-new-").tempdir_in(beside);
        let staged = Staged { outer: outer.map_err(|source| write_error(&self.folder, source))? };
        fs::create_dir(staged.path()).map_err(|source| write_error(&self.folder, source))?;
        Ok(staged)
    }

    /// Moves the finished system to its place, all of it or nothing.
    pub(super) fn install(&self, staged: &Staged) -> Result<(), Refusal> {
        if self.exists {
            return self.fill(staged).map_err(|source| write_error(&self.folder, source));
        }
        // A folder that somebody made meanwhile is replaced only if it is empty: Linux sees to
        // that.
        fs::rename(staged.path(), &self.folder).map_err(|source| match source.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory => Refusal::Occupied(self.folder.clone()),
            _ => write_error(&self.folder, source),
        })
    }

    fn fill(&self, staged: &Staged) -> io::Result<()> {
        let mut moved = Vec::new();
        for entry in fs::read_dir(staged.path())? {
            let entry = entry?;
            let to = self.folder.join(entry.file_name());
            if let Err(error) = fs::rename(entry.path(), &to) {
                // Back to where they are removed from.
                for (from, to) in &moved {
                    let _ = fs::rename(to, from);
                }
                return Err(error);
            }
            moved.push((entry.path(), to));
        }
        Ok(())
    }
}

fn write_error(path: &Path, source: io::Error) -> Refusal {
    Refusal::Write { path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> =
            entries.map(|entry| name(entry).into_string().expect("text")).collect();
        names.sort();
        names
    }

    fn make(folder: &Path) -> Result<(), Refusal> {
        let place = Place::find(folder)?;
        let staged = place.stage()?;
        fs::write(staged.path().join("file"), "text").expect("a file");
        place.install(&staged)
    }

    #[test]
    fn a_system_arrives_whole_in_a_new_and_in_an_empty_folder() {
        let outer = tempfile::tempdir().expect("a folder");
        make(&outer.path().join("new")).expect("it is free");
        let empty = outer.path().join("empty");
        fs::create_dir(&empty).expect("a folder");
        make(&empty).expect("it is empty");
        assert_eq!(names(outer.path()), ["empty", "new"]);
        assert_eq!(names(&empty), ["file"]);
        assert_eq!(names(&outer.path().join("new")), ["file"]);
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        let outer = tempfile::tempdir().expect("a folder");
        let path = |name: &str| outer.path().join(name);
        fs::write(path("file"), "text").expect("a file");
        std::os::unix::fs::symlink("nowhere", path("link")).expect("a link");
        fs::create_dir_all(path("full/inner")).expect("a folder");
        for name in ["file", "link", "full"] {
            assert!(matches!(make(&path(name)), Err(Refusal::Occupied(_))), "{name}");
        }
        assert!(matches!(make(&path("none/new")), Err(Refusal::NoParent(_))));
        assert_eq!(names(outer.path()), ["file", "full", "link"]);
        assert_eq!(names(&path("full")), ["inner"]);
    }

    #[test]
    fn a_system_that_fails_halfway_leaves_nothing() {
        let outer = tempfile::tempdir().expect("a folder");
        let place = Place::find(&outer.path().join("new")).expect("it is free");
        let staged = place.stage().expect("a folder");
        fs::write(staged.path().join("file"), "text").expect("a file");
        drop(staged);
        assert_eq!(names(outer.path()), Vec::<String>::new());
    }
}
