//! `cargo xtask setup`: what the tests need besides Rust.
//!
//! Only what is missing is installed, only by the system's own package manager, and only where
//! that is allowed; everybody else is told the exact commands. Toolchains are never touched: which
//! Rust a machine has is its owner's business.

mod requirement;

use std::path::Path;

use anyhow::{Result, bail};

use self::requirement::{REQUIREMENTS, Remedy, Requirement};
use crate::command::Program;

/// Says what is there, installs what is missing where it may, and fails if anything is left.
pub(crate) fn run() -> Result<()> {
    let missing = missing(&REQUIREMENTS);
    if missing.is_empty() {
        return Ok(());
    }
    let packages = packages(&missing);
    if !packages.is_empty() && may_install() {
        install(&packages)?;
        let left = self::missing(&REQUIREMENTS);
        return if left.is_empty() { Ok(()) } else { bail!(advice(&left)) };
    }
    bail!(advice(&missing))
}

/// Looks for everything, prints what it finds, and gives what it does not find.
fn missing(requirements: &[Requirement]) -> Vec<&Requirement> {
    let mut missing = Vec::new();
    for requirement in requirements {
        let Requirement { name, purpose, .. } = requirement;
        match requirement.version() {
            Some(version) => println!("setup: {name}: {version}"),
            None => {
                println!("setup: {name}: missing, needed {purpose}");
                missing.push(requirement);
            }
        }
    }
    missing
}

fn packages(missing: &[&Requirement]) -> Vec<&'static str> {
    let packages = missing.iter().flat_map(|requirement| match requirement.remedy {
        Remedy::Packages(packages) => packages,
        Remedy::Command(_) => &[],
    });
    packages.copied().collect()
}

/// Tells whether this is Debian, or made from it, and we are root.
fn may_install() -> bool {
    let user = Program::new("id", Path::new("/")).arguments(&["-u"]).output();
    Path::new("/etc/debian_version").exists() && user.is_ok_and(|user| user.trim() == "0")
}

fn install(packages: &[&str]) -> Result<()> {
    println!("setup: installing {}", packages.join(" "));
    let apt =
        || Program::new("apt-get", Path::new("/")).environment("DEBIAN_FRONTEND", "noninteractive");
    apt().arguments(&["update", "--quiet"]).run()?;
    let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
    apt().arguments(&install).arguments(packages).run()
}

/// The commands that would bring what is missing, one to a line.
fn advice(missing: &[&Requirement]) -> String {
    let mut lines = vec!["something that the tests need is missing; run".to_owned()];
    let packages = packages(missing);
    if !packages.is_empty() {
        let packages = packages.join(" ");
        lines.push("    sudo apt-get update".to_owned());
        lines.push(format!("    sudo apt-get install --no-install-recommends {packages}"));
    }
    lines.extend(missing.iter().filter_map(|requirement| match requirement.remedy {
        Remedy::Packages(_) => None,
        Remedy::Command(command) => Some(format!("    {command}")),
    }));
    lines.push("or, where there is no apt, install what these packages hold".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: Requirement = Requirement {
        name: "shell",
        purpose: "for this test",
        probe: &["sh", "-c", "echo; echo one; echo two"],
        remedy: Remedy::Packages(&["dash"]),
    };
    const ABSENT: Requirement = Requirement {
        name: "unicorn",
        purpose: "for this test",
        probe: &["no-such-program"],
        remedy: Remedy::Packages(&["unicorn", "unicorn-horn"]),
    };
    const BROKEN: Requirement = Requirement {
        name: "broken",
        purpose: "for this test",
        probe: &["sh", "-c", "echo version 0; exit 1"],
        remedy: Remedy::Command("mend --it"),
    };

    #[test]
    fn what_answers_is_there_and_what_fails_is_missing() {
        assert_eq!(THERE.version().as_deref(), Some("one"));
        let all = [THERE, ABSENT, BROKEN];
        let names: Vec<&str> = missing(&all).iter().map(|requirement| requirement.name).collect();
        assert_eq!(names, ["unicorn", "broken"]);
    }

    #[test]
    fn advice_can_be_typed_as_it_stands() {
        let expected = "something that the tests need is missing; run\n    sudo apt-get update\n    \
                        sudo apt-get install --no-install-recommends unicorn unicorn-horn\n    \
                        mend --it\nor, where there is no apt, install what these packages hold";
        assert_eq!(advice(&[&ABSENT, &BROKEN]), expected);
    }
}
