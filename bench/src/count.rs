//! Runs one call of the kernel, or one round trip, again and again, for its instructions to be
//! counted.
//!
//! `cargo xtask count` runs this under callgrind, which collects only inside the functions of
//! [`entry`] and not inside `memory::port_copies`. What is counted is therefore the kernel from
//! the call's decoded registers to the outcome, with the port's clock but without moving bytes:
//! every port copies in its own way, and how the C library of the host does it would say nothing.
//!
//! The program checks every outcome. A cheap round trip that does not take place is not cheap.
#![forbid(unsafe_code)]

mod entry;
mod memory;
mod scenario;
mod system;

use std::process::ExitCode;

use clap::Parser;

use crate::entry::Way;
use crate::scenario::Scenario;

/// Runs one of the kernel's calls, or a round trip, for its instructions to be counted.
#[derive(Debug, Parser)]
struct Arguments {
    /// What is run.
    scenario: Scenario,
    /// By which way the calls enter the kernel.
    way: Way,
    /// How often.
    #[arg(long, default_value_t = 1)]
    rounds: u64,
}

fn main() -> ExitCode {
    let Arguments { scenario, way, rounds } = Arguments::parse();
    match scenario.run(way, rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
