//! One thing that is wrong or doubtful in a file.
//!
//! A diagnostic answers four questions in this order: what is wrong (the message), where (the
//! labels, one of them primary), why it matters (the notes) and what to do (the helps). It is
//! plain data; how it looks is the business of `render`.

use crate::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is built from such a file.
    Error,
    /// The file means something, but perhaps not what its writer thinks.
    Warning,
}

/// A place in the file and what it has to do with the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say there.
    pub text: String,
    /// Whether this is the offending text itself, and not one that explains it.
    pub is_primary: bool,
}

/// A replacement that would probably be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to replace.
    pub span: Span,
    /// What to replace it with.
    pub replacement: String,
    /// Why that is suggested.
    pub text: String,
}

/// One thing that is wrong or doubtful in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The places involved; without any, the matter concerns the whole file.
    pub labels: Vec<Label>,
    /// Why it is so.
    pub notes: Vec<String>,
    /// What to do about it.
    pub helps: Vec<String>,
    /// What was probably meant.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// An error that says `message`.
    pub(crate) fn error(message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, message.into())
    }

    /// A warning that says `message`.
    pub(crate) fn warning(message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Diagnostic {
        Diagnostic {
            severity,
            message,
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            suggestion: None,
        }
    }

    /// Adds the offending place.
    pub(crate) fn at(self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.label(span, text.into(), true)
    }

    /// Adds a place that explains the offending one.
    pub(crate) fn also(self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.label(span, text.into(), false)
    }

    fn label(mut self, span: Span, text: String, is_primary: bool) -> Diagnostic {
        self.labels.push(Label { span, text, is_primary });
        self
    }

    /// Adds a sentence that explains.
    pub(crate) fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds a sentence that says what to do.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.helps.push(text.into());
        self
    }

    /// Sets what was probably meant.
    pub(crate) fn suggest(
        mut self,
        span: Span,
        replacement: impl Into<String>,
        text: impl Into<String>,
    ) -> Diagnostic {
        self.suggestion =
            Some(Suggestion { span, replacement: replacement.into(), text: text.into() });
        self
    }

    /// Where the reader shall look first: the offset of the first offending place, 0 without one.
    pub(crate) fn offset(&self) -> usize {
        self.labels.iter().find(|label| label.is_primary).map_or(0, |label| label.span.start)
    }
}
