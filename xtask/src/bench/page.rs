//! The tables in docs/cost.md, which a person wrote the rest of.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};

use super::Board;
use super::bars::{Family, bar};
use super::others;
use super::table::or_dash;
use crate::repository::Repository;

const PATH: &str = "docs/cost.md";
const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --bless` -->\n";
const END: &str = "<!-- end of figures -->";

/// The page with the tables of these boards in it.
pub(super) fn update(repository: &Repository, boards: &[Board]) -> Result<(&'static str, String)> {
    let page = fs::read_to_string(repository.root().join(PATH))
        .with_context(|| format!("cannot read {PATH}"))?;
    let page = replace(&page, &tables(boards));
    Ok((PATH, page.with_context(|| format!("{PATH} has lost its marks `{BEGIN}` and `{END}`"))?))
}

/// The page with another text between the marks.
fn replace(page: &str, tables: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{tables}{END}{after}"))
}

fn tables(boards: &[Board]) -> String {
    let families = [Family::RiscV, Family::Arm].into_iter();
    families.map(|family| ours(family, boards) + &theirs(family)).collect()
}

/// A column for each board of a family, and a line for each figure.
fn ours(family: Family, boards: &[Board]) -> String {
    let boards: Vec<&Board> = boards.iter().filter(|board| board.family == family).collect();
    let Some(first) = boards.first() else { return String::new() };
    let mut text = format!("\n### {}\n\n| |", family.name());
    for board in &boards {
        let _ = write!(text, " {} |", board.name);
    }
    text += " bar, goal |\n|---|";
    text += &"---:|".repeat(boards.len() + 1);
    text.push('\n');
    // A figure that one board lacks stands with the others' in the first board's order.
    let longest = boards.iter().max_by_key(|board| board.golden.figures.len()).unwrap_or(first);
    for (name, _) in &longest.golden.figures {
        let _ = write!(text, "| {name} |");
        for board in &boards {
            let _ = write!(text, " {} |", or_dash(board.golden.figure(name)));
        }
        let bar = bar(name, &first.golden).map(|bar| format!("{}, {}", bar.bar, bar.goal));
        let _ = writeln!(text, " {} |", bar.unwrap_or_default());
    }
    text
}

fn theirs(family: Family) -> String {
    let mut text =
        "\n| other kernels | 4/8 bytes | 1024/1024 | null call |\n|---|---:|---:|---:|\n"
            .to_owned();
    for other in others::of(family) {
        let [large, null_call] = [other.large, other.null_call].map(or_dash);
        let _ = writeln!(text, "| {} | {} | {large} | {null_call} |", other.name, other.words);
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::Golden;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = format!("# Cost\n{BEGIN}old\n{END}\nmore\n");
        let replaced = replace(&page, "new\n").unwrap();
        assert_eq!(replaced, format!("# Cost\n{BEGIN}new\n{END}\nmore\n"));
        assert_eq!(replace("# Cost\n", "new"), None);
    }

    #[test]
    fn boards_are_columns_of_their_family() {
        let board = |name: &str, figures: &[(&str, u64)]| Board {
            name: name.to_owned(),
            family: Family::Arm,
            golden: Golden {
                compiler: "thumb".to_owned(),
                figures: figures
                    .iter()
                    .map(|(name, figure)| ((*name).to_owned(), *figure))
                    .collect(),
            },
        };
        let boards = [board("a", &[("null call", 60)]), board("b", &[("null call", 61), ("x", 2)])];
        let text = tables(&boards);
        for part in
            ["| | a | b | bar, goal |", "| null call | 60 | 61 | 70, 50 |", "| x | - | 2 |  |"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
