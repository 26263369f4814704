//! What each subcommand does, one file each. Each gives an exit status or a failure to report.

mod boards;
mod build;
mod check;
mod new;
mod run;
mod size;

pub(crate) use boards::boards;
pub(crate) use build::build;
pub(crate) use check::check;
pub(crate) use new::new;
pub(crate) use run::run;
pub(crate) use size::size;
