//! Capsules in the kernel's tables, and the names that are kept for processes (CP-4, NR-5).
//!
//! The code of a capsule cannot stand in a file: it is linked in. Guichet's own always are; those of a system
//! come from whoever was built with them, by name. What an image's compiler would say of them is said here of
//! those of a host.

use std::fmt;

use guichet_kernel::capsule::{Capsule, Grants};
use guichet_kernel::{
    ASYNC_MAILBOX, CapsuleDescriptor, NAME_REGISTRY, NOTIFY, ProcessIndex, SYNC_MAILBOX, Service,
    WaitListIndex,
};

use super::Tables;
use super::numbers::Numbers;
use crate::model::{self, BuiltIn, Grant, Origin, service_name};
use crate::wording::{enumerated, quoted};

/// The most upcalls that a process can have, and the most buffers that it can allow, all capsules together.
pub(crate) const MAX_UPCALLS: usize = CapsuleDescriptor::MAX_UPCALLS;
pub(crate) const MAX_BUFFERS: usize = CapsuleDescriptor::MAX_BUFFERS;

/// A capsule of a system's own whose code is here.
#[derive(Clone, Copy, Debug)]
pub struct LinkedCapsule {
    name: &'static str,
    descriptor: CapsuleDescriptor<'static>,
    needs: Grants,
}

impl LinkedCapsule {
    /// The capsule that system.json5 calls `name`.
    pub const fn new<C: Capsule>(name: &'static str, code: &'static C) -> LinkedCapsule {
        let descriptor = CapsuleDescriptor::new(code, &[]);
        LinkedCapsule { name, descriptor, needs: Grants::needed_by::<C>() }
    }

    /// A capsule that the kernel brings.
    fn built_in(capsule: BuiltIn) -> LinkedCapsule {
        match capsule {
            BuiltIn::NameRegistry => LinkedCapsule::new("name_registry", &NAME_REGISTRY),
            BuiltIn::SyncMailbox => LinkedCapsule::new("sync_mailbox", &SYNC_MAILBOX),
            BuiltIn::AsyncMailbox => LinkedCapsule::new("async_mailbox", &ASYNC_MAILBOX),
            BuiltIn::Notify => LinkedCapsule::new("notify", &NOTIFY),
        }
    }
}

/// Why capsules cannot be linked into a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapsuleFault {
    /// The code of one is not here.
    Missing {
        /// Its name.
        name: String,
    },
    /// One needs what the file does not grant it.
    NotGranted {
        /// Its name.
        name: String,
        /// What is missing.
        grants: Vec<Grant>,
    },
    /// Two have the same number for programs.
    SameDriver {
        /// The name of the first.
        first: String,
        /// The name of the second.
        second: String,
        /// Their number.
        driver: u32,
    },
    /// They have more upcalls together than a process can have.
    TooManyUpcalls {
        /// How many.
        count: usize,
    },
    /// They may be allowed more buffers together than a process can allow.
    TooManyBuffers {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for CapsuleFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CapsuleFault::Missing { name } => {
                write!(out, "the capsule {} is not linked in", quoted(name))
            }
            CapsuleFault::NotGranted { name, grants } => {
                out.write_str(&not_granted(name, grants.iter().copied()))
            }
            CapsuleFault::SameDriver { first, second, driver } => {
                write!(out, "{} (it is {driver:#x})", same_driver(first, second))
            }
            CapsuleFault::TooManyUpcalls { count } => {
                write!(out, "{} (they have {count})", too_many_upcalls())
            }
            CapsuleFault::TooManyBuffers { count } => {
                write!(out, "{} (they have {count})", too_many_buffers())
            }
        }
    }
}

impl std::error::Error for CapsuleFault {}

/// What is said of a capsule that needs more than it is granted, here or by a compiler.
pub(crate) fn not_granted(name: &str, grants: impl IntoIterator<Item = Grant>) -> String {
    let words = enumerated(grants.into_iter().map(Grant::word));
    format!(
        "the capsule {} needs {words}, which it is not granted: add that to its `grants` in system.json5",
        quoted(name)
    )
}

/// What is said of capsules that no program could tell apart.
pub(crate) fn same_driver(first: &str, second: &str) -> String {
    format!(
        "the capsules {} and {} have the same driver number: change `DRIVER` in one of them",
        quoted(first),
        quoted(second)
    )
}

/// What is said of capsules that have too many upcalls.
pub(crate) fn too_many_upcalls() -> String {
    format!(
        "the capsules have more than {MAX_UPCALLS} upcalls together: remove one from `capsules` in system.json5"
    )
}

/// What is said of capsules that have too many buffers.
pub(crate) fn too_many_buffers() -> String {
    format!(
        "the capsules have more than {MAX_BUFFERS} buffers together: remove one from `capsules` in system.json5"
    )
}

/// A capsule in its place, owned.
#[derive(Clone, Debug)]
pub(super) struct CapsuleTable {
    descriptor: CapsuleDescriptor<'static>,
    owners: Vec<ProcessIndex>,
}

impl Tables {
    /// The same with the capsules that `system` declares. Those of its own must be among `linked`.
    ///
    /// # Errors
    /// A [`CapsuleFault`], for the first thing that the kernel of an image would not be built for either.
    pub fn with_capsules(
        mut self,
        system: &model::System,
        linked: &[LinkedCapsule],
    ) -> Result<Tables, CapsuleFault> {
        let capsules = system.capsules.iter().map(|capsule| find(capsule, linked));
        let capsules: Vec<LinkedCapsule> = capsules.collect::<Result<_, _>>()?;
        check(system, &capsules)?;
        let pairs = system.capsules.iter().zip(capsules);
        let table = |(declared, linked): (&model::Capsule, LinkedCapsule)| CapsuleTable {
            descriptor: linked.descriptor,
            owners: declared.owners.iter().map(|owner| ProcessIndex::new(*owner)).collect(),
        };
        self.capsules = pairs.map(table).collect();
        Ok(self)
    }
}

/// The code of a capsule that is granted what it needs.
fn find(
    declared: &model::Capsule,
    linked: &[LinkedCapsule],
) -> Result<LinkedCapsule, CapsuleFault> {
    let name = || declared.name.clone();
    let grants = match &declared.origin {
        Origin::BuiltIn(capsule) => return Ok(LinkedCapsule::built_in(*capsule)),
        Origin::Package { grants, .. } => grants,
    };
    let found = linked.iter().find(|each| each.name == declared.name);
    let found = found.ok_or_else(|| CapsuleFault::Missing { name: name() })?;
    let is_missing = |grant: &Grant| grant.is_in(found.needs) && !grants.contains(grant);
    let missing: Vec<Grant> = Grant::ALL.into_iter().filter(is_missing).collect();
    match missing.is_empty() {
        true => Ok(*found),
        false => Err(CapsuleFault::NotGranted { name: name(), grants: missing }),
    }
}

/// Whether all of them can be in one kernel.
fn check(system: &model::System, capsules: &[LinkedCapsule]) -> Result<(), CapsuleFault> {
    let named = || system.capsules.iter().map(|each| &each.name).zip(capsules);
    for (number, (second, capsule)) in named().enumerate() {
        let driver = capsule.descriptor.driver();
        let mut before = named().take(number);
        if let Some((first, _)) = before.find(|(_, other)| other.descriptor.driver() == driver) {
            let (first, second) = (first.clone(), second.clone());
            return Err(CapsuleFault::SameDriver { first, second, driver });
        }
    }
    let count = |each: fn(&CapsuleDescriptor<'static>) -> usize| {
        capsules.iter().map(|capsule| each(&capsule.descriptor)).sum::<usize>()
    };
    match (count(CapsuleDescriptor::upcalls), count(CapsuleDescriptor::buffers)) {
        (count, _) if count > MAX_UPCALLS => Err(CapsuleFault::TooManyUpcalls { count }),
        (_, count) if count > MAX_BUFFERS => Err(CapsuleFault::TooManyBuffers { count }),
        (..) => Ok(()),
    }
}

/// The capsules as the kernel takes them, for a system of so many processes.
pub(super) fn descriptors(
    capsules: &[CapsuleTable],
    processes: usize,
) -> Vec<CapsuleDescriptor<'_>> {
    let owned = capsules.iter().map(|capsule| capsule.descriptor.owned_by(&capsule.owners));
    let mut descriptors: Vec<CapsuleDescriptor<'_>> = owned.collect();
    CapsuleDescriptor::lay_out(&mut descriptors, processes);
    descriptors
}

/// The names that are kept for processes, in the order of the file.
pub(super) fn services(system: &model::System) -> Vec<Service> {
    let processes = system.processes.iter().enumerate();
    let services = processes.flat_map(|(process, declared)| {
        let names = declared.services.iter().filter_map(|name| service_name(name));
        names.map(move |name| Service { process: ProcessIndex::new(process), name })
    });
    services.collect()
}

impl Numbers {
    /// The wait list of a process's object for upcalls, after those of senders; none if it has no such object.
    pub(super) fn upcalls_list(&self, process: usize) -> WaitListIndex {
        let place = self.upcalls.iter().position(|each| *each == process);
        place.map_or(WaitListIndex::NONE, |place| {
            WaitListIndex::new(self.lists_before_upcalls().saturating_add(place))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use guichet_kernel::{Object, StorageSizes, System, TableIndex};

    use super::*;

    /// Two capsules of a system's own stand in it; Guichet's own play them here.
    const REGISTRY: LinkedCapsule = LinkedCapsule::new("latest_value", &NAME_REGISTRY);
    const MAILBOX: LinkedCapsule = LinkedCapsule::new("counter", &SYNC_MAILBOX);

    fn model(capsules: &str) -> model::System {
        let text = format!(
            r#"{{ capsules: [{capsules}], process_ids: "global", apps: [ {{ name: "a", processes: [
            {{ name: "one", services: [ "clock" ], objects: [
                {{ type: "channel_handler", name: "H" }},
                {{ type: "endpoint", name: "E", capacity: 1, max_message_bytes: 4 }},
                {{ type: "upcalls", name: "U" }} ] }},
            {{ name: "two", objects: [ {{ type: "wait_group", name: "G" }} ] }},
            {{ name: "three", services: [ "a", "b" ], objects: [
                {{ type: "upcalls", name: "V" }},
                {{ type: "endpoint_sender", name: "S", endpoint_process: "one",
                  endpoint_object_name: "E" }} ] }} ] }} ] }}"#
        );
        let loaded = crate::check_source("system.json5", &text);
        loaded.system.unwrap_or_else(|| panic!("{}", loaded.diagnostics.render(false)))
    }

    fn with<T>(
        capsules: &str,
        linked: &[LinkedCapsule],
        take: impl FnOnce(&System<'_>) -> T,
    ) -> Result<T, String> {
        let model = model(capsules);
        let tables = Tables::new(&model, &[], 77, 1_000).with_capsules(&model, linked);
        tables.map(|tables| tables.with_system(take)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn objects_for_upcalls_have_wait_lists_of_their_own() {
        let all = "'name_registry'";
        with(all, &[], |system| {
            let lists: Vec<_> = system.processes.iter().map(|each| each.upcalls_list).collect();
            assert!(lists[1].is_none());
            let object = |process: usize| Object::Upcalls {
                process: ProcessIndex::new(process),
                wait_list: lists[process],
            };
            assert_eq!(system.processes[0].objects[2], object(0));
            assert_eq!(system.processes[2].objects[0], object(2));
            let ends = system.endpoints.iter().map(|each| each.receiver);
            let others = ends.flat_map(|end| [end.wait_list, end.blocked_list]);
            let others = others.chain(system.senders.iter().map(|end| end.wait_list));
            let others = others.chain(system.handlers.iter().map(|end| end.wait_list));
            let others = others.chain(system.wait_groups.iter().map(|each| each.wait_list));
            let all: Vec<_> = others.chain([lists[0], lists[2]]).collect();
            let distinct: HashSet<_> = all.iter().copied().collect();
            assert_eq!((all.len(), distinct.len()), (7, 7), "{all:?}");
            assert_eq!(StorageSizes::of(system).wait_lists, 7);
        })
        .expect("it is linked in");
    }

    #[test]
    fn capsules_stand_in_the_order_of_the_file_with_the_names_that_are_kept() {
        with("'async_mailbox', 'name_registry', 'sync_mailbox'", &[], |system| {
            let drivers: Vec<_> = system.capsules.iter().map(CapsuleDescriptor::driver).collect();
            assert_eq!(drivers, [0x9_0002, 0x9_0000, 0x9_0001]);
            let upcalls: usize = system.capsules.iter().map(CapsuleDescriptor::upcalls).sum();
            let sizes = StorageSizes::of(system);
            assert_eq!((sizes.capsule_users, sizes.subscriptions), (3, upcalls * 3));
            let owner = |service: &Service| (service.process.position(), service.name[0]);
            let owners: Vec<_> = system.services.iter().map(owner).collect();
            assert_eq!(owners, [(0, b'c'), (2, b'a'), (2, b'b')]);
            assert!(system.are_ids_global);
        })
        .expect("they are linked in");
    }

    #[test]
    fn each_way_in_which_capsules_do_not_fit_is_told() {
        let own = "{ name: 'latest_value', crate: 'a', grants: ['reading', 'identities'] }";
        let granted = with(own, &[MAILBOX, REGISTRY], |system| system.capsules[0].driver());
        assert_eq!(granted, Ok(0x9_0000));
        let poor = "{ name: 'latest_value', crate: 'a', grants: ['reading'] }";
        let poorest = "{ name: 'counter', crate: 'b', grants: ['clock'] }";
        let twice = format!("'name_registry', {own}");
        let cases = [
            (own, "the capsule `latest_value` is not linked in", &[MAILBOX][..]),
            (poor, "the capsule `latest_value` needs `identities`, which", &[REGISTRY]),
            (poorest, "the capsule `counter` needs `copying`, `identities`, which", &[MAILBOX]),
            (&twice, "the capsules `name_registry` and `latest_value` have the same", &[REGISTRY]),
        ];
        for (capsules, expected, linked) in cases {
            let fault = with(capsules, linked, |_| ()).expect_err(expected);
            assert!(fault.starts_with(expected), "{fault}");
        }
    }
}
