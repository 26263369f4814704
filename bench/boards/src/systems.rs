//! The systems that are measured, of several sizes from one file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use guichet::read_system;
use guichet_system::System;

/// The folder of the systems.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../systems");
/// The process that may be left out or repeated.
const SLEEPER: &str = "sleeper";

/// A system that can be built.
pub(crate) struct Declared {
    /// Where its file is.
    pub(crate) folder: PathBuf,
    /// What it says.
    pub(crate) system: System,
}

impl Declared {
    /// The system in which rare things happen.
    pub(crate) fn stress() -> Result<Declared> {
        read("stress")
    }

    /// The system in which a thread wakes a more important one.
    pub(crate) fn signal() -> Result<Declared> {
        read("signal")
    }

    /// The system in which deadlines pass.
    pub(crate) fn deadline() -> Result<Declared> {
        read("deadline")
    }

    /// The systems in which it is measured what it costs to wait on several things together, to be one of
    /// several initiators, to be more important than others, to hand memory to and fro, and to notify.
    pub(crate) fn further() -> Result<[Declared; 5]> {
        let names = ["wait_group", "fan_in", "priorities", "shared_memory", "notify"];
        let [group, fan_in, priorities, memory, notify] = names.map(read);
        Ok([group?, fan_in?, priorities?, memory?, notify?])
    }

    /// The system in which calls and messages of endpoints are measured, with so many processes: two that
    /// talk, and the others asleep.
    pub(crate) fn endpoints(processes: usize) -> Result<Declared> {
        let mut declared = read("endpoints")?;
        resize(&mut declared.system, processes)?;
        Ok(declared)
    }

    /// The system whose kernel has every window.
    pub(crate) fn every_window() -> Result<Declared> {
        read("every_window")
    }

    /// The system in which the synchronous mailbox is measured, with so many processes: two that talk, and the
    /// others asleep.
    pub(crate) fn mailbox(processes: usize) -> Result<Declared> {
        let mut declared = read("mailbox")?;
        resize(&mut declared.system, processes)?;
        Ok(declared)
    }

    /// The system in which round trips are measured, with so many processes: two that talk, and
    /// the others asleep.
    pub(crate) fn round_trips(processes: usize) -> Result<Declared> {
        let mut declared = read("round_trips")?;
        resize(&mut declared.system, processes)?;
        Ok(declared)
    }
}

fn read(name: &str) -> Result<Declared> {
    let folder = Path::new(FOLDER).join(name);
    let loaded = read_system(&folder)?;
    let system = loaded.system.with_context(|| loaded.diagnostics.render(false))?;
    Ok(Declared { folder, system })
}

/// Repeats the sleeper, the last process, until there are so many.
fn resize(system: &mut System, processes: usize) -> Result<()> {
    let sleeper = system.processes.pop().filter(|process| process.name == SLEEPER);
    let sleeper = sleeper.context("the system's last process is not the sleeper")?;
    let others = system.processes.len();
    ensure!(processes >= others, "a system of {processes} processes cannot hold {others}");
    for number in 1..=processes - others {
        let mut sleeper = sleeper.clone();
        sleeper.name = format!("{SLEEPER}_{number}");
        system.processes.push(sleeper);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_have_the_size_that_was_asked_for() {
        for processes in [2, 3, 32] {
            let system = Declared::round_trips(processes).unwrap().system;
            assert_eq!(system.processes.len(), processes);
            assert!(system.processes.iter().skip(2).all(|each| each.objects.is_empty()));
        }
        assert!(Declared::round_trips(1).is_err());
    }
}
