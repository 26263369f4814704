//! The name registry: how processes find one another (NR).
//!
//! A process registers one name of twenty bytes; another discovers it and is given that process's
//! id. Whoever comes too early can wait for the name to appear.
//!
//! - Absent: discovery says so at once, or waits, as the caller chooses.
//! - Taken: the second process to ask for a name is refused while the first lives.
//! - Peer dead: its name is free at that moment. A discovery that has found it and was not taken yet
//!   does not give an id of the dead: it goes on waiting, or says that the name is gone.
//! - Cancelled: a discovery that waits is withdrawn.
//!
//! The name is copied when the command is given (NR-1), so that a process cannot register one name
//! and show another. Who may register or discover which name is for a [`Policy`] to say; that of
//! [`DeclaredServices`] is what system.json5 declares.
//!
//! Rejected: a table of names. Each process has one name at most, so its name stands in its own
//! state, and there is nothing to run out of.
//!
//! | command | refused | otherwise |
//! | --- | --- | --- |
//! | 1 register | SIZE, INVAL for no name; ALREADY if another has it; what the policy says | upcall 0; those who wait for it get upcall 1 |
//! | 2 discover | the same for no name; BUSY while one waits; NODEVICE if absent | upcall 1 |
//! | 3 discover and wait | the same, but for absent | upcall 1, when the name is there |
//! | 4 cancel | ALREADY if nothing is to be cancelled | no upcall 1 comes |

use guichet_abi::{CommandReturn, ErrorCode, NAME_BYTES, driver};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::capsule::{Capsule, Due, Means, Needed, ProcessChange, ReadOnly, Service, Unneeded};
use crate::id::ProcessIndex;

/// A name: any bytes, but not all zeros (NR-1).
pub type Name = [u8; NAME_BYTES];

const REGISTER: u32 = 1;
const DISCOVER: u32 = 2;
const DISCOVER_AND_WAIT: u32 = 3;
const CANCEL: u32 = 4;

/// The buffer with the name.
const NAME: ReadOnly = ReadOnly(0);

const REGISTERED: u8 = 0;
const DISCOVERED: u8 = 1;

/// What a policy may look at.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// The names that system.json5 keeps for processes.
    pub services: &'a [Service],
}

/// Who may register or discover which name (NR-4).
pub trait Policy: Sync {
    /// Says whether a process may register a name.
    ///
    /// # Errors
    /// What the process is told if it may not.
    fn may_register(
        &self,
        declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode>;

    /// Says whether a process may discover a name.
    ///
    /// # Errors
    /// What the process is told if it may not.
    fn may_discover(
        &self,
        declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode>;
}

/// The policy of system.json5's `services` (NR-5): a process that declares some may register those only, and
/// a name that is declared can be registered by its process only. Everybody may discover everything.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredServices;

impl Policy for DeclaredServices {
    fn may_register(
        &self,
        declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode> {
        let mut of_name = declared.services.iter().filter(|service| service.name == *name);
        let may = match of_name.next() {
            Some(service) => service.process == process,
            None => declared.services.iter().all(|service| service.process != process),
        };
        if may { Ok(()) } else { Err(ErrorCode::Reserve) }
    }

    fn may_discover(
        &self,
        _declared: Declared<'_>,
        _process: ProcessIndex,
        _name: &Name,
    ) -> Result<(), ErrorCode> {
        Ok(())
    }
}

/// The name registry, with a policy in front.
#[derive(Clone, Copy, Debug)]
pub struct NameRegistry<P> {
    policy: P,
}

impl<P: Policy> NameRegistry<P> {
    /// A registry with this policy.
    pub const fn new(policy: P) -> Self {
        NameRegistry { policy }
    }
}

/// The registry that system.json5 calls `name_registry`.
pub const NAME_REGISTRY: NameRegistry<DeclaredServices> = NameRegistry::new(DeclaredServices);

/// What the registry keeps of a process.
#[derive(Clone, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Entry {
    /// Its name; all zeros is none.
    name: Name,
    /// The name that it asks for.
    wanted: Name,
    /// One of the constants below.
    discovery: u8,
    /// 1 while it has not been told that it is registered.
    is_confirmation_due: u8,
}

/// It asks for nothing.
const IDLE: u8 = 0;
/// It waits for the name to appear.
const WAITING: u8 = 1;
/// The name was there.
const FOUND: u8 = 2;
/// The name was there, and it waits on if that changes.
const FOUND_WAITING: u8 = 3;

impl<P: Policy> Capsule for NameRegistry<P> {
    const DRIVER: u32 = driver::NAME_REGISTRY;
    const READ_ONLY: u8 = 1;
    const READ_WRITE: u8 = 0;
    const UPCALLS: u8 = 2;
    type State = Entry;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Needed;
    type Identities = Needed;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        _arguments: [u32; 2],
    ) -> CommandReturn {
        let result = match command {
            REGISTER => self.register(means, caller),
            DISCOVER => self.discover(means, caller, FOUND),
            DISCOVER_AND_WAIT => self.discover(means, caller, FOUND_WAITING),
            CANCEL => cancel(means, caller),
            _unknown => Err(ErrorCode::NoSupport),
        };
        result.map_or_else(CommandReturn::failure, |()| CommandReturn::success())
    }

    fn upcall(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        match upcall {
            REGISTERED => {
                let entry = means.state_mut(process)?;
                let is_due = core::mem::replace(&mut entry.is_confirmation_due, 0) != 0;
                is_due.then_some(Due::last([0; 3]))
            }
            _discovered => discovered(means, process),
        }
    }

    /// NR-3: a name goes when its process ends. Whoever had found it waits again, or will be told.
    fn process_changed(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        let name = means.state(process).map_or([0; NAME_BYTES], |entry| entry.name);
        if change == ProcessChange::Started || is_none(&name) {
            return;
        }
        for other in means.processes() {
            if let Some(entry) = means.state_mut(other)
                && entry.discovery == FOUND_WAITING
                && entry.wanted == name
            {
                entry.discovery = WAITING;
                means.withdraw(other, DISCOVERED);
            }
        }
    }

    fn check(&self, states: &[Entry]) -> Result<(), &'static str> {
        for (number, entry) in states.iter().enumerate() {
            let rest = states.get(number.saturating_add(1)..).unwrap_or(&[]);
            if !is_none(&entry.name) && rest.iter().any(|other| other.name == entry.name) {
                return Err("name registry: two processes have a name");
            }
            if entry.discovery == WAITING && states.iter().any(|other| other.name == entry.wanted) {
                return Err("name registry: a process waits for a name that is there");
            }
        }
        Ok(())
    }
}

impl<P: Policy> NameRegistry<P> {
    fn register(&self, means: &mut Means<'_, Self>, caller: ProcessIndex) -> Result<(), ErrorCode> {
        let name = name(means, caller)?;
        let declared = Declared { services: means.services() };
        self.policy.may_register(declared, caller, &name)?;
        let owner = owner(means, &name);
        if owner.is_some_and(|owner| owner != caller) {
            return Err(ErrorCode::Already);
        }
        self.release(means, caller, &name);
        if let Some(entry) = means.state_mut(caller) {
            entry.name = name;
            entry.is_confirmation_due = 1;
        }
        means.schedule(caller, REGISTERED);
        for other in means.processes() {
            if let Some(entry) = means.state_mut(other)
                && entry.discovery == WAITING
                && entry.wanted == name
            {
                entry.discovery = FOUND_WAITING;
                means.schedule(other, DISCOVERED);
            }
        }
        Ok(())
    }

    /// A process gives up its name for another.
    fn release(&self, means: &mut Means<'_, Self>, caller: ProcessIndex, next: &Name) {
        if means.state(caller).is_some_and(|entry| entry.name != *next) {
            self.process_changed(means, caller, ProcessChange::Ended);
        }
    }

    fn discover(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        found: u8,
    ) -> Result<(), ErrorCode> {
        let name = name(means, caller)?;
        let declared = Declared { services: means.services() };
        self.policy.may_discover(declared, caller, &name)?;
        if means.state(caller).is_some_and(|entry| entry.discovery == WAITING) {
            return Err(ErrorCode::Busy);
        }
        let is_there = owner(means, &name).is_some();
        if !is_there && found == FOUND {
            return Err(ErrorCode::NoDevice);
        }
        if let Some(entry) = means.state_mut(caller) {
            entry.wanted = name;
            entry.discovery = if is_there { found } else { WAITING };
        }
        if is_there {
            means.schedule(caller, DISCOVERED);
        } else {
            means.withdraw(caller, DISCOVERED);
        }
        Ok(())
    }
}

fn cancel<P: Policy>(
    means: &mut Means<'_, NameRegistry<P>>,
    caller: ProcessIndex,
) -> Result<(), ErrorCode> {
    let entry = means.state_mut(caller).ok_or(ErrorCode::Fail)?;
    if entry.discovery == IDLE {
        return Err(ErrorCode::Already);
    }
    entry.discovery = IDLE;
    means.withdraw(caller, DISCOVERED);
    Ok(())
}

/// What a discovery has found, at the moment when that is told.
fn discovered<P: Policy>(
    means: &mut Means<'_, NameRegistry<P>>,
    process: ProcessIndex,
) -> Option<Due> {
    let wanted = means.state(process).filter(|entry| entry.discovery != IDLE)?.wanted;
    let owner = owner(means, &wanted);
    let entry = means.state_mut(process)?;
    if owner.is_none() && entry.discovery != FOUND {
        return None;
    }
    entry.discovery = IDLE;
    let gone = usize::try_from(ErrorCode::NoDevice.number()).ok()?;
    Some(Due::last(match owner {
        Some(owner) => [0, usize::try_from(means.introduce(owner, process)).ok()?, 0],
        None => [gone, 0, 0],
    }))
}

/// The name that a process allows to be read (NR-1).
fn name<P: Policy>(
    means: &mut Means<'_, NameRegistry<P>>,
    process: ProcessIndex,
) -> Result<Name, ErrorCode> {
    if means.allowed_bytes(process, NAME) != NAME_BYTES {
        return Err(ErrorCode::Size);
    }
    let mut name = [0; NAME_BYTES];
    means.read(process, NAME, 0, &mut name)?;
    if is_none(&name) { Err(ErrorCode::Invalid) } else { Ok(name) }
}

/// The process that has a name.
fn owner<P: Policy>(means: &Means<'_, NameRegistry<P>>, name: &Name) -> Option<ProcessIndex> {
    let mut all = means.processes();
    all.find(|process| means.state(*process).is_some_and(|entry| entry.name == *name))
}

fn is_none(name: &Name) -> bool {
    name.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests;
