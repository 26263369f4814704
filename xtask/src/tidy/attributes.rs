//! What attributes say of an item: whether it is there only for tests, and where its file lies.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, TraitItem};

/// Tells whether an item with these attributes exists only when testing.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && needs_test(list.tokens.clone()),
        Meta::NameValue(_) => false,
    })
}

/// Tells whether a condition is `test`, or `all(..)` with `test` among the rest.
fn needs_test(condition: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = condition.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] => name == "test",
        [TokenTree::Ident(name), TokenTree::Group(group)] if name == "all" => {
            let parts: Vec<TokenTree> = group.stream().into_iter().collect();
            parts
                .split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
                .any(|part| needs_test(part.iter().cloned().collect()))
        }
        _other => false,
    }
}

/// The file that `#[path = ".."]` names.
pub(crate) fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _other => None,
        },
        _other => None,
    })
}

/// Takes out everything that exists only when testing.
pub(crate) fn strip_tests(items: &mut Vec<Item>) {
    items.retain(|item| !is_for_tests(attributes_of(item)));
    for item in items {
        match item {
            Item::Mod(module) => {
                if let Some((_, content)) = &mut module.content {
                    strip_tests(content);
                }
            }
            Item::Impl(block) => block.items.retain(|item| match item {
                ImplItem::Fn(function) => !is_for_tests(&function.attrs),
                ImplItem::Const(constant) => !is_for_tests(&constant.attrs),
                _other => true,
            }),
            Item::Trait(block) => block.items.retain(|item| match item {
                TraitItem::Fn(function) => !is_for_tests(&function.attrs),
                _other => true,
            }),
            _other => {}
        }
    }
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _other => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_testing_is_for_tests() {
        let table = [
            ("#[test] fn f() {}", true),
            ("#[cfg(test)] mod m;", true),
            ("#[cfg(all(unix, test))] mod m;", true),
            ("#[cfg(all(unix, all(test)))] mod m;", true),
            ("#[cfg(not(test))] mod m;", false),
            ("#[cfg(any(unix, test))] mod m;", false),
            ("#[cfg(feature = \"test\")] mod m;", false),
            ("mod test;", false),
        ];
        for (source, expected) in table {
            let item: Item = syn::parse_str(source).unwrap();
            assert_eq!(is_for_tests(attributes_of(&item)), expected, "{source}");
        }
    }

    #[test]
    fn stripping_leaves_the_product() {
        let source = "fn a() {} #[cfg(test)] mod b {} mod c { #[test] fn d() {} fn e() {} } \
                      impl X { #[cfg(test)] fn f() {} fn g() {} }";
        let mut file = syn::parse_file(source).unwrap();
        strip_tests(&mut file.items);
        let expected = "fn a() {} mod c { fn e() {} } impl X { fn g() {} }";
        let expected = syn::parse_file(expected).unwrap();
        assert_eq!(shape(&file), shape(&expected));
    }

    /// The names of all functions, in order.
    fn shape(file: &syn::File) -> Vec<String> {
        struct Names(Vec<String>);
        impl<'ast> syn::visit::Visit<'ast> for Names {
            fn visit_signature(&mut self, signature: &'ast syn::Signature) {
                self.0.push(signature.ident.to_string());
            }
        }
        let mut names = Names(Vec::new());
        syn::visit::visit_file(&mut names, file);
        names.0
    }
}
