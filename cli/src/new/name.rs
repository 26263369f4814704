//! What a system may be called.
//!
//! The name becomes that of a folder and the beginning of cargo packages and of Rust crates, so it
//! has to be what all of them accept.

use super::Refusal;

/// The longest name; with what is put behind it, files keep short enough names everywhere.
const MAX_BYTES: usize = 64;

/// Checks that `name` can be that of a system.
pub(super) fn check(name: &str) -> Result<(), Refusal> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > MAX_BYTES {
        "it is longer than 64 letters"
    } else if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        "it must begin with a letter from a to z"
    } else if !name.chars().all(is_allowed) {
        "it may hold letters from a to z, digits, `-` and `_` only"
    } else {
        return Ok(());
    };
    let shown: String = name.chars().take(MAX_BYTES).flat_map(char::escape_debug).collect();
    Err(Refusal::Name { name: shown, reason, similar: similar(name) })
}

/// The name as the beginning of a Rust crate's.
pub(super) fn identifier(name: &str) -> String {
    name.replace('-', "_")
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_')
}

/// The last part of what looks like a path, with small letters, and a dash for whatever is not
/// allowed.
fn similar(name: &str) -> Option<String> {
    let last = name.trim_end_matches('/').rsplit('/').next()?.to_lowercase();
    let letters = last.chars().map(|letter| if is_allowed(letter) { letter } else { '-' });
    let letters: String = letters.take(MAX_BYTES).collect();
    let begin = letters.find(|first: char| first.is_ascii_lowercase())?;
    Some(letters[begin..].trim_end_matches('-').to_owned()).filter(|similar| check(similar).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_pass() {
        for name in ["a", "blinky", "two-words", "two_words", "x9", &"a".repeat(64)] {
            assert!(check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn bad_names_are_refused_with_one_that_would_do() {
        let long = "a".repeat(65);
        let table = [
            ("", None),
            ("9lives", Some("lives")),
            ("My System", Some("my-system")),
            ("some/folder/Blinky", Some("blinky")),
            ("..", None),
            ("-x", Some("x")),
            ("a\u{1b}[31m", Some("a--31m")),
            ("é", None),
            ("日本", None),
            (&long, Some(&long[..64])),
        ];
        for (name, expected) in table {
            match check(name) {
                Err(Refusal::Name { similar, name: shown, .. }) => {
                    assert_eq!(similar.as_deref(), expected, "{name}");
                    assert!(!shown.contains('\u{1b}'));
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
