//! `cargo xtask`: what the project does with itself.
//!
//! Everything that must hold before a change is good is a step of `cargo xtask test`, and CI runs
//! that and nothing else, so that nobody has to guess what CI will say. A step that can be had from
//! cargo is cargo's; what only this house wants is here:
//!
//! - `setup` finds out what the tests need besides Rust;
//! - `tidy` checks the habits of the house, as a test;
//! - `purity` links the kernel and proves that it cannot panic and has no state of its own;
//! - `count` counts the kernel's instructions and compares them with the goldens;
//! - `bench` measures systems on emulated boards, and does the same.
#![forbid(unsafe_code)]

mod bench;
mod command;
mod count;
mod golden;
mod purity;
mod repository;
mod setup;
mod steps;
mod tidy;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::repository::Repository;
use crate::steps::Look;

/// What the project does with itself.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Finds out what the tests need besides Rust, and installs it on Debian as root.
    Setup,
    /// Runs everything that must hold before a change is good, and stops at the first failure.
    Test,
    /// The same as `test`, without colours and anything else that only a terminal understands.
    Ci,
    /// Checks the habits of the house: lengths, storeys, places of unsafe code, links, leftovers.
    Tidy,
    /// Proves on the linked kernel that it cannot panic and has no state of its own.
    Purity,
    /// Counts the kernel's instructions and compares them with bench/goldens/host.txt.
    Count {
        /// Writes what was counted into the golden file instead.
        #[arg(long)]
        bless: bool,
    },
    /// Measures systems on emulated boards and compares them with the files in bench/goldens.
    Bench(BenchArguments),
}

#[derive(Debug, Args)]
struct BenchArguments {
    /// Measures on this board only.
    #[arg(long)]
    board: Option<String>,
    /// Writes what was measured into the golden files, and the chart and the table for the docs.
    #[arg(long)]
    bless: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let repository = Repository::find()?;
    match task {
        Task::Setup => setup::run(),
        Task::Test => steps::run(&repository, Look::of_environment()),
        Task::Ci => steps::run(&repository, Look::Plain),
        Task::Tidy => tidy::run(&repository),
        Task::Purity => purity::run(&repository),
        Task::Count { bless } => count::run(&repository, *bless),
        Task::Bench(BenchArguments { board, bless }) => {
            bench::run(&repository, board.as_deref(), *bless)
        }
    }
}
