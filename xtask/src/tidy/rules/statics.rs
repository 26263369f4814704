//! The kernel has no state but what its port lends, so it has no statics.

use syn::visit::Visit;

use super::PURE;
use crate::tidy::finding::Finding;
use crate::tidy::house::{House, Source};
use crate::tidy::tokens::place;

pub(super) fn find(house: &House) -> Vec<Finding> {
    let sources = PURE.into_iter().flat_map(|folder| house.products(folder));
    sources
        .flat_map(|source| {
            let mut statics = Statics { source, findings: Vec::new() };
            statics.visit_file(&source.product);
            statics.findings
        })
        .collect()
}

struct Statics<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl<'ast> Visit<'ast> for Statics<'_> {
    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let what = format!("`{}` is a static", item.ident);
        let remedy = "make it a const, or let the port lend it";
        self.findings.push(self.source.finding(place(&item.ident), what, remedy));
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn statics_are_found_at_any_depth() {
        for source in
            ["static A: u8 = 0;", "fn f() { static mut A: u8 = 0; }", "mod m { static A: u8 = 0; }"]
        {
            let found = findings(find, &[("kernel/src/a.rs", source)]);
            let expected =
                "kernel/src/a.rs:1: `A` is a static; make it a const, or let the port lend it";
            assert_eq!(found, [expected], "{source}");
        }
    }

    #[test]
    fn constants_lifetimes_tests_and_other_rooms_are_fine() {
        let fine = "const A: &'static str = \"\"; #[cfg(test)] mod tests { static B: u8 = 0; }";
        let texts = [("kernel/src/a.rs", fine), ("cli/src/a.rs", "static A: u8 = 0;")];
        assert_eq!(findings(find, &texts), Vec::<String>::new());
    }
}
