//! How the names of services can be declared wrongly.

use crate::Diagnostic;
use crate::declarations::Name;
use crate::model::{BuiltIn, SERVICE_BYTES};
use crate::source::Spanned;
use crate::wording::quoted;

/// A name that cannot be made one of the registry's.
pub(super) fn bad_length(service: Spanned<&str>) -> Diagnostic {
    let diagnostic = if service.value.len() > SERVICE_BYTES {
        let bytes = service.value.len();
        Diagnostic::error("the name of a service is too long")
            .at(service.span, format!("{bytes} bytes; at most {SERVICE_BYTES} are allowed"))
    } else {
        Diagnostic::error("the name of a service is empty").at(service.span, "empty")
    };
    diagnostic
        .note(format!("in the registry a name is {SERVICE_BYTES} bytes; a shorter one has zeros behind it, and nothing but zeros is no name"))
        .help("choose another name")
}

/// A name that the same process has already.
pub(super) fn twice(first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("`services` has {} twice", quoted(second.value)))
        .at(second.span, "the same name again")
        .also(first.span, "first written here")
        .note("a name is registered once")
        .help("remove one of them")
}

/// A name that another process, called `owner`, has already.
pub(super) fn of_two(first: Spanned<&str>, second: Spanned<&str>, owner: Name) -> Diagnostic {
    let name = quoted(second.value);
    let diagnostic = Diagnostic::error(format!("two processes have the service {name}"))
        .at(second.span, "the same name again")
        .also(first.span, "first declared here");
    let diagnostic = match owner {
        Some(owner) => diagnostic.also(owner.span, "this process has it already"),
        None => diagnostic,
    };
    diagnostic
        .note("whoever discovers a name trusts that only its one owner can have registered it")
        .help("rename one of them, or let one process serve for both")
}

/// A name in a system where no process can register anything.
pub(super) fn no_registry(service: Spanned<&str>, process: Name) -> Diagnostic {
    let registry = BuiltIn::NameRegistry.name();
    let diagnostic = Diagnostic::warning("`services` has no effect")
        .at(service.span, "nobody will ever discover this name");
    let diagnostic = match process {
        Some(process) => diagnostic.also(process.span, "this process shall register it"),
        None => diagnostic,
    };
    diagnostic
        .note(format!("names are kept by the capsule `{registry}`, which the system does not have"))
        .help(format!("add `capsules: [\"{registry}\"]` beside `apps`, or remove `services`"))
}
