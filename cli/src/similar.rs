//! What was probably meant.

/// Names longer than this are not compared: nobody mistypes so much, and comparing is quadratic.
const MAX_COMPARED_BYTES: usize = 64;

/// The one of `known` that is most like `typed`, if at most a third of its letters differ.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.len() > MAX_COMPARED_BYTES {
        return None;
    }
    known
        .into_iter()
        .filter(|name| name.len() <= MAX_COMPARED_BYTES)
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["uppercase_handler", "uppercase_initiator"];
        assert_eq!(nearest("upercase_handler", known), Some(known[0]));
        assert_eq!(nearest("clock", known), None);
        assert_eq!(nearest(&"u".repeat(100_000), known), None);
    }
}
