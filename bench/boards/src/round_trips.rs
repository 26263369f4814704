//! What the programs measured, in instructions.

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::figures::Figures;
use crate::image::Image;

/// In the emulator's time every instruction takes a nanosecond.
const INSTRUCTIONS_PER_SECOND: u64 = 1_000_000_000;

/// What is subtracted from everything else.
const NOTHING: &str = "nothing";
/// What is measured of endpoints, and of capsules, with any number of processes.
pub(crate) const CALL: &str = "call and reply, 4 words";
pub(crate) const MAILBOX: &str = "mailbox round trip 64/64";

/// What a program says before it measures, and of everything that it has measured.
const CLOCK: &str = "clock ";
const MEASURED: &str = "measured ";

/// The round trips that differ in nothing but how many bytes are copied.
const LARGE: &str = "wait + read + respond 1024/1024";
const MEDIUM: &str = "wait + read + respond 256/256";

/// Runs the image and adds what its programs measured. With more than two processes only what does
/// not depend on lengths is worth a line.
pub(crate) fn measure(image: &Image, processes: usize, figures: &mut Figures) -> Result<()> {
    let console = Emulator::run(image, &[])?;
    let measured = instructions(&console).with_context(|| format!("the console:\n{console}"))?;
    for (name, figure) in measured {
        if processes == 2 {
            figures.push(name, figure)?;
        } else if name == "null call" || name.contains("4/8") {
            figures.push(format!("{name}, {processes} processes"), figure)?;
        }
    }
    if processes == 2 {
        let (large, medium) = (figures.get(LARGE)?, figures.get(MEDIUM)?);
        figures.push("a thousand bytes copied", copying(large, medium)?)?;
    }
    Ok(())
}

/// Runs the image of another system and adds all that its programs measured.
pub(crate) fn measure_further(image: &Image, figures: &mut Figures) -> Result<()> {
    let console = Emulator::run(image, &[])?;
    let measured = instructions(&console).with_context(|| format!("the console:\n{console}"))?;
    measured.into_iter().try_for_each(|(name, figure)| figures.push(name, figure))
}

/// Runs the image of a system and adds what its programs measured; with more than two processes `some` alone, which
/// shows what the others cost that only sleep.
pub(crate) fn measure_some(
    image: &Image,
    processes: usize,
    some: &str,
    figures: &mut Figures,
) -> Result<()> {
    let console = Emulator::run(image, &[])?;
    let measured = instructions(&console).with_context(|| format!("the console:\n{console}"))?;
    for (name, figure) in measured {
        if processes == 2 {
            figures.push(name, figure)?;
        } else if name == some {
            figures.push(format!("{name}, {processes} processes"), figure)?;
        }
    }
    Ok(())
}

/// Runs the image of a system that is remarkable for `what` and adds `some` of what its programs measured.
pub(crate) fn measure_one(
    image: &Image,
    some: &str,
    what: &str,
    figures: &mut Figures,
) -> Result<()> {
    let console = Emulator::run(image, &[])?;
    let measured = instructions(&console).with_context(|| format!("the console:\n{console}"))?;
    let one = measured.into_iter().find(|(name, _)| name == some);
    let (name, figure) = one.with_context(|| format!("nobody has measured `{some}`"))?;
    figures.push(format!("{name}, {what}"), figure)
}

/// The nanoseconds of one round of everything that the programs measured on a machine with time of
/// its own.
pub(crate) fn nanoseconds(console: &str) -> Result<Vec<(String, u64)>> {
    // An instruction is a nanosecond; where time is real, there are only nanoseconds.
    instructions(console).with_context(|| format!("the console:\n{console}"))
}

/// Reads what the programs said: the names, and the instructions of one round.
fn instructions(console: &str) -> Result<Vec<(String, u64)>> {
    let rate = clock_rate(console)?;
    let mut measured = Vec::new();
    for (_, line) in console.lines().filter_map(|line| line.split_once(MEASURED)) {
        measured.push(parse(line).with_context(|| format!("the line `{line}`"))?);
    }
    let nothing = measured.iter().position(|(name, ..)| name == NOTHING);
    let (_, empty_rounds, empty_ticks) =
        measured.remove(nothing.context("nobody measured nothing")?);
    let each = |(name, rounds, ticks): (String, u64, u64)| {
        ensure!(rounds == empty_rounds, "`{name}` has another number of rounds");
        let ticks = ticks.checked_sub(empty_ticks).context("less than nothing was measured")?;
        Ok((name, per_round(ticks, rounds, rate)?))
    };
    measured.into_iter().map(each).collect()
}

/// How many ticks a second of the board has.
pub(crate) fn clock_rate(console: &str) -> Result<u64> {
    let rate = console.lines().find_map(|line| line.split_once(CLOCK));
    let (_, rate) = rate.context("nobody said how fast the clock is")?;
    rate.parse().context("the clock's rate")
}

fn parse(line: &str) -> Result<(String, u64, u64)> {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().context("too short");
    let (rounds, ticks, name) = (word()?.parse()?, word()?.parse()?, word()?);
    Ok((name.to_owned(), rounds, ticks))
}

/// The instructions of one round, to the nearest whole number.
pub(crate) fn per_round(ticks: u64, rounds: u64, rate: u64) -> Result<u64> {
    ensure!(rounds != 0 && rate != 0, "no round or no rate");
    let all = u128::from(ticks) * u128::from(INSTRUCTIONS_PER_SECOND) / u128::from(rate);
    let rounds = u128::from(rounds);
    Ok(u64::try_from((all + rounds / 2) / rounds)?)
}

/// What copying takes: instructions for a thousand bytes, in the steps from 256 to 1024 bytes
/// and back again.
fn copying(large: u64, medium: u64) -> Result<u64> {
    let difference = large.checked_sub(medium).context("more bytes take less")?;
    Ok((difference * 1000).div_ceil(2 * (1024 - 256)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_instructions_of_a_round() {
        let console = "[i] clock 10000000\n[i] measured 1000 40 nothing\n\
                       [i] measured 1000 1640 null call\n[i] done\n";
        assert_eq!(instructions(console).unwrap(), [("null call".to_owned(), 160)]);
        assert_eq!(per_round(3, 200, 25_000_000).unwrap(), 1);
        assert_eq!(copying(2000, 464).unwrap(), 1000);
    }

    #[test]
    fn what_is_no_measurement_is_an_error() {
        for console in [
            "",
            "clock 1\nmeasured 1 2 x\n",
            "clock 1\nmeasured 1 2 nothing\nmeasured 2 2 x\n",
            "clock 1\nmeasured 1 2 nothing\nmeasured 1 1 x\n",
            "clock 1\nmeasured 1 nothing\n",
            "measured 1 2 nothing\n",
        ] {
            assert!(instructions(console).is_err(), "{console}");
        }
    }
}
