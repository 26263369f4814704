//! In the kernel, a match over a closed set of states names every state.
//!
//! A new state then makes the compiler show every place that has to decide about it. An arm that
//! is a bare name catches as much as `_` does, and is found as well.

use proc_macro2::LineColumn;
use syn::visit::{self, Visit};
use syn::{Pat, Path};

use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Source};

/// The closed sets.
const SETS: [&str; 4] = ["Object", "ThreadState", "Transaction", "ProcessState"];

pub(super) fn find(house: &House) -> Vec<Finding> {
    house
        .products("kernel/src/")
        .flat_map(|source| {
            let mut matches = Matches { source, findings: Vec::new() };
            matches.visit_file(&source.product);
            matches.findings
        })
        .collect()
}

struct Matches<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl<'ast> Visit<'ast> for Matches<'_> {
    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        let set = expression.arms.iter().find_map(|arm| set_of(&arm.pat));
        let catch_all = expression.arms.iter().find_map(|arm| catch_all(&arm.pat));
        if let (Some(set), Some(at)) = (set, catch_all) {
            let what = format!("an arm catches every {set} that is not named");
            self.findings.push(self.source.finding(at, what, "name them all"));
        }
        visit::visit_expr_match(self, expression);
    }
}

/// The closed set that a pattern names a member of, if it does, at any depth.
fn set_of(pattern: &Pat) -> Option<&'static str> {
    struct Sets(Option<&'static str>);
    impl<'ast> Visit<'ast> for Sets {
        fn visit_path(&mut self, path: &'ast Path) {
            let owner = path.segments.iter().rev().nth(1);
            let set = owner.and_then(|owner| SETS.into_iter().find(|set| owner.ident == set));
            self.0 = self.0.or(set);
        }
    }
    let mut sets = Sets(None);
    sets.visit_pat(pattern);
    sets.0
}

/// Where a pattern begins that every value matches.
fn catch_all(pattern: &Pat) -> Option<LineColumn> {
    match pattern {
        Pat::Wild(wild) => Some(wild.underscore_token.span.start()),
        Pat::Ident(name) if name.subpat.is_none() && is_variable(&name.ident) => {
            Some(name.ident.span().start())
        }
        Pat::Guard(guard) => catch_all(&guard.pat),
        Pat::Or(or) => or.cases.iter().find_map(catch_all),
        _other => None,
    }
}

/// Constants and unit variants are written in capitals.
fn is_variable(name: &syn::Ident) -> bool {
    !name.to_string().starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    fn of_match(arms: &str) -> Vec<String> {
        findings(find, &[("kernel/src/a.rs", &format!("fn f() {{ match x {{ {arms} }} }}"))])
    }

    #[test]
    fn catching_arms_are_found() {
        let table = [
            ("Object::Thread(_) => 1, _ => 2", "Object"),
            ("crate::object::Object::Thread(_) => 1, _other => 2", "Object"),
            ("Some(ThreadState::Ready) => 1, _ => 2", "ThreadState"),
            (
                "ThreadState::Waiting { .. } | ThreadState::Ready => 1, other if g() => 2",
                "ThreadState",
            ),
            ("_ => 2, ProcessState::Running => 1", "ProcessState"),
        ];
        for (arms, set) in table {
            let expected = format!(
                "kernel/src/a.rs:1: an arm catches every {set} that is not named; name them all"
            );
            assert_eq!(of_match(arms), [expected], "{arms}");
        }
    }

    #[test]
    fn full_matches_and_open_sets_are_fine() {
        let table = [
            "Object::Thread(_) => 1, Object::ChannelHandler(index) => 2",
            "Some(ThreadState::Ready) => 1, Some(_) | None => 2",
            "Syscall::DebugNop => 1, _ => 2",
            "NONE => 1, _ => 2",
        ];
        for arms in table {
            assert_eq!(of_match(arms), Vec::<String>::new(), "{arms}");
        }
        let test = "#[cfg(test)] fn f() { match x { Object::Thread(_) => 1, _ => 2 } }";
        assert_eq!(findings(find, &[("kernel/src/a.rs", test)]), Vec::<String>::new());
    }
}
