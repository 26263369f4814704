//! How late deadlines are: instructions between a deadline and the first look that the thread which waited
//! for it takes at the clock, at worst.
//!
//! The clock's own tick is in it, since nobody sees less than one: so are the timer's resolution, the
//! kernel's way from the interrupt to the thread, and the call that reads the clock.

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::figures::Figures;
use crate::image::Image;
use crate::round_trips::{clock_rate, per_round};

/// What a program says of the latest of its deadlines.
const LATE: &str = "late ";

/// Runs the image and adds what its program says.
pub(crate) fn measure(image: &Image, figures: &mut Figures) -> Result<()> {
    let console = Emulator::run(image, &[])?;
    let late = late(&console).with_context(|| format!("the console:\n{console}"))?;
    late.into_iter().try_for_each(|(name, figure)| figures.push(name, figure))
}

/// The names, and the instructions that each was late.
fn late(console: &str) -> Result<Vec<(String, u64)>> {
    let rate = clock_rate(console)?;
    let lines = console.lines().filter_map(|line| line.split_once(LATE));
    let figures: Vec<(String, u64)> = lines
        .map(|(_, said)| {
            let (ticks, name) = said.split_once(' ').context("too short")?;
            Ok((name.to_owned(), per_round(ticks.parse()?, 1, rate)?))
        })
        .collect::<Result<_>>()?;
    ensure!(!figures.is_empty(), "nobody said how late it was");
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_late_become_instructions() {
        let console = "[p] clock 25000000\n[p] late 9 a deadline, late\n[p] done\n";
        assert_eq!(late(console).unwrap(), [("a deadline, late".to_owned(), 360)]);
        for console in ["", "clock 1\n", "late 9 x\n", "clock 1\nlate 9\n", "clock 1\nlate x y\n"] {
            assert!(late(console).is_err(), "{console}");
        }
    }
}
