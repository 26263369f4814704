//! The name registry as a map from lives to names (NR).

use std::collections::{BTreeMap, BTreeSet};

use guichet_abi::{CommandReturn, ErrorCode, NAME_BYTES};

use super::society::Life;
use super::{Answer, Oracle, Scene, word};
use crate::capsules::plan::{Kind, name_of};

/// What there is to know of names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Registry {
    names: BTreeMap<Life, Vec<u8>>,
    /// Who has registered and was not told so.
    unconfirmed: BTreeSet<Life>,
    /// Who looks for which name, and whether it waits for it to appear.
    searches: BTreeMap<Life, (Vec<u8>, bool)>,
}

impl Registry {
    pub(super) fn end(&mut self, life: Life) {
        self.names.remove(&life);
        self.unconfirmed.remove(&life);
        self.searches.remove(&life);
    }

    fn owner(&self, name: &[u8]) -> Option<Life> {
        self.names.iter().find(|(_, other)| *other == name).map(|(life, _)| *life)
    }
}

impl Oracle {
    pub(super) fn registry_command(&mut self, scene: &Scene<'_>, me: Life, command: u32) -> Answer {
        match command {
            1 => self.register(scene, me)?,
            2 => self.discover(scene, me, false)?,
            3 => self.discover(scene, me, true)?,
            4 => {
                let search = self.registry.searches.remove(&me);
                search.ok_or(ErrorCode::Already)?;
            }
            _unknown => return Err(ErrorCode::NoSupport),
        }
        Ok(CommandReturn::success())
    }

    fn register(&mut self, scene: &Scene<'_>, me: Life) -> Result<(), ErrorCode> {
        let name = self.name(scene, me)?;
        if scene.declared.plan.has_policy {
            // Whom the policy binds registers `b` only.
            let (process, _) = me;
            if process == 1 && name[..] != name_of(b'b')[..] {
                return Err(ErrorCode::Off);
            }
            return self.enter(me, name);
        }
        let owns = |member: usize| {
            let letters = scene.declared.plan.members[member].services;
            letters.iter().any(|letter| name_of(*letter)[..] == name[..])
        };
        let (own, _) = me;
        let is_others =
            (0..scene.declared.process_count()).any(|member| member != own && owns(member));
        let is_bound = !scene.declared.plan.members[own].services.is_empty();
        if is_others || is_bound && !owns(own) {
            return Err(ErrorCode::Reserve);
        }
        self.enter(me, name)
    }

    /// A process has a name from now on, if nobody else has it.
    fn enter(&mut self, me: Life, name: Vec<u8>) -> Result<(), ErrorCode> {
        if self.registry.owner(&name).is_some_and(|owner| owner != me) {
            return Err(ErrorCode::Already);
        }
        self.registry.names.insert(me, name);
        self.registry.unconfirmed.insert(me);
        Ok(())
    }

    fn discover(&mut self, scene: &Scene<'_>, me: Life, waits: bool) -> Result<(), ErrorCode> {
        let name = self.name(scene, me)?;
        if scene.declared.plan.has_policy && me.0 > 0 && name[..] == name_of(b'b')[..] {
            return Err(ErrorCode::NoAcknowledge);
        }
        if let Some((wanted, true)) = self.registry.searches.get(&me)
            && self.registry.owner(wanted).is_none()
        {
            return Err(ErrorCode::Busy);
        }
        if !waits && self.registry.owner(&name).is_none() {
            return Err(ErrorCode::NoDevice);
        }
        self.registry.searches.insert(me, (name, waits));
        Ok(())
    }

    fn name(&self, scene: &Scene<'_>, me: Life) -> Result<Vec<u8>, ErrorCode> {
        let place = self.allowed(me, (Kind::Registry, false, 0));
        if place.length != NAME_BYTES {
            return Err(ErrorCode::Size);
        }
        let name = scene.read(me, place, place.length).ok_or(ErrorCode::Invalid)?;
        if name.iter().all(|byte| *byte == 0) { Err(ErrorCode::Invalid) } else { Ok(name) }
    }

    pub(super) fn registry_due(&self, me: Life, number: usize) -> Option<[usize; 3]> {
        if number == 0 {
            return self.registry.unconfirmed.contains(&me).then_some([0; 3]);
        }
        let (wanted, waits) = self.registry.searches.get(&me)?;
        match self.registry.owner(wanted) {
            Some(owner) => Some([0, word(super::society::id_of(owner)), 0]),
            None if *waits => None,
            None => Some([word(ErrorCode::NoDevice.number()), 0, 0]),
        }
    }

    pub(super) fn registry_taken(&mut self, me: Life, number: usize) {
        if number == 0 {
            self.registry.unconfirmed.remove(&me);
            return;
        }
        let Some((wanted, _)) = self.registry.searches.remove(&me) else { return };
        if let Some(owner) = self.registry.owner(&wanted) {
            self.society.introduce(me, owner);
        }
    }
}
