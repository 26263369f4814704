//! Capsules: Guichet's own, and those that a system brings (CP-4).

use guichet_kernel::capsule::Grants;

/// A mechanism that is linked into the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capsule {
    /// Its name, unique in the system.
    pub name: String,
    /// Where its code is.
    pub origin: Origin,
    /// The processes that it tells from others, by their indices.
    pub owners: Vec<usize>,
}

/// Where the code of a capsule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the kernel.
    BuiltIn(BuiltIn),
    /// In a cargo package of the system's own.
    Package {
        /// The package's folder, as the file says it: seen from the file's folder.
        folder: String,
        /// What the board grants it.
        grants: Vec<Grant>,
    },
}

impl Capsule {
    /// The folder of its package, if it has one of its own.
    pub fn folder(&self) -> Option<&str> {
        match &self.origin {
            Origin::Package { folder, .. } => Some(folder),
            Origin::BuiltIn(_) => None,
        }
    }
}

/// A capsule that the kernel brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuiltIn {
    /// Processes find each other by name (NR).
    NameRegistry,
    /// Requests and responses (SM).
    SyncMailbox,
    /// Messages into a stream buffer (AM).
    AsyncMailbox,
    /// Notifications and shared buffers (NO).
    Notify,
}

impl BuiltIn {
    /// All of them.
    pub const ALL: [BuiltIn; 4] =
        [BuiltIn::NameRegistry, BuiltIn::SyncMailbox, BuiltIn::AsyncMailbox, BuiltIn::Notify];

    /// What the file calls it.
    pub fn name(self) -> &'static str {
        match self {
            BuiltIn::NameRegistry => "name_registry",
            BuiltIn::SyncMailbox => "sync_mailbox",
            BuiltIn::AsyncMailbox => "async_mailbox",
            BuiltIn::Notify => "notify",
        }
    }

    /// The one that the file calls so.
    pub fn named(name: &str) -> Option<BuiltIn> {
        BuiltIn::ALL.into_iter().find(|each| each.name() == name)
    }
}

/// Something that a capsule may ask of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// To copy from what one process allows to what another does.
    Copying,
    /// To look at, and to write, what a process allows.
    Reading,
    /// To give processes ids of one another.
    Identities,
    /// To ask for the time.
    Clock,
    /// To have what one process allows mapped into another.
    Sharing,
}

impl Grant {
    /// All of them, in the order of [`Grant::WORDS`].
    pub const ALL: [Grant; 5] =
        [Grant::Copying, Grant::Reading, Grant::Identities, Grant::Clock, Grant::Sharing];
    /// What the file calls them.
    pub const WORDS: &[&str] = &["copying", "reading", "identities", "clock", "sharing"];

    /// What the file calls it.
    pub fn word(self) -> &'static str {
        match self {
            Grant::Copying => "copying",
            Grant::Reading => "reading",
            Grant::Identities => "identities",
            Grant::Clock => "clock",
            Grant::Sharing => "sharing",
        }
    }

    /// Whether it is one of the kernel's `grants`.
    pub fn is_in(self, grants: Grants) -> bool {
        match self {
            Grant::Copying => grants.copying,
            Grant::Reading => grants.reading,
            Grant::Identities => grants.identities,
            Grant::Clock => grants.clock,
            Grant::Sharing => grants.sharing,
        }
    }

    /// The one that the file calls so.
    pub fn named(word: &str) -> Option<Grant> {
        Grant::ALL.into_iter().find(|grant| grant.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grant_has_its_word_and_is_one_of_the_kernels() {
        assert!(Grant::ALL.into_iter().map(Grant::word).eq(Grant::WORDS.iter().copied()));
        assert!(Grant::ALL.into_iter().all(|grant| Grant::named(grant.word()) == Some(grant)));
        let Grants { copying: _, reading: _, identities: _, clock: _, sharing: _ } = Grants::ALL;
        assert!(Grant::ALL.into_iter().all(|grant| grant.is_in(Grants::ALL)));
        assert!(!Grant::ALL.into_iter().any(|grant| grant.is_in(Grants::NONE)));
        assert!(BuiltIn::ALL.into_iter().all(|each| BuiltIn::named(each.name()) == Some(each)));
    }
}
