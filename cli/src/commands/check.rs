//! `guichet check` (TL-2): diagnostics only, for people or for machines (TL-3).

use guichet::{Failure, read_system, status};
use guichet_abi::MAX_MAPPINGS;
use guichet_system::{Diagnostic, Loaded, Severity, Source, Span, System};
use serde::Serialize;

use crate::arguments::CheckArguments;
use guichet::report;

/// Checks a system's file and shows what is wrong in it.
pub(crate) fn check(arguments: &CheckArguments) -> Result<u8, Failure> {
    let loaded = read_system(&arguments.dir)?;
    let status = if loaded.diagnostics.has_errors() { status::CHECK_FAILED } else { 0 };
    if arguments.json {
        return Ok(report::output(&json_lines(&loaded), status));
    }
    report::diagnostics(&loaded.diagnostics);
    let counts = loaded.diagnostics.error_count();
    let text = match &loaded.system {
        Some(system) => summary(loaded.source.name(), system, loaded.diagnostics.warning_count()),
        None => format!("{}: {}\n", loaded.source.name(), counted(counts, "error")),
    };
    Ok(report::output(&text, status))
}

fn summary(file: &str, system: &System, warnings: usize) -> String {
    let processes = counted(system.processes.len(), "process");
    let doubts = match warnings {
        0 => String::new(),
        _ => format!(", {}", counted(warnings, "warning")),
    };
    let capsules = match system.capsules.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "capsule")),
    };
    let apps = counted(system.apps.len(), "app");
    let shared = match system.shared_memory.len() {
        0 => String::new(),
        count => format!(", {} of shared memory", counted(count, "region")),
    };
    let places = places(system);
    format!("{file}: no errors{doubts}; {processes} in {apps}{capsules}{shared}\n{places}")
}

/// How many of its wall's spare regions each process may use that shares memory (SH-1).
fn places(system: &System) -> String {
    let numbered = system.processes.iter().enumerate();
    let sharing = numbered.filter_map(|(number, process)| {
        let regions = system.shared_regions_of(number);
        (regions > 0).then_some((&process.name, regions))
    });
    let line = |(name, regions): (&String, usize)| {
        let places = regions.min(MAX_MAPPINGS);
        let rest = match regions > MAX_MAPPINGS {
            true => format!("; it shares {regions} regions, so it cannot map all at once"),
            false => String::new(),
        };
        format!("  {name} may use {places} of its wall's {MAX_MAPPINGS} spare regions{rest}\n")
    };
    sharing.map(line).collect()
}

fn counted(count: usize, noun: &str) -> String {
    match (count, noun.ends_with('s')) {
        (1, _) => format!("1 {noun}"),
        (_, true) => format!("{count} {noun}es"),
        (_, false) => format!("{count} {noun}s"),
    }
}

/// A stretch of the file; lines and columns count from 1, columns in characters, and the end is the
/// first character behind it.
#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// One diagnostic, as a script reads it.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    place: Place,
    severity: &'static str,
    message: &'a str,
    label: &'a str,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    helps: &'a [String],
    suggestion: Option<Replacement<'a>>,
}

/// Another place that has to do with it.
#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place,
    label: &'a str,
}

/// What would probably be right.
#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    place: Place,
    replacement: &'a str,
    message: &'a str,
}

fn json_lines(loaded: &Loaded) -> String {
    let lines = loaded.diagnostics.entries().iter().map(|entry| line(&loaded.source, entry));
    // Plain text and numbers: there is nothing in a line that JSON could refuse.
    lines.filter_map(|line| Some(serde_json::to_string(&line).ok()? + "\n")).collect()
}

fn line<'a>(source: &'a Source, entry: &'a Diagnostic) -> Line<'a> {
    let primary = entry.labels.iter().position(|label| label.is_primary);
    let label = primary.and_then(|primary| entry.labels.get(primary));
    let others = entry.labels.iter().enumerate().filter(|(index, _)| Some(*index) != primary);
    let related = others
        .map(|(_, label)| Related { place: place(source, label.span), label: &label.text })
        .collect();
    Line {
        file: source.name(),
        place: place(source, label.map_or(Span::default(), |label| label.span)),
        severity: match entry.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &entry.message,
        label: label.map_or("", |label| &label.text),
        related,
        notes: &entry.notes,
        helps: &entry.helps,
        suggestion: entry.suggestion.as_ref().map(|suggestion| Replacement {
            place: place(source, suggestion.span),
            replacement: &suggestion.replacement,
            message: &suggestion.text,
        }),
    }
}

fn place(source: &Source, span: Span) -> Place {
    let (start, end) = (source.position(span.start), source.position(span.end));
    Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}
