//! The functions of a file and how long they are.

use syn::visit::{self, Visit};

/// A function: its name and the lines from its signature to its closing brace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) line_count: usize,
}

/// All functions with a body, nested ones too. What stands before the signature (documentation,
/// attributes) does not count: nobody should write less of it to stay short.
pub(crate) fn functions(file: &syn::File) -> Vec<Function> {
    let mut found = Found(Vec::new());
    found.visit_file(file);
    found.0
}

struct Found(Vec<Function>);

impl Found {
    fn note(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first_line = signature.fn_token.span.start().line;
        let last_line = body.brace_token.span.close().end().line;
        let line_count = last_line.saturating_sub(first_line).saturating_add(1);
        self.0.push(Function { name: signature.ident.to_string(), first_line, line_count });
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_run_from_signature_to_brace() {
        let source = "/// Says a\n/// lot.\n#[inline]\nfn a(\n    x: u8,\n) {\n    fn b() {}\n}\n\
                      trait T { fn c(); fn d() {\n} }\nimpl T for X { fn c() {} }";
        let found: Vec<_> = functions(&syn::parse_file(source).unwrap())
            .into_iter()
            .map(|function| (function.name, function.first_line, function.line_count))
            .collect();
        let expected = [("a", 4, 5), ("b", 7, 1), ("d", 9, 2), ("c", 11, 1)];
        assert_eq!(found, expected.map(|(name, line, count)| (name.to_owned(), line, count)));
    }
}
