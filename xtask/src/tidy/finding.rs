//! What a rule has to say.

use std::fmt;

/// One thing that is not as the house wants it: where, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    what: String,
    remedy: String,
}

impl Finding {
    /// A finding at a line of a file. `what` and `remedy` are half sentences without a full stop.
    pub(crate) fn new(
        path: &str,
        line: usize,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { path: path.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { path, line, what, remedy } = self;
        write!(formatter, "{path}:{line}: {what}; {remedy}")
    }
}
