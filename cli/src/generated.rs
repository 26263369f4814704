//! Packages that are generated: a kernel and the capsules of a system, which nobody could have listed in a
//! manifest before.
//!
//! Such a package is a workspace of its own in the target folder. It takes its profiles, and at first its
//! versions, from Guichet's workspace, so that it is built as that would be, also without a network.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use crate::Failure;
use crate::capsules::CapsulePackage;
use crate::folder::write;

const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
/// The tables of a manifest that name other packages.
const DEPENDENCIES: [&str; 2] = ["dependencies", "build-dependencies"];

/// The folder of Guichet's own packages.
pub(crate) fn repository() -> PathBuf {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}

/// What of a program that hosts a kernel is optimised in every build.
const OPTIMISED: &[&str] = &["guichet_kernel", "guichet_kernel_tables"];

/// A manifest that becomes that of a generated package.
pub(crate) struct Generated {
    manifest: DocumentMut,
    workspace: DocumentMut,
    /// The packages below it that have settings of their own in Guichet's workspace.
    tuned: &'static [&'static str],
}

impl Generated {
    /// A package with one program, called `binary`, that is in the file `main.rs` beside the manifest.
    pub(crate) fn program(binary: &str) -> Result<Generated, Failure> {
        let mut manifest = DocumentMut::new();
        let mut package = Table::new();
        package.insert("name", value(binary));
        package.insert("edition", value("2024"));
        let mut target = Table::new();
        target.insert("name", value(binary));
        target.insert("path", value("main.rs"));
        let mut targets = toml_edit::ArrayOfTables::new();
        targets.push(target);
        manifest.insert("package", Item::Table(package));
        manifest.insert("bin", Item::ArrayOfTables(targets));
        manifest.insert("dependencies", Item::Table(Table::new()));
        let workspace = read(&repository().join(MANIFEST))?;
        Ok(Generated { manifest, workspace, tuned: OPTIMISED })
    }

    /// A package with the program of the one in `folder` of Guichet's repository.
    pub(crate) fn copy_of(folder: &str) -> Result<Generated, Failure> {
        let folder = repository().join(folder);
        let manifest = read(&folder.join(MANIFEST))?;
        let workspace = read(&repository().join(MANIFEST))?;
        let mut copy = Generated { manifest, workspace, tuned: &[] };
        copy.manifest.remove("lints");
        copy.take_over_package(&folder);
        copy.take_over_dependencies();
        Ok(copy)
    }

    /// Makes a package say itself what it inherits, and name its files where they are.
    fn take_over_package(&mut self, folder: &Path) {
        let workspace = self.workspace.get("workspace");
        let inherited = workspace.and_then(|workspace| workspace.get("package"));
        let package = self.manifest.get_mut("package").and_then(Item::as_table_like_mut);
        for (key, item) in package.into_iter().flat_map(TableLike::iter_mut) {
            if is_inherited(item)
                && let Some(found) = inherited.and_then(|package| package.get(key.get()))
            {
                *item = found.clone();
            }
        }
        if let Some(package) = self.manifest.get_mut("package").and_then(Item::as_table_like_mut) {
            package.insert("build", path(&folder.join("build.rs")));
        }
        let targets = self.manifest.get_mut("bin").and_then(Item::as_array_of_tables_mut);
        for target in targets.into_iter().flat_map(|targets| targets.iter_mut()) {
            let file = target.get("path").and_then(Item::as_str).unwrap_or("src/main.rs");
            let file = path(&folder.join(file));
            target.insert("path", file);
        }
    }

    /// Makes a package name the packages that it takes from its workspace where they are.
    fn take_over_dependencies(&mut self) {
        let workspace = self.workspace.get("workspace");
        let shared = workspace.and_then(|workspace| workspace.get("dependencies"));
        for name in DEPENDENCIES {
            let table = self.manifest.get_mut(name).and_then(Item::as_table_like_mut);
            for (key, item) in table.into_iter().flat_map(TableLike::iter_mut) {
                let Some(found) = shared.and_then(|shared| shared.get(key.get())) else { continue };
                if !is_inherited(item) {
                    continue;
                }
                let mut found = found.clone();
                if let Some(place) = found.get_mut("path") {
                    let inner = place.as_str().unwrap_or_default().to_owned();
                    *place = path(&repository().join(inner));
                }
                *item = found;
            }
        }
    }

    /// Adds the package of Guichet's in this folder.
    pub(crate) fn depend_on(&mut self, name: &str, folder: &str) {
        self.add(name, vec![("path", path(&repository().join(folder)))]);
    }

    /// Adds the packages of capsules.
    pub(crate) fn depend_on_capsules(&mut self, capsules: &[CapsulePackage]) {
        for CapsulePackage { dependency, package, folder } in capsules {
            self.add(dependency, vec![("path", path(folder)), ("package", value(package))]);
        }
    }

    fn add(&mut self, name: &str, keys: Vec<(&str, Item)>) {
        let mut table = InlineTable::new();
        for (key, item) in keys {
            if let Ok(value) = item.into_value() {
                table.insert(key, value);
            }
        }
        let dependencies = self.manifest.get_mut("dependencies");
        if let Some(dependencies) = dependencies.and_then(Item::as_table_like_mut) {
            dependencies.insert(name, value(table));
        }
    }

    /// Takes over the profiles, without settings for packages that cargo would not find.
    fn take_over_profiles(&mut self) {
        let Some(mut profiles) = self.workspace.get("profile").cloned() else { return };
        for (_, profile) in profiles.as_table_like_mut().into_iter().flat_map(TableLike::iter_mut) {
            let packages = profile.get_mut("package").and_then(Item::as_table_mut);
            packages.into_iter().for_each(|all| all.retain(|key, _| self.tuned.contains(&key)));
        }
        self.manifest.insert("profile", profiles);
    }

    /// Writes the package into `folder`; gives its manifest. What is the same already stays untouched, so
    /// that nothing is built again for nothing.
    pub(crate) fn write(mut self, folder: &Path) -> Result<PathBuf, Failure> {
        fs::create_dir_all(folder).map_err(|source| Failure::not_written(folder, source))?;
        let mut workspace = Table::new();
        workspace.insert("resolver", value("3"));
        workspace.insert("members", value(Value::Array(Array::new())));
        self.manifest.insert("workspace", Item::Table(workspace));
        self.take_over_profiles();
        let manifest = folder.join(MANIFEST);
        write(&manifest, self.manifest.to_string().as_bytes())?;
        let lock = folder.join(LOCK);
        if !lock.exists()
            && let Ok(versions) = fs::read(repository().join(LOCK))
        {
            write(&lock, &versions)?;
        }
        Ok(manifest)
    }
}

/// Whether a value of a manifest says no more than that it is the workspace's.
fn is_inherited(item: &Item) -> bool {
    item.get("workspace").and_then(Item::as_bool) == Some(true)
}

fn path(path: &Path) -> Item {
    value(path.to_string_lossy().into_owned())
}

fn read(file: &Path) -> Result<DocumentMut, Failure> {
    let unreadable = |reason: String| Failure::Workspace { folder: repository(), reason };
    let text = fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
    text.parse().map_err(|error: toml_edit::TomlError| unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards::BOARDS;

    fn capsule() -> CapsulePackage {
        CapsulePackage {
            dependency: "capsule_x".to_owned(),
            package: "x-y".to_owned(),
            folder: PathBuf::from("/a \"strange\" place\\"),
        }
    }

    /// The manifest that `package` becomes.
    fn written(mut package: Generated) -> DocumentMut {
        package.depend_on_capsules(&[capsule()]);
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = package.write(&folder.path().join("new")).expect("it can be written");
        assert!(folder.path().join("new").join(LOCK).is_file());
        read(&manifest).expect("it is TOML")
    }

    #[test]
    fn the_kernel_of_every_board_can_be_generated_with_a_capsule() {
        for board in &BOARDS {
            let package = Generated::copy_of(&format!("boards/{}", board.name));
            let manifest = written(package.expect("the board's manifest"));
            assert_eq!(manifest["package"]["name"].as_str(), Some(board.package));
            assert!(!manifest.to_string().contains("workspace = true"), "{manifest}");
            assert_eq!(manifest["profile"]["release"]["panic"].as_str(), Some("abort"));
            assert!(!manifest.to_string().contains("guichet_explorer"), "{manifest}");
            let capsule = &manifest["dependencies"]["capsule_x"];
            assert_eq!(capsule["path"].as_str(), Some("/a \"strange\" place\\"));
            assert_eq!(capsule["package"].as_str(), Some("x-y"));
            let file = |item: &Item| item.as_str().is_some_and(|file| Path::new(file).is_file());
            let target = &manifest["bin"].as_array_of_tables().expect("a program").get(0);
            assert!(target.is_some_and(|target| file(&target["path"])), "{manifest}");
            assert!(file(&manifest["package"]["build"]), "{manifest}");
            for name in ["dependencies", "build-dependencies"] {
                let packages = manifest[name].as_table().expect("a table").iter();
                let guichets = packages.filter(|(package, _)| *package != "capsule_x");
                for (package, item) in guichets {
                    let place = item["path"].as_str().expect(package);
                    assert!(Path::new(place).join(MANIFEST).is_file(), "{package}: {place}");
                }
            }
        }
    }

    #[test]
    fn a_program_is_optimised_where_guichets_own_is() {
        let mut package = Generated::program("p").expect("Guichet's manifest");
        package.depend_on("guichet", "cli");
        let manifest = written(package);
        let tuned = &manifest["profile"]["dev"]["package"];
        let tuned: Vec<&str> =
            tuned.as_table().expect("a table").iter().map(|(name, _)| name).collect();
        assert_eq!(tuned, OPTIMISED);
        let place = manifest["dependencies"]["guichet"]["path"].as_str().expect("a path");
        assert_eq!(Path::new(place), repository().join("cli"));
    }

    #[test]
    fn what_is_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = || Generated::program("p").and_then(|package| package.write(folder.path()));
        let manifest = write().expect("it can be written");
        let old = std::time::SystemTime::UNIX_EPOCH;
        fs::File::open(&manifest).and_then(|file| file.set_modified(old)).expect("a file");
        write().expect("it is there");
        let now = fs::metadata(&manifest).and_then(|found| found.modified()).expect("a file");
        assert_eq!(now, old);
    }
}
