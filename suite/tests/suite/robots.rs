//! What the systems' files must have in common: that robots find their objects where they look.
//!
//! A robot's program knows its handles by their numbers. A system that declares them
//! in another order would fail in ways that nobody understands, so the order is a test of its own.

use std::path::{Path, PathBuf};

use guichet_system::model::{Object, ObjectKind, Process};
use libtest_mimic::{Failed, Trial};

use crate::name_of;

/// The binary targets of robots.
const PROGRAMS: [&str; 2] = ["robot", "small_robot"];
/// The objects that a robot may have, in this order.
const OBJECTS: [&str; 3] = ["CONTROL", "IN", "OUT"];

/// A test for each system that its robots are as the robot's program expects.
pub(crate) fn trials(systems: &[PathBuf]) -> Vec<Trial> {
    let trial = |folder: &PathBuf| {
        let path = folder.join("system.json5");
        Trial::test(format!("robots::{}", name_of(folder)), move || {
            check(&path).map_err(Failed::from)
        })
    };
    systems.iter().map(trial).collect()
}

fn check(path: &Path) -> Result<(), String> {
    let loaded = guichet_system::load(path);
    let Some(system) = loaded.system else {
        return Err(loaded.diagnostics.render(false));
    };
    let is_robot = |process: &&Process| {
        process.program.as_deref().is_some_and(|program| PROGRAMS.contains(&program))
    };
    system.processes.iter().filter(is_robot).try_for_each(check_robot)
}

fn check_robot(robot: &Process) -> Result<(), String> {
    let names: Vec<&str> = robot.objects.iter().map(|object| object.name.as_str()).collect();
    if !OBJECTS.starts_with(&names) || names.is_empty() {
        return Err(format!("the robot `{}` has the objects {names:?}", robot.name));
    }
    match robot.objects.iter().find(|object| !is_of_its_kind(object)) {
        Some(object) => {
            Err(format!("`{}` of the robot `{}` is no such end", object.name, robot.name))
        }
        None => Ok(()),
    }
}

fn is_of_its_kind(object: &Object) -> bool {
    match object.kind {
        ObjectKind::ChannelInitiator { .. } => object.name == "OUT",
        ObjectKind::ChannelHandler => object.name != "OUT",
        ObjectKind::Thread { .. }
        | ObjectKind::Process { .. }
        | ObjectKind::WaitGroup
        | ObjectKind::Interrupt { .. } => false,
    }
}
