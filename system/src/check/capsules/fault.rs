//! How a capsule can be declared wrongly.

use crate::model::BuiltIn;
use crate::similar::nearest;
use crate::source::Spanned;
use crate::wording::{enumerated, quoted};
use crate::{Diagnostic, Span};

/// Why a capsule of Guichet's says nothing but its name.
const KNOWN: &str = "it is one of Guichet's own: what it needs is known, and granted";

fn built_in_names() -> impl Iterator<Item = &'static str> {
    BuiltIn::ALL.into_iter().map(BuiltIn::name)
}

/// A name that is none of Guichet's, and no place where the capsule would be.
pub(super) fn unknown(name: Spanned<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("there is no capsule {}", quoted(name.value)))
        .at(name.span, "Guichet brings no such capsule")
        .note(format!("it brings {}", enumerated(built_in_names())));
    match nearest(name.value, built_in_names()) {
        Some(known) => diagnostic.suggest(
            name.span,
            format!("\"{known}\""),
            "a capsule with a similar name exists",
        ),
        None => diagnostic.help(
            "say where one of your own is: `{ name: \"...\", crate: \"folder/of/its/package\" }`",
        ),
    }
}

/// A capsule of the system's own, called as one of Guichet's.
pub(super) fn taken(name: Spanned<&str>, folder: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("{} is the name of a capsule of Guichet's", quoted(name.value)))
        .at(name.span, "used for another one here")
        .also(folder.span, "this one is here")
        .note("programs and reports would take the one for the other")
        .help("give it another name, or remove `crate` to have Guichet's")
}

/// Something granted to a capsule that has what it needs.
pub(super) fn grants_of_built_in(name: Spanned<&str>, grants: Span) -> Diagnostic {
    Diagnostic::error(format!("nothing can be granted to the capsule {}", quoted(name.value)))
        .at(grants, "not to this one")
        .also(name.span, "named here")
        .note(KNOWN)
        .help("remove `grants`")
}

/// Owners of a capsule that tells nobody from others.
pub(super) fn owners_of_built_in(name: Spanned<&str>, owner: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("the capsule {} has no owners", quoted(name.value)))
        .at(owner.span, "it would never ask for this one")
        .also(name.span, "named here")
        .note("it treats all processes alike")
        .help("remove `owners`; whom a name belongs to says `services` in that process")
}

/// A capsule that is there already.
pub(super) fn twice(first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("two capsules are called {}", quoted(second.value)))
        .at(second.span, "the name is used again here")
        .also(first.span, "first used here");
    let diagnostic = if first.value == second.value {
        diagnostic
    } else {
        diagnostic.note("`-` and `_` are the same in the name of a Rust crate")
    };
    if BuiltIn::named(second.value).is_some() {
        diagnostic
            .note("a driver is in the kernel once, for all processes")
            .help("remove one of them")
    } else {
        diagnostic.help("rename one of them, or remove it")
    }
}

/// A package that is the code of a capsule already.
pub(super) fn same_package(first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("two capsules are the package in {}", quoted(second.value)))
        .at(second.span, "the same package again")
        .also(first.span, "first named here")
        .note("a package has one `CAPSULE`, whose driver is in the kernel once")
        .help("remove one of them, or make a package of its own for each")
}

/// An owner that was there already.
pub(super) fn owner_twice(first: Spanned<&str>, second: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(format!("`owners` has {} twice", quoted(second.value)))
        .at(second.span, "the same process again")
        .also(first.span, "first written here")
        .note("a process is an owner or is none")
        .help("remove one of them")
}

/// Words about ids that nobody gives.
pub(super) fn no_process_ids(word: Spanned<&str>) -> Diagnostic {
    Diagnostic::warning("`process_ids` has no effect")
        .at(word.span, "there are no capsules")
        .note("only capsules give processes numbers of one another")
        .help("name some in `capsules`, or remove it")
}
