//! The systems that the documents show are systems.

use std::fs;
use std::path::Path;

use guichet_system::check_source;

const BEGIN: &str = "```json5\n";
const END: &str = "```";

/// The blocks of a document that show a whole system.json5.
fn systems(text: &str) -> impl Iterator<Item = &str> {
    text.split(BEGIN).skip(1).map(|rest| rest.split_once(END).map_or(rest, |(block, _)| block))
}

#[test]
fn what_the_documents_show_is_accepted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        for text in systems(&fs::read_to_string(&path).unwrap()) {
            let loaded = check_source("system.json5", text);
            let said = loaded.diagnostics.render(false);
            assert!(loaded.system.is_some() && said.is_empty(), "{}: {said}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0, "no document shows a system");
}

#[test]
fn every_block_of_a_document_is_seen() {
    let text = "a\n```json5\n{ }\n```\nb\n```text\nno\n```\n```json5\n[]\n```\n";
    assert!(systems(text).eq(["{ }\n", "[]\n"]));
}
