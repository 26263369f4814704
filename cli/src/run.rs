//! Running a built system on Linux.

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use guichet_abi::linux::{PAGE_BYTES, SHARED_ADDRESS, TICKS_PER_SEC};
use guichet_port_linux::{Ending, Options, Program};
use guichet_system::model::{Process, SharedRegion};
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
    let mut programs =
        pairs.map(|(process, file)| load(process, file)).collect::<Result<Vec<_>, _>>()?;
    let regions = shared_places(&system.shared_memory);
    if system.shares_buffers() {
        place_shared(&mut programs, &regions);
    }
    let memory: Vec<_> = programs.iter().map(|program| program.memory().to_vec()).collect();
    let tables = Tables::new(&system, &memory, system.max_transfer_bytes, TICKS_PER_SEC);
    let tables = tables.with_shared_regions(&regions);
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

/// Where regions of shared memory lie in every process: in whole pages, one after the other (SH-1).
fn shared_places(regions: &[SharedRegion]) -> Vec<Range<usize>> {
    let mut next = SHARED_ADDRESS;
    let place = |region: &SharedRegion| {
        let bytes = usize::try_from(region.size_bytes).unwrap_or(usize::MAX);
        let (start, end) = (next, next.saturating_add(bytes));
        next = end.checked_next_multiple_of(PAGE_BYTES).unwrap_or(usize::MAX);
        start..end
    };
    regions.iter().map(place).collect()
}

/// Gives what programs have of their own to share its place behind all regions (NO-2).
fn place_shared(programs: &mut [Program], regions: &[Range<usize>]) {
    let behind = regions.last().map_or(SHARED_ADDRESS, |last| last.end);
    let first = behind.checked_next_multiple_of(PAGE_BYTES).unwrap_or(usize::MAX);
    let _behind_all =
        programs.iter_mut().fold(first, |address, program| program.place_shared(address));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_memory_lies_in_whole_pages_one_after_the_other() {
        let region =
            |size_bytes| SharedRegion { name: "R".to_owned(), size_bytes, sharers: Vec::new() };
        let places = shared_places(&[region(8192), region(0xFFFF_F000), region(4096)]);
        let offsets = places.iter().map(|place| place.start - SHARED_ADDRESS);
        assert_eq!(offsets.collect::<Vec<_>>(), [0, 0x2000, 0x1_0000_1000]);
        let lengths: Vec<_> = places.iter().map(Range::len).collect();
        assert_eq!(lengths, [8192, 0xFFFF_F000, 4096]);
    }

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
