//! How a diagnostic looks: as one of rustc's, because our users read those every day.
//!
//! Everything that comes from the file may hold control characters that would drive the reader's
//! terminal; none of it is printed raw. The library sees to most of them, but not in labels, and not
//! to the controls above ASCII, which some terminals obey too.

mod excerpt;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch, Renderer, normalize_untrusted_str,
};

use crate::diagnostic::{Label, Suggestion};
use crate::{Diagnostic, Severity, Source};
use excerpt::Excerpt;

/// The most places that one diagnostic shows.
const MAX_LABELS: usize = 8;

/// The text of `diagnostic`, without a line break at its end.
pub(crate) fn render(source: &Source, diagnostic: &Diagnostic, colour: bool) -> String {
    let title = level(diagnostic.severity).primary_title(clean(&diagnostic.message));
    let mut main = with_places(Group::with_title(title), source, &diagnostic.labels);
    for note in &diagnostic.notes {
        main = main.element(Level::NOTE.message(clean(note)));
    }
    for help in &diagnostic.helps {
        main = main.element(Level::HELP.message(clean(help)));
    }
    let suggestion = diagnostic.suggestion.as_ref();
    let mut groups = vec![main];
    groups.extend(suggestion.map(|suggestion| replacement(source, suggestion)));
    renderer(colour).render(&groups)
}

/// Adds the places: as lines with marks, or as a position where the lines cannot be shown.
fn with_places<'a>(group: Group<'a>, source: &'a Source, labels: &[Label]) -> Group<'a> {
    let shown = &labels[..labels.len().min(MAX_LABELS)];
    let Some(excerpt) = Excerpt::around(source, shown.iter().map(|label| label.span)) else {
        return group.element(excerpt::origin(source, labels.first().map(|label| label.span)));
    };
    let marks = shown.iter().map(|label| annotation(&excerpt, label));
    let group = group.element(excerpt.snippet().annotations(marks));
    match labels.len() - shown.len() {
        0 => group,
        hidden => {
            group.element(Level::NOTE.message(format!("and {hidden} more places like these")))
        }
    }
}

/// The line that stands for `count` diagnostics that are not shown.
pub(crate) fn render_hidden(severity: Severity, count: usize, colour: bool) -> String {
    let what = match severity {
        Severity::Error => "errors",
        Severity::Warning => "warnings",
    };
    let title = level(severity).primary_title(format!("{count} more {what} are not shown"));
    renderer(colour).render(&[Group::with_title(title)])
}

/// One line of text without anything that a terminal would act upon.
fn clean(text: &str) -> String {
    let line = text.replace('\n', "␊");
    normalize_untrusted_str(&excerpt::shown(&line))
}

fn renderer(colour: bool) -> Renderer {
    if colour { Renderer::styled() } else { Renderer::plain() }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    }
}

fn annotation<'a>(excerpt: &Excerpt, label: &Label) -> Annotation<'a> {
    let kind = if label.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    kind.span(excerpt.place(label.span)).label(clean(&label.text))
}

/// The line as it would be with the suggestion, or the suggestion alone where lines cannot be shown.
fn replacement<'a>(source: &'a Source, suggestion: &Suggestion) -> Group<'a> {
    let replacement = clean(&suggestion.replacement);
    let Some(excerpt) = Excerpt::around(source, std::iter::once(suggestion.span)) else {
        return Group::with_title(
            Level::HELP.secondary_title(format!("{}: {replacement}", clean(&suggestion.text))),
        );
    };
    Level::HELP
        .secondary_title(clean(&suggestion.text))
        .element(excerpt.snippet().patch(Patch::new(excerpt.place(suggestion.span), replacement)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn columns_count_characters_and_carriage_returns_do_not_show() {
        let source = Source::new("f", "{\r\n  é: \"日本\", bad: 1,\r\n}");
        let start = source.text().find("bad").unwrap();
        let diagnostic = Diagnostic::error("no").at(Span::new(start, start + 3), "here");
        let text = render(&source, &diagnostic, false);
        assert!(text.contains("f:2:12"), "{text}");
        assert!(!text.contains(['\r', '␍']), "{text:?}");
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        let source = Source::new("f", "x");
        let diagnostic = Diagnostic::warning("no").at(Span::new(0, 1), "here");
        assert!(render(&source, &diagnostic, true).contains('\u{1b}'));
        let text = render(&source, &diagnostic, false);
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn what_a_file_says_cannot_drive_the_terminal() {
        let source = Source::new("\u{1b}[1m", "\u{1b}[\u{9b}2m");
        let hostile = "\u{1b}[3m\u{9b}4m\n";
        let diagnostic = Diagnostic::error(hostile)
            .at(Span::new(0, 4), hostile)
            .note(hostile)
            .help(hostile)
            .suggest(Span::new(0, 4), hostile, hostile);
        let text = render(&source, &diagnostic, false);
        let acts = |each: char| each.is_control() && each != '\n';
        assert!(!text.contains(acts), "{text:?}");
        assert_eq!(text.lines().count(), 13, "{text:?}");
    }

    #[test]
    fn a_diagnostic_with_very_many_places_says_how_many_it_leaves_out() {
        let source = Source::new("f", "x");
        let diagnostic =
            (0..11).fold(Diagnostic::error("no"), |all, _| all.at(Span::new(0, 1), "here"));
        assert!(render(&source, &diagnostic, false).contains("and 3 more places"));
    }

    #[test]
    fn of_a_line_that_nobody_wrote_only_the_position_is_told() {
        let source = Source::new("f", format!("\n{}", "é".repeat(100_000)));
        let span = Span::new(101, 103);
        let diagnostic = Diagnostic::error("no").at(span, "here").suggest(span, "e", "perhaps");
        let text = render(&source, &diagnostic, false);
        assert!(text.contains("f:2:51"), "{text}");
        assert!(text.contains("perhaps: e"), "{text}");
        assert!(text.len() < 100, "{text}");
    }

    #[test]
    fn lines_keep_their_numbers_when_only_some_are_shown() {
        let source = Source::new("f", "a\nb\nc\nd\ne\n");
        let diagnostic =
            Diagnostic::error("no").at(Span::new(6, 7), "late").also(Span::new(2, 3), "early");
        let text = render(&source, &diagnostic, false);
        assert!(text.contains("f:4:1"), "{text}");
        assert!(text.contains("2 | b"), "{text}");
        assert!(text.contains("4 | d"), "{text}");
    }
}
