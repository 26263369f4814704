//! The `guichet` command.
//!
//! The library does the work; this side is what a person or a script meets: arguments and their
//! help, what is shown while work goes on, how failures look, and the exit status.
#![forbid(unsafe_code)]

mod arguments;
mod bar;
mod board;
mod commands;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use guichet::report;

fn main() -> ExitCode {
    let status = match Arguments::parse().command {
        Command::Run(arguments) => commands::run(&arguments),
        Command::Build(arguments) => commands::build(&arguments),
        Command::Boards => Ok(commands::boards()),
        Command::Check(arguments) => commands::check(&arguments),
        Command::New(arguments) => commands::new(&arguments),
        Command::Size(arguments) => commands::size(&arguments),
    };
    ExitCode::from(status.unwrap_or_else(|failure| report::failure(&failure)))
}
