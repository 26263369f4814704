//! Small files, each with one defect, and the exact text that a person reads about it (CF-5).
//!
//! `NAME.json5` in `tests/corpus` is checked and the rendered text compared with `NAME.expected`; an
//! empty text means that there is nothing to say. Run with `BLESS=1` to accept the present text.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let is_blessing = env::var_os("BLESS").is_some_and(|value| value == "1");
    let trials = stems(&folder)
        .into_iter()
        .map(|stem| {
            let path = folder.join(&stem);
            Trial::test(stem, move || compare(&path, is_blessing))
        })
        .collect::<Vec<_>>();
    assert!(trials.len() >= 30, "the corpus is not where it should be: {} files", trials.len());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The names, without extension, of every file of the corpus, so that a half of a pair is noticed.
fn stems(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the corpus can be listed");
    entries
        .map(|entry| entry.expect("the corpus can be listed").path())
        .map(|path| path.file_stem().and_then(OsStr::to_str).expect("names are text").to_owned())
        .collect()
}

fn compare(stem: &Path, is_blessing: bool) -> Result<(), Failed> {
    let input = stem.with_extension("json5");
    let expected_path = stem.with_extension("expected");
    let actual = render(&input)?;
    if is_blessing {
        return fs::write(&expected_path, actual).map_err(Failed::from);
    }
    let expected = fs::read_to_string(&expected_path)
        .map_err(|error| format!("{}: {error}; BLESS=1 writes it", expected_path.display()))?;
    if actual == expected { Ok(()) } else { Err(difference(&expected, &actual).into()) }
}

/// What is said about the file, under its bare name: the text must not depend on the machine. The file
/// is loaded by its path, not handed over as text, so that what is no text is in the corpus as well.
fn render(input: &Path) -> Result<String, Failed> {
    fs::metadata(input).map_err(|error| format!("{}: {error}", input.display()))?;
    let loaded = guichet_system::load(input);
    let name = PathBuf::from(input.file_name().expect("a file has a name"));
    let folder = input.to_string_lossy().replace(&*name.to_string_lossy(), "");
    let text = loaded.diagnostics.render(false).replace(&folder, "");
    if loaded.system.is_some() == loaded.diagnostics.has_errors() {
        return Err(format!("a system beside errors, or neither:\n{text}").into());
    }
    Ok(text)
}

/// Both texts from the first line in which they differ.
fn difference(expected: &str, actual: &str) -> String {
    let same = expected.lines().zip(actual.lines()).take_while(|(one, other)| one == other).count();
    let rest = |text: &str, mark: &str| -> String {
        text.lines().skip(same).map(|line| format!("{mark} {line}\n")).collect()
    };
    format!(
        "differs from line {} on:\n{}{}(BLESS=1 accepts the new text)",
        same + 1,
        rest(expected, "-"),
        rest(actual, "+")
    )
}
