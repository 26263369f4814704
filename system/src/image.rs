//! From a checked system and its linked programs to one image for a board.
//!
//! A microcontroller has one memory for everybody, so somebody must say who lies where. That is
//! computed here, from sizes that were measured and not guessed, and written down in three forms: a
//! linker script for each program, one for the kernel, and the kernel's tables as Rust source. All
//! of it is plain arithmetic and text; who builds, links and runs is the tool's affair.
//!
//! Processes lie at the end of flash and of RAM, the kernel at the beginning of both, where machines
//! begin to execute. So nobody's place depends on the size of the kernel, whose tables hold all
//! the places, and one pass is enough.
//!
//! Around every process stands a wall, and not every wall can stand anywhere: so the layout asks it
//! which ranges there are, and what a range is longer than its process needs is the process's.

mod budget;
mod build_script;
mod checks;
mod grain;
mod layout;
mod part;
mod place;
pub mod pmp;
pub mod pmsav7;
pub mod pmsav8;
mod runner;
mod script;
mod source;
mod wall;

pub use budget::{LayoutError, Use};
pub use build_script::{SOURCE_VARIABLE, board_build_script};
pub(crate) use grain::Grain;
pub use layout::{BoardMemory, Layout, Measured, Placement, main_stack, shared_memory_name};
pub use runner::runner_source;
pub use script::{
    PROGRAM_ENTRY, PROGRAM_SECTIONS, STACKS_SECTION, Symbols, kernel_script, process_script,
};
pub use source::{Program, capsule_crate, image_source};
pub use wall::WallKind;
