//! A link from one document to a file of the repository leads somewhere.

use pulldown_cmark::{Event, Parser, Tag};

use crate::tidy::finding::Finding;
use crate::tidy::house::House;
use crate::tidy::modules::join;

pub(super) fn find(house: &House) -> Vec<Finding> {
    let documents = house.texts.iter().filter(|(path, _)| path.ends_with(".md"));
    documents.flat_map(|(path, text)| broken_links(house, path, text)).collect()
}

fn broken_links(house: &House, path: &str, text: &str) -> Vec<Finding> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) =
            event
        else {
            continue;
        };
        let Some(target) = file_of(folder, &dest_url) else {
            continue;
        };
        if !exists(house, &target) {
            let before = text.get(..range.start).unwrap_or(text);
            let line = before.matches('\n').count().saturating_add(1);
            let what = format!("the link to {dest_url} leads nowhere");
            findings.push(Finding::new(path, line, what, "name a file of the repository"));
        }
    }
    findings
}

/// The file that a link means, unless it leads out of the repository or stays in its document.
fn file_of(folder: &str, link: &str) -> Option<String> {
    let file = link.split('#').next().unwrap_or(link);
    if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
        return None;
    }
    match file.strip_prefix('/') {
        Some(from_root) => Some(join("", from_root)),
        None => Some(join(folder, file)),
    }
}

/// Tells whether there is a file, or a folder, of that name.
fn exists(house: &House, target: &str) -> bool {
    let is_in = |path: &String| path.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'));
    target.is_empty() || house.texts.contains_key(target) || house.texts.keys().any(is_in)
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found_with_its_line() {
        let texts = [(
            "docs/a.md",
            "One.\n\nSee [b](b.md#top), ![c](../c.png)\nand [d][e].\n\n[e]: e/f.md\n",
        )];
        let remedy = "name a file of the repository";
        let expected = [
            format!("docs/a.md:3: the link to b.md#top leads nowhere; {remedy}"),
            format!("docs/a.md:3: the link to ../c.png leads nowhere; {remedy}"),
            format!("docs/a.md:4: the link to e/f.md leads nowhere; {remedy}"),
        ];
        assert_eq!(findings(find, &texts), expected);
    }

    #[test]
    fn files_folders_and_the_world_outside_are_fine() {
        let text = "[a](../README.md) [b](/docs) [c](https://example.org/x) [d](#here) `[e](none.md)` [f](.)";
        let texts = [("docs/a.md", text), ("README.md", "[docs](docs/)")];
        assert_eq!(findings(find, &texts), Vec::<String>::new());
    }
}
