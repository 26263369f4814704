//! `guichet build` (TL-2).

use guichet::{BuiltSystem, Failure, build_checked, read_system};

use crate::arguments::BuildArguments;
use crate::bar::Bar;
use crate::report;

/// Builds a system and shows where its programs are.
pub(crate) fn build(arguments: &BuildArguments) -> Result<u8, Failure> {
    let built = built(arguments)?;
    let lines = built.system.processes.iter().zip(&built.programs);
    let text: String =
        lines.map(|(process, file)| format!("{}: {}\n", process.name, file.display())).collect();
    Ok(report::output(&text, 0))
}

/// Checks and builds a system, showing warnings and progress.
pub(crate) fn built(arguments: &BuildArguments) -> Result<BuiltSystem, Failure> {
    let loaded = read_system(&arguments.dir)?;
    match loaded.system {
        Some(system) => {
            report::diagnostics(&loaded.diagnostics);
            build_checked(&arguments.dir, system, arguments.profile(), &mut Bar::default())
        }
        None => Err(Failure::System(Box::new(loaded.diagnostics))),
    }
}
