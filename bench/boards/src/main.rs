//! Measures systems on an emulated board.
//!
//! `cargo xtask bench` runs this for each board and compares what it prints with the goldens: the
//! compiler, then a line `FIGURE: NUMBER` for each figure. Everything is measured on images as the
//! `guichet` command builds them, with nothing in them for the bench's sake:
//!
//! - instructions, by programs that look at the board's clock while the emulator lets every
//!   instruction take one nanosecond (`round_trips`);
//! - how late a deadline is, at worst, likewise (`deadlines`);
//! - bytes of flash and RAM, from the linked images (`sizes`);
//! - how deep the kernel's stack gets, by painting it before the machine begins and looking at the
//!   paint afterwards (`stack`);
//! - how long interrupts stay off, by counting the instructions between the way into the kernel and
//!   the way out in a trace (`stretches`).
//!
//! Nothing depends on how fast this machine is: two runs print the same.
#![forbid(unsafe_code)]

mod deadlines;
mod emulator;
mod figures;
mod image;
mod linux;
mod monitor;
mod round_trips;
mod sizes;
mod stack;
mod stretches;
mod systems;
mod trace;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use guichet::boards::{BOARDS, Board};

use crate::figures::Figures;
use crate::image::Image;
use crate::round_trips::{CALL, MAILBOX};
use crate::sizes::Sizes;
use crate::systems::Declared;

/// Measures systems on an emulated board.
#[derive(Debug, Parser)]
struct Arguments {
    /// The board, as the `guichet` command knows it, or `linux`, which is measured as a ratio to a
    /// socket pair; without it, the boards are named.
    board: Option<String>,
}

/// How many processes the systems have in which round trips are measured.
const PROCESSES: [usize; 3] = [2, 8, 32];

fn main() -> ExitCode {
    match run(Arguments::parse().board.as_deref()) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What is to be printed.
fn run(board: Option<&str>) -> Result<String> {
    let name = match board {
        None => return Ok(BOARDS.iter().map(|board| format!("{}\n", board.name)).collect()),
        Some("linux") => return linux::measure(),
        Some(linux::SERVER) => return linux::serve().map(|()| String::new()),
        Some(linux::SYSTEM) => return linux::run_system_here().map(|()| String::new()),
        Some(name) => name,
    };
    let board = BOARDS.iter().find(|board| board.name == name);
    let board = board.with_context(|| format!("there is no board `{name}`"))?;
    board.check_here()?;
    let compiler = board.compiler()?;
    let figures = measure(board).with_context(|| format!("measuring on {name}"))?;
    Ok(format!("compiler: {compiler}, {}\n{figures}", board.target))
}

/// What capsules cost: time, with few and many processes, and code.
fn measure_mailbox(board: &'static Board, figures: &mut Figures) -> Result<()> {
    for processes in PROCESSES {
        let Some(image) = Image::build(board, Declared::mailbox(processes)?)? else { continue };
        round_trips::measure_some(&image, processes, MAILBOX, figures)?;
    }
    let Some(image) = Image::build(board, Declared::every_window()?)? else { return Ok(()) };
    round_trips::measure_one(&image, MAILBOX, "every window", figures)?;
    sizes::tell_code(Sizes::of(&image)?, "every window", figures)
}

/// Every figure of a board. A system that has no room on it is left out.
fn measure(board: &'static Board) -> Result<Figures> {
    let mut figures = Figures::default();
    let mut sizes = Vec::new();
    let mut depth = 0;
    for processes in PROCESSES {
        let image = Image::build(board, Declared::round_trips(processes)?)?;
        let Some(image) = image else { continue };
        round_trips::measure(&image, processes, &mut figures)?;
        if sizes.is_empty() {
            // More processes that sleep do not deepen it.
            depth = stack::depth(&image)?;
        }
        sizes.push(Sizes::of(&image)?);
    }
    for declared in Declared::further()? {
        let Some(image) = Image::build(board, declared)? else { continue };
        round_trips::measure_further(&image, &mut figures)?;
    }
    for processes in PROCESSES {
        let Some(image) = Image::build(board, Declared::endpoints(processes)?)? else { continue };
        round_trips::measure_some(&image, processes, CALL, &mut figures)?;
        if processes == 2 {
            sizes::tell_code(Sizes::of(&image)?, "endpoints", &mut figures)?;
        }
    }
    measure_mailbox(board, &mut figures)?;
    if let Some(deadline) = Image::build(board, Declared::deadline()?)? {
        deadlines::measure(&deadline, &mut figures)?;
    }
    if let Some(signal) = Image::build(board, Declared::signal()?)? {
        stretches::measure_signal(&signal, &mut figures)?;
    }
    let stress = Image::build(board, Declared::stress()?)?.context("the stress does not fit")?;
    depth = depth.max(stack::depth(&stress)?);
    stretches::measure(&stress, &mut figures)?;
    let &[few, many, ..] = &sizes[..] else { bail!("two systems do not fit") };
    sizes::tell(few, many, Sizes::of(&stress)?, &mut figures)?;
    figures.push("kernel stack, greatest depth, bytes", depth)?;
    Ok(figures)
}
