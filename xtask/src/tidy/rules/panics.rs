//! In the kernel and in what it shares with programs, nothing is written that can panic.
//!
//! The linked probe (`cargo xtask purity`) proves the same of the optimised code; this says it
//! where it is written. An index in brackets is let through in two forms that cannot fail: `[..]`,
//! and a literal into the argument words of a call, whose number the type fixes.

use guichet_abi::ARGUMENT_COUNT;
use proc_macro2::LineColumn;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, FnArg, Lit, Pat, Type};

use super::PURE;
use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Source};
use crate::tidy::tokens::place;

const METHODS: [&str; 4] = ["unwrap", "expect", "unwrap_err", "expect_err"];

/// Assertions are among them except at compile time, where they stop the build and not the kernel.
const MACROS: [&str; 7] =
    ["panic", "todo", "unreachable", "unimplemented", "assert", "assert_eq", "assert_ne"];

pub(super) fn find(house: &House) -> Vec<Finding> {
    let sources = PURE.into_iter().flat_map(|folder| house.products(folder));
    sources
        .flat_map(|source| {
            let mut panics = Panics { source, argument_words: Vec::new(), findings: Vec::new() };
            panics.visit_file(&source.product);
            panics.findings
        })
        .collect()
}

struct Panics<'a> {
    source: &'a Source,
    /// The parameters of the present function that are a call's argument words.
    argument_words: Vec<String>,
    findings: Vec<Finding>,
}

impl Panics<'_> {
    fn note(&mut self, at: LineColumn, what: String) {
        let remedy = "return an error, or use what cannot fail";
        self.findings.push(self.source.finding(at, what, remedy));
    }

    fn is_in_range(&self, index: &syn::ExprIndex) -> bool {
        match (&*index.expr, &*index.index) {
            (_, Expr::Range(range)) => range.start.is_none() && range.end.is_none(),
            (Expr::Path(base), Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => {
                let name = base.path.get_ident().map(ToString::to_string);
                name.is_some_and(|name| self.argument_words.contains(&name))
                    && number.base10_parse::<usize>().is_ok_and(|number| number < ARGUMENT_COUNT)
            }
            _other => false,
        }
    }
}

impl<'ast> Visit<'ast> for Panics<'_> {
    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.argument_words = signature.inputs.iter().filter_map(argument_words).collect();
        visit::visit_signature(self, signature);
    }

    // Evaluated by the compiler: a panic there is an error of the build.
    fn visit_item_const(&mut self, _constant: &'ast syn::ItemConst) {}

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if METHODS.iter().any(|method| call.method == method) {
            self.note(place(&call.method), format!("`{}` can panic", call.method));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(name) = call.path.segments.last().map(|segment| &segment.ident)
            && MACROS.iter().any(|bad| name == bad)
        {
            self.note(place(name), format!("`{name}!` panics"));
        }
    }

    fn visit_expr_index(&mut self, index: &'ast syn::ExprIndex) {
        if !self.is_in_range(index) {
            let at = index.bracket_token.span.open().start();
            self.note(at, "an index in brackets can panic".to_owned());
        }
        visit::visit_expr_index(self, index);
    }
}

/// The name of a parameter that is the argument words of a call, by value or by reference.
fn argument_words(parameter: &FnArg) -> Option<String> {
    let FnArg::Typed(parameter) = parameter else {
        return None;
    };
    let kind = match &*parameter.ty {
        Type::Reference(reference) => &*reference.elem,
        other => other,
    };
    match (&*parameter.pat, kind) {
        (Pat::Ident(name), Type::Path(kind)) => {
            let last = kind.path.segments.last()?;
            (last.ident == "Arguments").then(|| name.ident.to_string())
        }
        _other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    fn in_kernel(source: &str) -> Vec<String> {
        findings(find, &[("kernel/src/a.rs", source)])
    }

    #[test]
    fn what_can_panic_is_found() {
        let table = [
            ("fn f() { g().unwrap(); }", "`unwrap` can panic"),
            ("fn f() { g().expect(\"\"); }", "`expect` can panic"),
            ("fn f() { panic!() }", "`panic!` panics"),
            ("fn f() { core::todo!() }", "`todo!` panics"),
            ("fn f() { unreachable!() }", "`unreachable!` panics"),
            ("fn f() { assert_eq!(1, 2) }", "`assert_eq!` panics"),
            ("fn f(a: &[u8]) { a[0]; }", "an index in brackets can panic"),
            ("fn f(a: &[u8]) { &a[1..]; }", "an index in brackets can panic"),
            ("fn f(a: &Arguments) { a[7]; }", "an index in brackets can panic"),
            ("fn f(a: &Arguments, b: &[u8]) { b[0]; }", "an index in brackets can panic"),
            ("fn f(a: &Arguments) { a[g()]; }", "an index in brackets can panic"),
            ("fn f(a: &Arguments) {} fn g(a: &[u8]) { a[0]; }", "an index in brackets can panic"),
        ];
        for (source, what) in table {
            let expected =
                format!("kernel/src/a.rs:1: {what}; return an error, or use what cannot fail");
            assert_eq!(in_kernel(source), [expected], "{source}");
        }
    }

    #[test]
    fn what_cannot_panic_is_fine() {
        let table = [
            "fn f() { g().unwrap_or(0); }",
            "fn f(a: &Arguments) { a[0]; a[6]; }",
            "fn f(arguments: guichet_abi::Arguments) { arguments[0]; }",
            "fn f(a: &[u8]) { &a[..]; }",
            "const _: () = assert!(true);",
            "#[cfg(test)] mod tests { fn f() { panic!() } }",
        ];
        for source in table {
            assert_eq!(in_kernel(source), Vec::<String>::new(), "{source}");
        }
        let elsewhere = [("cli/src/a.rs", "fn f() { panic!() }")];
        assert_eq!(findings(find, &elsewhere), Vec::<String>::new());
    }
}
