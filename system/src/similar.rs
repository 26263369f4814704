//! What was probably meant.

/// Names longer than this are not compared: nobody mistypes so much, and comparing is quadratic.
const MAX_COMPARED_BYTES: usize = 64;
/// A beginning shorter than this says nothing.
const MIN_BEGINNING_BYTES: usize = 4;

/// The one of `known` that is most like `typed`, if one is like enough to be worth naming.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.len() > MAX_COMPARED_BYTES {
        return None;
    }
    let lower = typed.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= MAX_COMPARED_BYTES)
        .filter_map(|name| Some((distance(&lower, &name.to_lowercase())?, name)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How far apart two names are, if they are near at all: a third of the letters may be wrong, as in
/// rustc's suggestions, or the one may be the beginning of the other (`stack_size`).
fn distance(typed: &str, name: &str) -> Option<usize> {
    let letters = strsim::damerau_levenshtein(typed, name);
    let is_beginning = typed.len() >= MIN_BEGINNING_BYTES && name.starts_with(typed);
    (letters <= name.len() / 3 || is_beginning).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let known = ["channel_initiator", "channel_handler", "thread"];
        let cases = [
            ("chanel_handler", Some("channel_handler")),
            ("THREAD", Some("thread")),
            ("treahd", Some("thread")),
            ("chan", Some("channel_handler")),
            ("th", None),
            ("mutex", None),
            ("", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(nearest(typed, known), expected, "{typed}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }
}
