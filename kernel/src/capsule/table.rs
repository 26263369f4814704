//! The table of a system's capsules, each of any type, and where what they keep stands among the kernel's tables.
//!
//! Types end here: above this, a capsule is its code behind a table of functions, and so many bytes of the
//! words of all capsules.

use core::fmt;

use guichet_abi::CommandReturn;
use zerocopy::{FromBytes, IntoBytes};

use crate::capsule::{Allowed, Capsule, Due, Host, Means, ProcessChange};
use crate::id::{ProcessIndex, TableIndex};

/// The memory of one capsule.
pub(crate) struct CapsuleMemory<'m> {
    /// How many processes it keeps something of.
    pub(crate) processes: usize,
    pub(crate) states: &'m mut [u8],
    pub(crate) pairs: &'m mut [u8],
}

/// Any capsule at all, as the kernel's table has it. Every [`Capsule`] is one, and nothing else.
pub(crate) trait AnyCapsule: Sync {
    fn take_command(
        &self,
        memory: CapsuleMemory<'_>,
        host: &mut dyn Host,
        caller: ProcessIndex,
        words: &[u32; 3],
    ) -> CommandReturn;
    fn take_upcall(
        &self,
        memory: CapsuleMemory<'_>,
        host: &mut dyn Host,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due>;
    fn take_note(
        &self,
        memory: CapsuleMemory<'_>,
        host: &mut dyn Host,
        process: ProcessIndex,
        note: Note,
    );
    fn check_states(&self, states: &[u8], processes: usize) -> Result<(), &'static str>;
}

/// What a capsule hears without being asked.
pub(crate) enum Note {
    /// A process allows another buffer.
    Allowed(Allowed),
    /// A process has changed.
    Changed(ProcessChange),
}

fn means<'m, C: Capsule>(memory: CapsuleMemory<'m>, host: &'m mut dyn Host) -> Means<'m, C> {
    let states = <[C::State]>::mut_from_bytes_with_elems(memory.states, memory.processes);
    let states = states.unwrap_or(&mut []);
    Means { states, pairs: memory.pairs, host }
}

impl<C: Capsule> AnyCapsule for C {
    fn take_command(
        &self,
        memory: CapsuleMemory<'_>,
        host: &mut dyn Host,
        caller: ProcessIndex,
        &[command, first, second]: &[u32; 3],
    ) -> CommandReturn {
        self.command(&mut means(memory, host), caller, command, [first, second])
    }

    fn take_upcall(
        &self,
        memory: CapsuleMemory<'_>,
        host: &mut dyn Host,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        self.upcall(&mut means(memory, host), process, upcall)
    }

    fn take_note(
        &self,
        memory: CapsuleMemory<'_>,
        host: &mut dyn Host,
        process: ProcessIndex,
        note: Note,
    ) {
        let mut means = means(memory, host);
        match note {
            Note::Allowed(buffer) => self.allowed(&mut means, process, buffer),
            Note::Changed(change) => self.process_changed(&mut means, process, change),
        }
    }

    fn check_states(&self, states: &[u8], processes: usize) -> Result<(), &'static str> {
        let states = <[C::State]>::ref_from_bytes_with_elems(states, processes);
        self.check(states.map_err(|_| "capsule: states of another size")?)
    }
}

/// A capsule of the system, and where in the kernel's tables its things are.
#[derive(Clone, Copy)]
pub struct CapsuleDescriptor<'s> {
    code: &'s dyn AnyCapsule,
    owners: &'s [ProcessIndex],
    processes: usize,
    state_bytes: usize,
    pair_bytes: usize,
    /// Where its things are among those of all capsules, in bytes: its states from here, to there, its pairs
    /// from here, to there.
    first_state: usize,
    end_of_states: usize,
    first_pair: usize,
    end_of_pairs: usize,
    /// The number by which programs name it.
    pub(crate) driver: u32,
    /// How many buffers it may read, and read and write.
    pub(crate) read_only: u8,
    pub(crate) read_write: u8,
    /// How many upcalls it has.
    pub(crate) upcalls: u8,
    /// Which of a process's buffers and upcalls its are.
    pub(crate) first_allow: u8,
    pub(crate) first_upcall: u8,
}

impl fmt::Debug for CapsuleDescriptor<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CapsuleDescriptor").field("driver", &self.driver).finish()
    }
}

impl<'s> CapsuleDescriptor<'s> {
    /// The most upcalls of all capsules together that a process can have.
    pub const MAX_UPCALLS: usize = 32;
    /// The most buffers that a process can allow all capsules together.
    pub const MAX_BUFFERS: usize = 255;

    /// A capsule with this code, of which these processes are owners; [`CapsuleDescriptor::lay_out`] gives it
    /// its place.
    pub const fn new<C: Capsule>(code: &'s C, owners: &'s [ProcessIndex]) -> Self {
        // The kernel's words do for whatever needs no more alignment than they; else this is no number.
        const { WORD_BYTES - align_of::<C::State>() };
        CapsuleDescriptor {
            code,
            owners,
            processes: 0,
            state_bytes: size_of::<C::State>(),
            pair_bytes: size_of::<C::Pair>(),
            first_state: 0,
            end_of_states: 0,
            first_pair: 0,
            end_of_pairs: 0,
            driver: C::DRIVER,
            read_only: C::READ_ONLY,
            read_write: C::READ_WRITE,
            upcalls: C::UPCALLS,
            first_allow: 0,
            first_upcall: 0,
        }
    }

    /// The same capsule, of which these processes are owners.
    #[must_use]
    pub const fn owned_by<'o>(self, owners: &'o [ProcessIndex]) -> CapsuleDescriptor<'o>
    where
        's: 'o,
    {
        CapsuleDescriptor { owners, ..self }
    }

    /// The number by which programs name it.
    pub const fn driver(&self) -> u32 {
        self.driver
    }

    /// How many upcalls it has for each process.
    pub const fn upcalls(&self) -> usize {
        self.upcalls as usize
    }

    /// How many buffers each process may allow it.
    pub const fn buffers(&self) -> usize {
        self.read_only as usize + self.read_write as usize
    }

    /// Gives each of all capsules of a system of so many processes its place in the kernel's tables. All
    /// together have at most [`CapsuleDescriptor::MAX_UPCALLS`] upcalls, and 255 buffers, for each process.
    pub const fn lay_out(capsules: &mut [CapsuleDescriptor<'_>], processes: usize) {
        let mut place = Place { byte: 0, allow: 0, upcall: 0 };
        let mut rest = capsules;
        while let Some((capsule, behind)) = rest.split_first_mut() {
            let states = capsule.state_bytes.saturating_mul(processes);
            let pairs = capsule.pair_bytes.saturating_mul(processes).saturating_mul(processes);
            capsule.processes = processes;
            capsule.first_state = place.byte;
            capsule.end_of_states = capsule.first_state.saturating_add(states);
            capsule.first_pair = whole_words(capsule.end_of_states);
            capsule.end_of_pairs = capsule.first_pair.saturating_add(pairs);
            capsule.first_allow = place.allow;
            capsule.first_upcall = place.upcall;
            place = capsule.after();
            rest = behind;
        }
    }

    /// Where the next capsule's things begin.
    pub(crate) const fn after(&self) -> Place {
        let allows = self.read_only.saturating_add(self.read_write);
        Place {
            byte: whole_words(self.end_of_pairs),
            allow: self.first_allow.saturating_add(allows),
            upcall: self.first_upcall.saturating_add(self.upcalls),
        }
    }

    /// The capsule's code.
    pub(crate) fn code(&self) -> &'s dyn AnyCapsule {
        self.code
    }

    /// Its part of the words of all capsules.
    #[inline(always)]
    pub(crate) fn memory<'m>(&self, words: &'m mut [u64]) -> CapsuleMemory<'m> {
        let processes = self.processes;
        let none = CapsuleMemory { processes: 0, states: &mut [], pairs: &mut [] };
        let bytes = words.as_mut_bytes().get_mut(..self.end_of_pairs);
        let parts = bytes.and_then(|bytes| bytes.split_at_mut_checked(self.first_pair));
        let Some((before, pairs)) = parts else { return none };
        match before.get_mut(self.first_state..self.end_of_states) {
            Some(states) => CapsuleMemory { processes, states, pairs },
            None => none,
        }
    }

    /// Makes all zero that the capsule keeps of a process.
    pub(crate) fn forget(&self, words: &mut [u64], process: ProcessIndex) {
        let memory = self.memory(words);
        zero(memory.states, self.state_bytes, process);
        zero(memory.pairs, self.pair_bytes.saturating_mul(self.processes), process);
    }

    /// Tells whether system.json5 names the process as an owner.
    pub(crate) fn is_owner(&self, process: ProcessIndex) -> bool {
        self.owners.contains(&process)
    }

    /// Checks the capsule's own invariants.
    pub(crate) fn check(&self, words: &[u64]) -> Result<(), &'static str> {
        let states = words.as_bytes().get(self.first_state..self.end_of_states);
        self.code.check_states(states.unwrap_or(&[]), self.processes)
    }
}

/// How long the words are in which capsules' things stand.
pub(crate) const WORD_BYTES: usize = size_of::<u64>();

/// So many bytes, and as many more as fill the last word.
const fn whole_words(bytes: usize) -> usize {
    bytes.div_ceil(WORD_BYTES).saturating_mul(WORD_BYTES)
}

/// Where in the kernel's tables the things of a capsule begin.
pub(crate) struct Place {
    pub(crate) byte: usize,
    pub(crate) allow: u8,
    pub(crate) upcall: u8,
}

fn zero(table: &mut [u8], entry_bytes: usize, process: ProcessIndex) {
    let start = process.position().saturating_mul(entry_bytes);
    if let Some(entry) = table.get_mut(start..start.saturating_add(entry_bytes)) {
        entry.fill(0);
    }
}
