//! What the systems' files must have in common: that robots find their objects where they look.
//!
//! A robot's program knows its handles by their numbers. A system that declares them
//! in another order would fail in ways that nobody understands, so the order is a test of its own.

use std::path::{Path, PathBuf};

use guichet_system::model::{Object, ObjectKind, Process};
use libtest_mimic::{Failed, Trial};

use crate::name_of;

/// The binary targets of robots.
const PROGRAMS: [&str; 4] = ["robot", "small_robot", "endpoint_robot", "capsule_robot"];
/// The channels that a robot may have, in this order; a robot with endpoints has those behind them.
const OBJECTS: [&str; 3] = ["CONTROL", "IN", "OUT"];
/// What a robot for capsules has.
const OF_CAPSULES: [&str; 2] = ["CONTROL", "EVENTS"];

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
    let has_endpoints = robot.program.as_deref() == Some("endpoint_robot");
    let is_endpoint = |object: &&Object| {
        matches!(object.kind, ObjectKind::Endpoint { .. } | ObjectKind::EndpointSender { .. })
    };
    let endpoints = robot.objects.iter().rev().take_while(is_endpoint).count();
    let channels = robot.objects.len() - if has_endpoints { endpoints } else { 0 };
    let objects = &robot.objects[..channels];
    let names: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    let expected: &[&str] = match robot.program.as_deref() {
        Some("capsule_robot") if names.len() == OF_CAPSULES.len() => &OF_CAPSULES,
        Some("capsule_robot") => &[],
        _ => &OBJECTS,
    };
    if !expected.starts_with(&names) || names.is_empty() {
        return Err(format!("the robot `{}` has the objects {names:?}", robot.name));
    }
    match objects.iter().find(|object| !is_of_its_kind(object)) {
        Some(object) => {
            Err(format!("`{}` of the robot `{}` is no such end", object.name, robot.name))
        }
        None => Ok(()),
    }
}

fn is_of_its_kind(object: &Object) -> bool {
    match object.kind {
        ObjectKind::ChannelInitiator { .. } => object.name == "OUT",
        ObjectKind::ChannelHandler => ["CONTROL", "IN"].contains(&object.name.as_str()),
        ObjectKind::Upcalls => object.name == "EVENTS",
        ObjectKind::Thread { .. }
        | ObjectKind::Process { .. }
        | ObjectKind::WaitGroup
        | ObjectKind::Interrupt { .. }
        | ObjectKind::Endpoint { .. }
        | ObjectKind::EndpointSender { .. }
        | ObjectKind::SharedMemory { .. } => false,
    }
}
