//! A copy of the rooms that the explorer is built from, with walls that may be moved.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use toml::{Table, Value};

use super::mutant::Mutant;

/// The packages that are copied.
const ROOMS: [&str; 4] = ["abi", "kernel", "kernel_tables", "explorer"];

/// A scenario takes a moment or half a minute; all of them at once, on a machine that has more to do,
/// a good while.
const LONGEST_RUN: Duration = Duration::from_secs(1800);

/// A copy of the sources, and where it is built. There may be several.
pub(crate) struct House {
    root: PathBuf,
    target: PathBuf,
}

/// A file as it was before a bug was planted in it.
pub(crate) struct Original {
    path: PathBuf,
    text: String,
}

impl House {
    /// Copies the sources to the house with this number. What an earlier run built there is kept and used
    /// again.
    pub(crate) fn copy(number: usize) -> House {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutants_{number}"));
        let house = House { root: place.join("house"), target: place.join("target") };
        let origin = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a room is in a house");
        for room in ROOMS {
            house.copy_file(&origin.join(room).join("Cargo.toml"), &format!("{room}/Cargo.toml"));
            let sources = house.root.join(room).join("src");
            if sources.exists() {
                fs::remove_dir_all(&sources).expect("an old copy can be removed");
            }
            copy_folder(&origin.join(room).join("src"), &sources);
        }
        let lock = origin.join("Cargo.lock");
        house.copy_file(&lock, "Cargo.lock");
        let manifest =
            fs::read_to_string(origin.join("Cargo.toml")).expect("the root has a manifest");
        write(&house.root.join("Cargo.toml"), &cut_down(&manifest));
        house
    }

    fn copy_file(&self, from: &Path, to: &str) {
        let text = fs::read_to_string(from)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", from.display()));
        write(&self.root.join(to), &text);
    }

    /// Plants a bug. Gives what is needed to take it out again; an error if the kernel's text is
    /// not what the mutant expects.
    pub(crate) fn plant(&self, mutant: &Mutant) -> Result<Vec<Original>, String> {
        let mut originals = Vec::new();
        for edit in &mutant.edits {
            let path = self.root.join(&edit.file);
            let text =
                fs::read_to_string(&path).map_err(|error| format!("{}: {error}", edit.file))?;
            let found = text.matches(&edit.find).count();
            if found != 1 {
                self.restore(&originals);
                return Err(format!(
                    "out of date: {} has its text {found} times:\n{}",
                    edit.file, edit.find
                ));
            }
            write(&path, &text.replace(&edit.find, &edit.replacement));
            originals.push(Original { path, text });
        }
        Ok(originals)
    }

    /// Takes a planted bug out again.
    pub(crate) fn restore(&self, originals: &[Original]) {
        for original in originals.iter().rev() {
            write(&original.path, &original.text);
        }
    }

    /// Builds the explorer and lets it explore. Gives its exit status and what it printed; an
    /// error if it cannot be built, or does not come to an end.
    pub(crate) fn explore(&self, scenarios: &[&str]) -> Result<(Option<i32>, String), String> {
        let build = Command::new(env!("CARGO"))
            .current_dir(&self.root)
            .args(["build", "--quiet", "--offline", "--package", "guichet_explorer"])
            .arg("--target-dir")
            .arg(&self.target)
            .output()
            .map_err(|error| format!("cargo cannot be run: {error}"))?;
        if !build.status.success() {
            let errors = String::from_utf8_lossy(&build.stderr);
            return Err(format!("it does not build:\n{errors}"));
        }
        self.run(scenarios).map_err(|error| format!("the explorer cannot be run: {error}"))
    }

    /// A planted bug may well make the kernel go round in circles, so the run is bounded.
    fn run(&self, scenarios: &[&str]) -> io::Result<(Option<i32>, String)> {
        let output = self.target.join("output.txt");
        let mut explorer = Command::new(self.target.join("debug").join("guichet_explorer"))
            .args(scenarios)
            .stdout(File::create(&output)?)
            .spawn()?;
        let started = Instant::now();
        let status = loop {
            match explorer.try_wait()? {
                Some(status) => break status,
                None if started.elapsed() > LONGEST_RUN => {
                    explorer.kill()?;
                    break explorer.wait()?;
                }
                None => thread::sleep(Duration::from_millis(20)),
            }
        };
        Ok((status.code(), fs::read_to_string(&output)?))
    }
}

/// The root's manifest with the copied rooms alone, and a profile that builds quickly: many
/// builds are waited for, and each runs for a moment only.
fn cut_down(manifest: &str) -> String {
    let mut manifest: Table = manifest.parse().expect("the root's manifest is TOML");
    let rooms = ROOMS.map(Value::from).to_vec();
    let workspace = manifest["workspace"].as_table_mut().expect("the root is a workspace");
    workspace.insert("members".to_owned(), Value::from(rooms));
    workspace.remove("default-members");
    let quick = "dev = { opt-level = 1, debug = false, incremental = true, panic = \"abort\" }";
    let quick: Table = quick.parse().expect("the profile is TOML");
    manifest.insert("profile".to_owned(), Value::from(quick));
    manifest.to_string()
}

fn copy_folder(from: &Path, to: &Path) {
    let files = fs::read_dir(from).expect("the sources can be read");
    for file in files {
        let file = file.expect("the sources can be read").path();
        let place = to.join(file.file_name().expect("a file has a name"));
        if file.is_dir() {
            copy_folder(&file, &place);
        } else {
            write(&place, &fs::read_to_string(&file).expect("a source can be read"));
        }
    }
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}
