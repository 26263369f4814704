//! A file as a flat row of tokens, for rules that must also see into macros.
//!
//! syn's tree ends where a macro begins; tokens do not. Strings and comments are no tokens that
//! could be mistaken for code.

use proc_macro2::{Ident, LineColumn, TokenStream, TokenTree};

use super::house::Source;

/// Every identifier and keyword of a file, whether in a macro or not, in order.
pub(crate) fn identifiers(source: &Source) -> Vec<Ident> {
    let mut found = Vec::new();
    if let Ok(tokens) = source.text.parse::<TokenStream>() {
        collect(tokens, &mut found);
    }
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => found.push(name),
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Where an identifier stands.
pub(crate) fn place(name: &Ident) -> LineColumn {
    name.span().start()
}
