//! The work behind the `guichet` command: from a folder to a running system.
//!
//! A system is a folder: `system.json5` says what there is, and each process is a cargo package
//! that anybody can build, look at in an editor and publish like any other. The tool adds the three
//! things that cargo alone cannot know: which program belongs to which process, how a program that
//! has no operating system under it is linked, and how all of them come to run behind their walls.
//! Each has one module, so that whoever else builds systems (the conformance suite does) does it in
//! exactly the same way as the command:
//!
//! ```text
//!   run   runner              programs and tables, into the Linux port; the same with more capsules
//!   emulator                  an image, into an emulated board
//!   image                     every program at its place, and the kernel, as one file
//!   size                      who uses what of a board's memories
//!   build                     every distinct program, once
//!   toolchain   boards        what can build for a board; which boards there are
//!   discover   capsules       whose program is where; which package is which capsule
//!   generated   cargo         packages that nobody wrote; one call of cargo, watched
//!   new                       a system to start from
//!   folder   interruption   progress   failure   status   report
//! ```
//!
//! Nothing in here prints but `report`: what went wrong comes back as a [`Failure`] with the next step in it,
//! and what goes on is told to a [`Progress`]. The command decides how that looks.
#![forbid(unsafe_code)]

pub mod boards;
mod build;
mod capsules;
mod cargo;
mod discover;
mod emulator;
mod failure;
mod folder;
mod generated;
mod image;
mod interruption;
pub mod new;
mod progress;
pub mod report;
mod run;
mod runner;
mod size;
pub mod status;
mod toolchain;

pub use build::{BuiltSystem, Profile, build_checked, build_system};
pub use capsules::CapsuleRefusal;
pub use discover::{Target, find_programs};
pub use emulator::{BoardEnding, run_image, run_image_with};
pub use failure::Failure;
pub use folder::{SYSTEM_FILE, read_system, read_system_for};
pub use guichet_kernel as kernel;
pub use guichet_port_linux::Ending;
pub use guichet_system::similar::nearest;
pub use guichet_system::tables::LinkedCapsule;
pub use image::{BuiltImage, build_image};
pub use progress::{Progress, Silent};
pub use run::{BOARD, MINIMUM_STACK_BYTES, run_system, run_system_with};
pub use runner::{become_runner, run_with_capsules};
pub use size::{Contents, ImageSize, MemorySize, Queue, SharedMemory, Sharer, User, image_size};
