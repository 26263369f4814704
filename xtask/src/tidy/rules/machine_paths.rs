//! No file names a place that exists on one machine only.

use crate::tidy::finding::Finding;
use crate::tidy::house::House;

/// Folders that mean something on one machine only; put together here so that this file has none.
const FOLDERS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/")];

pub(super) fn find(house: &House) -> Vec<Finding> {
    let lines = house.texts.iter().flat_map(|(path, text)| {
        text.lines().zip(1..).map(move |(line, number)| (path, line, number))
    });
    lines
        .filter_map(|(path, line, number)| {
            let folder = FOLDERS.into_iter().find(|folder| has_path(line, folder))?;
            let what = format!("a path under {folder} exists on one machine only");
            Some(Finding::new(path, number, what, "name it from the repository's root"))
        })
        .collect()
}

/// Tells whether the folder stands at the beginning of a path: a relative path or an address on the
/// web may contain such a name.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|character| character.is_alphanumeric() || "._-~)}".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn paths_of_one_machine_are_found_in_any_file() {
        for folder in FOLDERS {
            let text = format!("one\ncd {folder}somewhere");
            let expected = format!(
                "a.json5:2: a path under {folder} exists on one machine only; \
                 name it from the repository's root"
            );
            assert_eq!(findings(find, &[("a.json5", &text)]), [expected]);
        }
    }

    #[test]
    fn relative_paths_and_addresses_are_fine() {
        let text = FOLDERS.map(|folder| format!("target{folder}a https://example.org{folder}b\n"));
        assert_eq!(findings(find, &[("a.md", &text.concat())]), Vec::<String>::new());
    }
}
