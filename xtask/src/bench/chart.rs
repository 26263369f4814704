//! The chart for the docs: a round trip of a few bytes, here and elsewhere.
//!
//! Bars from zero on one scale for each family, so that lengths can be compared by eye. The scales
//! of the two families have nothing to do with each other.

use std::fmt::Write;

use super::Board;
use super::bars::Family;
use super::others;

/// Where the chart is.
pub(super) const PATH: &str = "docs/cost.svg";

/// The figures of ours that are drawn.
const OURS: [&str; 2] = ["respond and receive 4/8", "wait + read + respond 4/8"];

const WIDTH: u64 = 860;
const BAR_START: u64 = 390;
const BAR_ROOM: u64 = WIDTH - BAR_START - 70;
const LINE: u64 = 22;
const BAR: u64 = 14;
const TITLE: u64 = 40;

struct Row {
    name: String,
    figure: u64,
    is_ours: bool,
}

/// The chart as SVG.
pub(super) fn draw(boards: &[Board]) -> String {
    let mut body = String::new();
    let mut y = 34;
    let _ = writeln!(
        body,
        r#"<text x="16" y="22" class="head">Instructions for a round trip, 4 bytes there and 8 back</text>"#
    );
    for family in [Family::RiscV, Family::Arm] {
        let rows = rows(family, boards);
        let most = rows.iter().map(|row| row.figure).max().unwrap_or(1).max(1);
        let _ =
            writeln!(body, r#"<text x="16" y="{}" class="group">{}</text>"#, y + 22, family.name());
        y += TITLE;
        for row in &rows {
            body += &line(row, y, most);
            y += LINE;
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-label=\"Instructions for a round trip in Guichet and in other kernels\">\n{STYLE}{body}</svg>\n",
        height = y + 12
    )
}

const STYLE: &str = "\
<style>
  text { font: 13px sans-serif; fill: #333 }
  .head { font-size: 16px; font-weight: bold }
  .group { font-weight: bold }
  .ours { fill: #0b6e4f }
  .theirs { fill: #9aa5b1 }
</style>
<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>
";

/// The bars of a family, the shortest first.
fn rows(family: Family, boards: &[Board]) -> Vec<Row> {
    let mut rows: Vec<Row> = others::of(family)
        .map(|other| Row { name: other.name.to_owned(), figure: other.words, is_ours: false })
        .collect();
    for board in boards.iter().filter(|board| board.family == family) {
        for name in OURS {
            if let Some(figure) = board.golden.figure(name) {
                let manner = name.trim_end_matches(" 4/8");
                let name = format!("Guichet, {}, {manner}", board.name);
                rows.push(Row { name, figure, is_ours: true });
            }
        }
    }
    rows.sort_by_key(|row| row.figure);
    rows
}

fn line(row: &Row, y: u64, most: u64) -> String {
    let Row { name, figure, is_ours } = row;
    let class = if *is_ours { "ours" } else { "theirs" };
    let width = (figure * BAR_ROOM).div_ceil(most);
    let base = y + BAR - 2;
    format!(
        "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{name}</text>\
         <rect x=\"{BAR_START}\" y=\"{y}\" width=\"{width}\" height=\"{BAR}\" class=\"{class}\"/>\
         <text x=\"{}\" y=\"{base}\">{figure}</text>\n",
        BAR_START - 8,
        BAR_START + width + 6,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::Golden;

    #[test]
    fn every_bar_is_as_long_as_its_figure() {
        let board = Board {
            name: "virt".to_owned(),
            family: Family::RiscV,
            golden: Golden {
                compiler: "riscv32".to_owned(),
                figures: vec![(OURS[0].to_owned(), 460)],
            },
        };
        let chart = draw(&[board]);
        let ours =
            format!("width=\"{}\" height=\"14\" class=\"ours\"", 460 * BAR_ROOM / 19_931 + 1);
        assert!(chart.contains(&ours) && chart.contains(">460</text>"), "{chart}");
        assert!(chart.contains("Guichet, virt, respond and receive</text>"), "{chart}");
        let longest = format!("width=\"{BAR_ROOM}\"");
        assert_eq!(chart.matches(&longest).count(), 2, "one in each family");
        assert_eq!(chart.matches("<text").count(), chart.matches("</text>").count());
    }
}
