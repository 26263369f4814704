//! How messages quote and enumerate.

/// The longest quotation, in characters; what a hostile file calls a name may be a megabyte.
const MAX_QUOTED: usize = 48;

/// `text` in backticks, cut if it is very long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("`{}...`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// All of `names`, quoted, with commas between.
pub(crate) fn enumerated<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// `noun` with its indefinite article.
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(quoted("IPC"), "`IPC`");
        assert_eq!(quoted(&"é".repeat(49)), format!("`{}...`", "é".repeat(48)));
    }

    #[test]
    fn articles_fit() {
        assert_eq!(with_article("app"), "an app");
        assert_eq!(with_article("process"), "a process");
    }
}
