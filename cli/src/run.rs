//! Running a built system on Linux.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use guichet_abi::linux::TICKS_PER_SEC;
use guichet_port_linux::{Ending, Options, Program};
use guichet_system::model::Process;
use guichet_system::tables::{LinkedCapsule, Tables};

use crate::{BuiltSystem, Failure};

/// The board that systems run on unless another is named.
pub const BOARD: &str = guichet_system::boards::LINUX;

/// The least stack of a thread on Linux, in bytes, and that of one that declares none (CF-1).
///
/// A `stack_size_bytes` is measured for the registers and the optimised code of a microcontroller.
/// The same source built for a 64-bit machine without optimisation needs many times that, and here
/// memory is not what is scarce; so a smaller declared size is raised to this one.
pub const MINIMUM_STACK_BYTES: usize = 64 * 1024;

/// Runs a built system until it ends, with the console's lines going to `console` (TL-1).
///
/// A system with capsules of its own needs [`run_system_with`], or another program:
/// [`BuiltSystem::runner`].
///
/// Blocks for as long as the run takes, at most `timeout`. Nothing that was started is left when it
/// returns. The calling thread is pinned to one CPU meanwhile.
///
/// # Errors
/// [`Failure::Unfit`] if a program is not what its process needs, [`Failure::Capsules`] if a capsule is
/// missing or does not fit, and [`Failure::NotRun`] if Linux refuses something that every run needs.
pub fn run_system(
    built: &BuiltSystem,
    timeout: Option<Duration>,
    console: Box<dyn Write + Send>,
) -> Result<Ending, Failure> {
    run_system_with(built, &[], timeout, console)
}

/// As [`run_system`], with the code of the capsules that the system brings.
///
/// # Errors
/// As [`run_system`].
pub fn run_system_with(
    built: &BuiltSystem,
    capsules: &[LinkedCapsule],
    timeout: Option<Duration>,
    console: Box<dyn Write + Send>,
) -> Result<Ending, Failure> {
    let system = built.system.on(BOARD);
    let pairs = system.processes.iter().zip(&built.programs);
    let programs =
        pairs.map(|(process, file)| load(process, file)).collect::<Result<Vec<_>, _>>()?;
    let memory: Vec<_> = programs.iter().map(|program| program.memory().to_vec()).collect();
    let tables = Tables::new(&system, &memory, system.max_transfer_bytes, TICKS_PER_SEC);
    let tables = tables.with_capsules(&system, capsules)?;
    let options = Options { timeout, console };
    Ok(tables.with_system(|system| guichet_port_linux::run(system, &programs, options))?)
}

fn load(process: &Process, file: &Path) -> Result<Program, Failure> {
    Program::load(file, &stacks(process)).map_err(|reason| Failure::Unfit {
        process: process.name.clone(),
        file: file.to_path_buf(),
        reason: Box::new(reason),
    })
}

/// The stacks of a process's threads in bytes, the main thread's first.
fn stacks(process: &Process) -> Vec<usize> {
    let declared = process.threads.iter().map(|thread| thread.stack_size_bytes.unwrap_or(0));
    declared
        .map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX).max(MINIMUM_STACK_BYTES))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_missing_stacks_are_raised_and_large_ones_kept() {
        let text = r#"{ apps: [ { name: "a", processes: [ { name: "p", threads: [
            { name: "x", stack_size_bytes: 1024 }, { name: "y" },
            { name: "z", stack_size_bytes: 100000 } ] } ] } ] }"#;
        let loaded = guichet_system::check_source("system.json5", text);
        let system = loaded.system.expect("the file is right");
        assert_eq!(stacks(&system.processes[0]), [65_536, 65_536, 100_000]);
    }
}
