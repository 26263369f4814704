//! The real command, from the outside: arguments, output, exit status, and what is left behind.
//!
//! One program for all of it, so that the slow parts (building systems) are shared, and what
//! several tests need is built once.

mod arguments;
mod arm;
mod board;
mod build;
mod capsules;
mod check;
mod common;
mod new;
mod run;
mod size;
