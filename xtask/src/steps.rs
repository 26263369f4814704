//! `cargo xtask test`: the steps, in order, until one fails.
//!
//! Cheap ones come first, so that a slip is told within seconds. Every step says its name before it
//! speaks, and the list at the end says how long each took.

use std::env;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::repository::Repository;
use crate::{bench, count, purity, setup, tidy};

/// What the output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// For a person at a terminal, as the tools see fit.
    AsItComes,
    /// For a log: no colours, no progress bars.
    Plain,
}

impl Look {
    /// Plain when the environment says that this is CI, as every CI service does.
    pub(crate) fn of_environment() -> Look {
        let is_ci = env::var_os("CI").is_some_and(|value| value != "false" && !value.is_empty());
        if is_ci { Look::Plain } else { Look::AsItComes }
    }
}

/// What a step does.
enum Action {
    /// Something of this program.
    Own(fn(&Repository) -> Result<()>),
    /// Cargo with these arguments.
    Cargo(&'static [&'static str]),
}

struct Step {
    name: &'static str,
    action: Action,
}

const STEPS: [Step; 10] = [
    Step { name: "setup", action: Action::Own(|_| setup::run()) },
    Step { name: "tidy", action: Action::Own(tidy::run) },
    Step { name: "format", action: Action::Cargo(&["fmt", "--all", "--check"]) },
    Step {
        name: "clippy",
        action: Action::Cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step { name: "documentation", action: Action::Cargo(&["doc", "--workspace", "--no-deps"]) },
    Step { name: "tests", action: Action::Cargo(&["test", "--workspace"]) },
    Step {
        name: "explorer",
        action: Action::Cargo(&["run", "--release", "--package", "guichet_explorer"]),
    },
    Step { name: "purity", action: Action::Own(purity::run) },
    Step { name: "count", action: Action::Own(|repository| count::run(repository, false)) },
    Step { name: "bench", action: Action::Own(|repository| bench::run(repository, None, false)) },
];

/// Runs every step, and stops at the first that fails.
pub(crate) fn run(repository: &Repository, look: Look) -> Result<()> {
    run_steps(&STEPS, |step| perform(repository, look, &step.action))
}

fn perform(repository: &Repository, look: Look, action: &Action) -> Result<()> {
    let arguments = match action {
        Action::Own(own) => return own(repository),
        Action::Cargo(arguments) => arguments,
    };
    let cargo = repository.cargo(arguments).environment("RUSTDOCFLAGS", "-D warnings");
    let cargo = match look {
        Look::AsItComes => cargo,
        Look::Plain => cargo
            .environment("CI", "true")
            .environment("CARGO_TERM_COLOR", "never")
            .environment("CARGO_TERM_PROGRESS_WHEN", "never"),
    };
    println!("$ {cargo}");
    cargo.run()
}

fn run_steps(steps: &[Step], mut perform: impl FnMut(&Step) -> Result<()>) -> Result<()> {
    let mut done: Vec<(&str, Duration, &str)> = Vec::new();
    let mut outcome = Ok(());
    for step in steps {
        println!("\n== {} ==", step.name);
        let start = Instant::now();
        outcome = perform(step).with_context(|| format!("step `{}`", step.name));
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        done.push((step.name, start.elapsed(), word));
        if outcome.is_err() {
            break;
        }
    }
    print!("{}", summary(&done, steps));
    outcome
}

/// One line for each step: how it ended and how long it took.
fn summary(done: &[(&str, Duration, &str)], steps: &[Step]) -> String {
    let mut text = "\n== summary ==\n".to_owned();
    for (name, time, word) in done {
        text += &format!("{name:<16}{word:<8}{:>7.1} s\n", time.as_secs_f64());
    }
    for step in steps.iter().skip(done.len()) {
        text += &format!("{:<16}not run\n", step.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: [Step; 3] = [
        Step { name: "one", action: Action::Cargo(&[]) },
        Step { name: "two", action: Action::Cargo(&[]) },
        Step { name: "three", action: Action::Cargo(&[]) },
    ];

    #[test]
    fn the_first_failure_ends_it_and_is_named() {
        let mut performed = Vec::new();
        let outcome = run_steps(&THREE, |step| {
            performed.push(step.name);
            if step.name == "two" { anyhow::bail!("`cargo x` failed") } else { Ok(()) }
        });
        assert_eq!(performed, ["one", "two"]);
        assert_eq!(format!("{:#}", outcome.unwrap_err()), "step `two`: `cargo x` failed");
    }

    #[test]
    fn the_summary_has_every_step() {
        let second = Duration::from_secs(1);
        let text = summary(&[("one", second, "ok"), ("two", second, "FAILED")], &THREE);
        let expected = "\n== summary ==\n\
                        one             ok          1.0 s\n\
                        two             FAILED      1.0 s\n\
                        three           not run\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn all_steps_succeed_or_nothing_does() {
        assert!(run_steps(&THREE, |_| Ok(())).is_ok());
    }
}
