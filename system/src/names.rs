//! What things may be called.
//!
//! A name in system.json5 ends up in Rust code (a constant), in cargo (a package) or on a console.
//! Each of those refuses other names, and refuses them far from the file that gave them. So the
//! rules are checked here, and are a little narrower than the strictest reader's: ASCII only, no
//! keyword, a bounded length.

use crate::wording::quoted;
use crate::{Diagnostic, Span};

/// The longest name, in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 64;
/// The longest path, in bytes.
const MAX_PATH_BYTES: usize = 1024;

/// Who else reads a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// People only: anything that prints.
    Label,
    /// Rust code, as the name of a constant.
    Identifier,
    /// Cargo, as a package, and Rust code, as a crate.
    Package,
    /// Rust code, as a crate that is linked into the kernel.
    Capsule,
    /// Nobody: it refers to a name that is checked where it is given.
    Reference,
    /// The file system, as the path of a folder.
    Folder,
}

impl Rule {
    /// Why `name`, given at `span`, may not be called so.
    pub(crate) fn objection(self, name: &str, span: Span) -> Option<Diagnostic> {
        let (complaint, note) = match self {
            Rule::Reference => return None,
            Rule::Folder => return folder_objection(name, span),
            _ if name.is_empty() => {
                ("a name is empty", "an empty name could not be told from none")
            }
            _ if name.len() > MAX_NAME_BYTES => (
                "a name is too long",
                "names appear on the console and in generated code; 64 bytes are enough",
            ),
            Rule::Label if name.chars().any(char::is_control) => {
                ("a name has characters that do not print", "names appear on the console")
            }
            Rule::Identifier if !is_identifier(name) => (
                "this name cannot be a Rust constant",
                "it becomes a constant in the generated code: letters, digits and `_`, \
                 no digit first, no keyword",
            ),
            Rule::Package if !is_package(name) => (
                "this name cannot be a cargo package",
                "a process is a cargo package and its generated code a Rust crate: letters, digits, \
                 `-` and `_`, a letter first, no keyword",
            ),
            Rule::Capsule if !is_package(name) => (
                "this name cannot be that of a Rust crate",
                "a capsule is linked into the kernel under its name: letters, digits, `-` and `_`, a \
                 letter first, no keyword",
            ),
            Rule::Label | Rule::Identifier | Rule::Package | Rule::Capsule => return None,
        };
        let label = if name.is_empty() {
            "empty".to_owned()
        } else {
            format!("{} is not allowed", quoted(name))
        };
        Some(with_advice(Diagnostic::error(complaint).at(span, label).note(note), self, name, span))
    }
}

/// Why nothing can be at `path`. Whether something is, only whoever builds can say.
fn folder_objection(path: &str, span: Span) -> Option<Diagnostic> {
    let (complaint, label) = match path {
        "" => ("a folder's path is empty", "empty"),
        _ if path.len() > MAX_PATH_BYTES => ("a folder's path is too long", "longer than any path"),
        _ if path.chars().any(char::is_control) => {
            ("a folder's path has characters that do not print", "not allowed")
        }
        _ => return None,
    };
    Some(
        Diagnostic::error(complaint)
            .at(span, label)
            .note("it leads from the folder of this file to a cargo package")
            .help("write it as in `capsules/latest_value`"),
    )
}

/// Offers the nearest name that is allowed, where there is one.
fn with_advice(diagnostic: Diagnostic, rule: Rule, name: &str, span: Span) -> Diagnostic {
    let repaired: String = name
        .chars()
        .map(|each| if each.is_ascii_alphanumeric() || each == '_' { each } else { '_' })
        .collect();
    let repaired = if rule == Rule::Identifier { repaired.to_uppercase() } else { repaired };
    let is_offered = repaired != name
        && matches!(rule, Rule::Identifier | Rule::Package | Rule::Capsule)
        && rule.objection(&repaired, span).is_none();
    if is_offered {
        diagnostic.suggest(span, format!("\"{repaired}\""), "a name that is allowed")
    } else {
        diagnostic.help("choose another name")
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|each| each.is_ascii_alphanumeric() || each == '_')
        && name != "_"
        && !KEYWORDS.contains(&name)
}

fn is_package(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && is_identifier(&crate_name(name))
}

/// The name under which Rust code knows the package `name`: two packages that differ only in `-`
/// and `_` are one crate.
pub(crate) fn crate_name(name: &str) -> String {
    name.replace('-', "_")
}

/// What a constant is called that stands for the package `name`. No keyword is in capitals.
pub(crate) fn constant_name(name: &str) -> String {
    crate_name(name).to_uppercase()
}

/// The words that Rust (edition 2024) keeps for itself.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_takes_its_names_and_no_others() {
        let long = "n".repeat(65);
        let cases = [
            (Rule::Label, "initiator thread", true),
            (Rule::Label, "Größe", true),
            (Rule::Label, "a\u{1b}", false),
            (Rule::Label, "", false),
            (Rule::Label, &long, false),
            (Rule::Identifier, "IPC", true),
            (Rule::Identifier, "_x1", true),
            (Rule::Identifier, "_", false),
            (Rule::Identifier, "1x", false),
            (Rule::Identifier, "a-b", false),
            (Rule::Identifier, "gen", false),
            (Rule::Identifier, "é", false),
            (Rule::Package, "uart-driver_2", true),
            (Rule::Package, "_x", false),
            (Rule::Package, "match", false),
            (Rule::Package, "../x", false),
            (Rule::Capsule, "latest-value", true),
            (Rule::Capsule, "latest.value", false),
            (Rule::Reference, "", true),
            (Rule::Folder, "../own capsules/é", true),
            (Rule::Folder, "", false),
            (Rule::Folder, "a\nb", false),
            (Rule::Folder, &"p".repeat(1025), false),
        ];
        for (rule, name, is_allowed) in cases {
            let objection = rule.objection(name, Span::default());
            assert_eq!(objection.is_none(), is_allowed, "{rule:?} {name:?}");
        }
    }

    #[test]
    fn a_repaired_name_is_offered_only_if_it_is_allowed() {
        let offered = |rule: Rule, name: &str| {
            rule.objection(name, Span::default())?
                .suggestion
                .map(|suggestion| suggestion.replacement)
        };
        assert_eq!(offered(Rule::Identifier, "my ipc"), Some("\"MY_IPC\"".to_owned()));
        assert_eq!(offered(Rule::Identifier, "gen"), Some("\"GEN\"".to_owned()));
        assert_eq!(offered(Rule::Identifier, "1x"), None);
        assert_eq!(offered(Rule::Package, "a b"), Some("\"a_b\"".to_owned()));
        assert_eq!(offered(Rule::Package, "match"), None);
    }
}
