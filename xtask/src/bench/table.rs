//! The table of a board, for a terminal.

use std::fmt::Write;

use super::bars::{Family, bar};
use super::others;
use crate::golden::Golden;

/// The figures, with the golden ones and the bars, then what other kernels take.
pub(super) fn text(board: &str, measured: &Golden, golden: Option<&Golden>) -> String {
    let mut text = format!("\n{board:<48}{:>9}{:>9}{:>9}{:>9}\n", "now", "golden", "bar", "goal");
    for (name, figure) in &measured.figures {
        let golden = or_dash(golden.and_then(|golden| golden.figure(name)));
        let bar = bar(name, measured);
        let [limit, goal] = [bar.map(|bar| bar.bar), bar.map(|bar| bar.goal)].map(or_dash);
        let over = match bar {
            Some(bar) if *figure > bar.bar => "  over the bar",
            Some(bar) if *figure <= bar.goal => "  goal reached",
            Some(_) | None => "",
        };
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name:<48}{figure:>9}{golden:>9}{limit:>9}{goal:>9}{over}");
    }
    text + &others(Family::of(measured))
}

fn others(family: Family) -> String {
    let mut text = format!(
        "{:<48}{:>9}{:>9}{:>9}\n",
        format!("others on {}", family.name()),
        "4/8",
        "1024",
        "null"
    );
    for other in others::of(family) {
        let [large, null_call] = [other.large, other.null_call].map(or_dash);
        let _ = writeln!(text, "{:<48}{:>9}{large:>9}{null_call:>9}", other.name, other.words);
    }
    text
}

/// A number, or what stands where there is none.
pub(super) fn or_dash(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_what_it_is_held_against() {
        let figures = |null_call| Golden {
            compiler: "rustc, riscv32".to_owned(),
            figures: vec![("null call".to_owned(), null_call)],
        };
        let words = |null_call, golden: Option<&Golden>| -> Vec<String> {
            let text = text("board", &figures(null_call), golden);
            let line = text.lines().find(|line| line.starts_with("null call")).unwrap();
            line.split_whitespace().skip(2).map(str::to_owned).collect()
        };
        assert_eq!(words(120, Some(&figures(119)))[..4], ["120", "119", "110", "80"]);
        assert_eq!(words(120, None)[1..].join(" "), "- 110 80 over the bar");
        assert_eq!(words(80, None)[1..].join(" "), "- 110 80 goal reached");
        assert!(text("b", &figures(1), None).contains("pw_kernel"));
        assert!(!text("b", &figures(1), None).contains("FreeRTOS"));
    }
}
