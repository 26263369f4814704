//! What system.json5 may say: for each kind of table its keys, their shapes and what they mean.
//!
//! This is data, not code, so that one reader serves all tables, an unknown key can be compared with
//! the known ones, and a later version gains a key by gaining a line. A key that the specification
//! has but this version does not build is listed too, as [`Standing::NotYet`]: silently accepting
//! `restart: "always"` would be worse than refusing it.

mod keys;

use crate::names::Rule;

pub(crate) use keys::{
    APP, BOARD, BOARD_IRQ, BOARD_OBJECT, BOARD_PROCESS, BOARDS, CAPSULE, CONSTANT, IRQ, MAPPING,
    OBJECT_TYPES, PROCESS, SHARED_REGION, SHARER, SYSTEM, THREAD,
};

/// A kind of table.
#[derive(Debug)]
pub(crate) struct Table {
    /// What such a table describes, in one or two words.
    pub(crate) noun: &'static str,
    /// The keys that it may have.
    pub(crate) keys: &'static [Key],
}

impl Table {
    /// The key called `name`, if such a table may have it.
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of the keys that mean something in this version.
    pub(crate) fn usable(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| key.standing.is_usable()).map(|key| key.name)
    }
}

/// A key of a table.
#[derive(Debug)]
pub(crate) struct Key {
    /// How it is written.
    pub(crate) name: &'static str,
    /// What its value must look like.
    pub(crate) shape: Shape,
    /// Whether it must, may or cannot be used.
    pub(crate) standing: Standing,
    /// What it says, as the end of the sentence "`name` is ...".
    pub(crate) meaning: &'static str,
}

impl Key {
    const fn required(name: &'static str, shape: Shape, meaning: &'static str) -> Key {
        Key { name, shape, standing: Standing::Required, meaning }
    }

    const fn optional(name: &'static str, shape: Shape, meaning: &'static str) -> Key {
        Key { name, shape, standing: Standing::Optional, meaning }
    }

    const fn ignored(name: &'static str, meaning: &'static str) -> Key {
        Key { name, shape: Shape::Any, standing: Standing::Ignored, meaning }
    }

    const fn not_yet(name: &'static str, meaning: &'static str) -> Key {
        Key { name, shape: Shape::Any, standing: Standing::NotYet, meaning }
    }
}

/// Whether a key must, may or cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Must be there.
    Required,
    /// May be there.
    Optional,
    /// Belongs to another kernel's form of the file and means nothing here (CF-1).
    Ignored,
    /// Is specified, but not built by this version.
    NotYet,
}

impl Standing {
    fn is_usable(self) -> bool {
        match self {
            Standing::Required | Standing::Optional => true,
            Standing::Ignored | Standing::NotYet => false,
        }
    }
}

/// What a value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Text that fits a rule for names.
    Text(Rule),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of some of these words, each at most once and at least one.
    Choices(&'static [&'static str]),
    /// A list of texts, at least one.
    Texts {
        /// How many it may have.
        maximum: usize,
    },
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The least.
        minimum: u64,
        /// The greatest.
        maximum: u64,
    },
    /// A list.
    List {
        /// How many entries it may have.
        maximum: usize,
    },
    /// A table.
    Table,
    /// Whatever the reader of this key makes of it.
    Any,
}

/// A type of object.
#[derive(Debug)]
pub(crate) struct ObjectType {
    /// How it is written.
    pub(crate) name: &'static str,
    /// What it is, as [`Key::meaning`].
    pub(crate) meaning: &'static str,
    /// The kind of object, or `None` if a process gets such an object by being named elsewhere.
    pub(crate) class: Option<ObjectClass>,
}

/// The kinds of object that this version builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectClass {
    /// The asking end of a channel.
    ChannelInitiator,
    /// The answering end of a channel.
    ChannelHandler,
    /// A thread.
    Thread,
    /// A process.
    Process,
    /// A wait group.
    WaitGroup,
    /// Interrupt lines.
    Interrupt,
    /// The receiving end of an endpoint.
    Endpoint,
    /// A sending end of an endpoint.
    EndpointSender,
    /// What tells of pending upcalls.
    Upcalls,
}

impl ObjectClass {
    /// The table that describes such an object.
    pub(crate) fn table(self) -> &'static Table {
        match self {
            ObjectClass::ChannelInitiator => &keys::CHANNEL_INITIATOR,
            ObjectClass::ChannelHandler => &keys::CHANNEL_HANDLER,
            ObjectClass::Thread => &keys::THREAD_OBJECT,
            ObjectClass::Process => &keys::PROCESS_OBJECT,
            ObjectClass::WaitGroup => &keys::WAIT_GROUP,
            ObjectClass::Interrupt => &keys::INTERRUPT,
            ObjectClass::Endpoint => &keys::ENDPOINT,
            ObjectClass::EndpointSender => &keys::ENDPOINT_SENDER,
            ObjectClass::Upcalls => &keys::UPCALLS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_table_lists_a_key_twice_and_every_key_says_what_it_means() {
        let objects = OBJECT_TYPES.iter().filter_map(|each| each.class).map(ObjectClass::table);
        let tables = [&SYSTEM, &CAPSULE, &APP, &PROCESS, &THREAD, &CONSTANT, &MAPPING, &IRQ];
        let shared = [&SHARED_REGION, &SHARER];
        let boards = [&BOARDS, &BOARD, &BOARD_PROCESS, &BOARD_OBJECT, &BOARD_IRQ];
        for table in tables.into_iter().chain(shared).chain(boards).chain(objects) {
            let mut seen = HashSet::new();
            for key in table.keys {
                assert!(seen.insert(key.name), "{} of {}", key.name, table.noun);
                assert!(!key.meaning.is_empty(), "{} of {}", key.name, table.noun);
            }
        }
    }
}
