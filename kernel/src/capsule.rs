//! Capsules: mechanisms that anybody can write, in safe code, in a crate of their own (CP-4).
//!
//! A capsule is code without memory. What it remembers of each process, and of each pair of
//! processes, stands in the kernel's tables and is lent to it for the length of one call, together
//! with the few services that its capability tokens name. So it can neither leak nor hoard: it never
//! holds a byte of a user's, only the number under which a process allows a buffer at present, and
//! a process that ends leaves nothing behind.
//!
//! To write one: a type for the code (most have no fields), one for what it keeps of a process, and
//! an `impl Capsule`. Nothing else of the tree changes: system.json5 names the crate.
//!
//! # What a capsule may rely on
//! - It is called once at a time, and no process acts on what it schedules or gives before it returns.
//! - [`Capsule::command`] is only called for processes that run, with the number of a command above 0.
//! - An upcall is a level, not a letter (CP-2): [`Means::schedule`] says that something is due, and
//!   [`Capsule::upcall`] is asked what, at the moment when the process takes it.
//! - When a process has ended, the capsule is told, and then all that it kept of it is zero again.
//!
//! # What the kernel relies on
//! - It returns, and soon: nothing else runs meanwhile. A capsule is trusted with the kernel's time, as whoever builds
//!   the image is.
//! - If it shares what processes allow, it ends that when it hears that another buffer is allowed. An end of either
//!   process ends it in any case. With nothing else is it trusted.
//!
//! Rejected: capsules that own their state. It could not be copied, compared and hashed, so the
//! explorer could not look at it, and every capsule would have to be told to forget.

use guichet_abi::NAME_BYTES;
pub use guichet_abi::{CommandReturn, ErrorCode};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::id::{ProcessIndex, TableIndex};
use crate::port::Side;

pub(crate) mod table;

/// A service that a capsule may need: whether it has it is a matter of types, so that code without
/// the token does not compile.
pub trait Token {
    /// Whether the capsule needs it.
    const IS_NEEDED: bool;
}

/// The capability token of a service that the capsule needs.
#[derive(Clone, Copy, Debug)]
pub struct Needed;

/// Stands where a capsule does without a service.
#[derive(Clone, Copy, Debug)]
pub struct Unneeded;

impl Token for Needed {
    const IS_NEEDED: bool = true;
}

impl Token for Unneeded {
    const IS_NEEDED: bool = false;
}

/// The services that system.json5 grants to a capsule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grants {
    /// To copy from what one process allows to what another does.
    pub copying: bool,
    /// To look at, and to write, bytes of what a process allows.
    pub reading: bool,
    /// To give processes ids of one another, and to find whom such an id names.
    pub identities: bool,
    /// To ask for the time.
    pub clock: bool,
    /// To have what one process allows mapped into another.
    pub sharing: bool,
}

impl Grants {
    /// All of them.
    pub const ALL: Grants =
        Grants { copying: true, reading: true, identities: true, clock: true, sharing: true };
    /// None.
    pub const NONE: Grants =
        Grants { copying: false, reading: false, identities: false, clock: false, sharing: false };

    /// What the code of a capsule needs.
    pub const fn needed_by<C: Capsule>() -> Grants {
        Grants {
            copying: C::Copying::IS_NEEDED,
            reading: C::Reading::IS_NEEDED,
            identities: C::Identities::IS_NEEDED,
            clock: C::Clock::IS_NEEDED,
            sharing: C::Sharing::IS_NEEDED,
        }
    }

    /// Tells whether these are enough for whoever needs `needed`.
    pub const fn cover(self, needed: Grants) -> bool {
        (self.copying || !needed.copying)
            && (self.reading || !needed.reading)
            && (self.identities || !needed.identities)
            && (self.clock || !needed.clock)
            && (self.sharing || !needed.sharing)
    }
}

/// What may stand in the kernel's tables for a capsule: plain data without padding, all zero at first.
/// Derive the four traits of `zerocopy` and `Clone`.
pub trait Plain: FromBytes + IntoBytes + Immutable + KnownLayout + Clone + 'static {}

impl<T: FromBytes + IntoBytes + Immutable + KnownLayout + Clone + 'static> Plain for T {}

/// How a process has changed (PR-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessChange {
    /// A new life of it runs.
    Started,
    /// Its life has ended, however. What the capsule keeps of it is still there, and zero afterwards.
    Ended,
}

/// A buffer that a process allows to be read, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOnly(pub u8);

/// A buffer that a process allows to be read and written, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadWrite(pub u8);

/// Either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// To be read.
    ReadOnly(u8),
    /// To be read and written.
    ReadWrite(u8),
}

impl From<ReadOnly> for Allowed {
    fn from(buffer: ReadOnly) -> Allowed {
        Allowed::ReadOnly(buffer.0)
    }
}

impl From<ReadWrite> for Allowed {
    fn from(buffer: ReadWrite) -> Allowed {
        Allowed::ReadWrite(buffer.0)
    }
}

/// Whom an id names that a process has said (CP-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A process that runs, in the life that the id names, and that the holder was given.
    Known(ProcessIndex),
    /// A life that has ended.
    Ended(ProcessIndex),
    /// None that the holder may know of.
    Unknown,
}

/// What comes with an upcall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its three words.
    pub words: [usize; 3],
    /// Whether the upcall is due still, with other words or the same.
    pub is_more: bool,
}

impl Due {
    /// With these words, the upcall is due no more.
    pub const fn last(words: [usize; 3]) -> Due {
        Due { words, is_more: false }
    }
}

/// How long the two buffers were between which something was copied, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// The one that was copied from.
    pub source: usize,
    /// The one that was copied to.
    pub room: usize,
}

/// Why nothing was copied between two buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTransfer {
    /// The source is longer than what may be copied at once (AB-10): nothing was touched.
    TooLong,
    /// The memory of one of the two has gone bad.
    Gone(Side),
}

/// A name that system.json5 keeps for one process (NR-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The process that may register it.
    pub process: ProcessIndex,
    /// The name, with zeros behind its end.
    pub name: [u8; NAME_BYTES],
}

/// A mechanism that processes use by command, allow, subscribe and yield (CP-1).
pub trait Capsule: Sync {
    /// The number by which programs name it.
    const DRIVER: u32;
    /// How many buffers a process may allow it to read.
    const READ_ONLY: u8;
    /// How many buffers a process may allow it to read and write.
    const READ_WRITE: u8;
    /// How many upcalls it has for each process.
    const UPCALLS: u8;

    /// What it keeps of each process; all zero when a life of the process begins.
    type State: Plain;
    /// What it keeps of each process about each other one; zero when a life of the first begins.
    type Pair: Plain;

    /// Whether it copies between processes.
    type Copying: Token;
    /// Whether it looks at what processes allow.
    type Reading: Token;
    /// Whether it deals in process ids.
    type Identities: Token;
    /// Whether it asks for the time.
    type Clock: Token;
    /// Whether it has what one process allows mapped into another.
    type Sharing: Token;

    /// Takes a command of a process, with a number above 0. One that fails must have changed nothing.
    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        arguments: [u32; 2],
    ) -> CommandReturn;

    /// Tells what comes with an upcall that was scheduled, and that it is taken now; nothing, if
    /// nothing is due after all. What else it changes for this process or others it schedules, as a command does. When as
    /// many have had nothing to tell in one step as there are upcalls of all processes, the rest are asked in the next.
    fn upcall(&self, means: &mut Means<'_, Self>, process: ProcessIndex, upcall: u8)
    -> Option<Due>;

    /// Hears that a process allows another buffer than before.
    fn allowed(&self, _means: &mut Means<'_, Self>, _process: ProcessIndex, _buffer: Allowed) {}

    /// Hears of a change of a process's state, once (PR-9).
    fn process_changed(
        &self,
        _means: &mut Means<'_, Self>,
        _process: ProcessIndex,
        _change: ProcessChange,
    ) {
    }

    /// Checks what must always hold of the states, for tests, the explorer and fuzzers.
    ///
    /// # Errors
    /// What does not hold.
    fn check(&self, _states: &[Self::State]) -> Result<(), &'static str> {
        Ok(())
    }
}

/// What a capsule is lent for the length of a call.
pub struct Means<'m, C: Capsule + ?Sized> {
    states: &'m mut [C::State],
    /// Those of each process, one after the other. Bytes, because there may be nothing to keep of a pair.
    pairs: &'m mut [u8],
    host: &'m mut dyn Host,
}

impl<C: Capsule + ?Sized> Means<'_, C> {
    /// What it keeps of a process.
    #[inline(always)]
    pub fn state(&self, process: impl TableIndex) -> Option<&C::State> {
        self.states.get(process.position())
    }

    /// The same, to be changed.
    #[inline(always)]
    pub fn state_mut(&mut self, process: impl TableIndex) -> Option<&mut C::State> {
        self.states.get_mut(process.position())
    }

    /// What it keeps of a process about another.
    pub fn pair_mut(&mut self, of: ProcessIndex, about: ProcessIndex) -> Option<&mut C::Pair> {
        let row = of.position().checked_mul(self.states.len())?;
        let start = row.checked_add(about.position())?.checked_mul(size_of::<C::Pair>())?;
        let bytes = self.pairs.get_mut(start..)?.get_mut(..size_of::<C::Pair>())?;
        C::Pair::mut_from_bytes(bytes).ok()
    }

    /// Every process of the system, whether it runs or not.
    pub fn processes(&self) -> impl Iterator<Item = ProcessIndex> + use<C> {
        (0..self.states.len()).map(ProcessIndex::new)
    }

    /// Says that an upcall of a process is due. Nothing happens if it does not run, or if it is due already.
    pub fn schedule(&mut self, process: ProcessIndex, upcall: u8) {
        self.host.schedule(process, bits([upcall]));
    }

    /// Tells whether a process waits for this upcall at this moment, so that [`Means::give`] would reach it.
    pub fn is_awaited(&self, process: ProcessIndex, upcall: u8) -> bool {
        self.host.is_awaited(process, upcall)
    }

    /// Gives a process an upcall with these words at once, if it waits for it at this moment; else nothing has
    /// happened, and it is for [`Means::schedule`]. The short way of what is due no longer when it is told.
    pub fn give(&mut self, process: ProcessIndex, upcall: u8, words: [usize; 3]) -> bool {
        self.host.give(process, upcall, words)
    }

    /// Says that several upcalls of a process are due.
    pub fn schedule_all<const N: usize>(&mut self, process: ProcessIndex, upcalls: [u8; N]) {
        self.host.schedule(process, bits(upcalls));
    }

    /// Says that several upcalls of a process are not due any more.
    pub fn withdraw_all<const N: usize>(&mut self, process: ProcessIndex, upcalls: [u8; N]) {
        self.host.withdraw(process, bits(upcalls));
    }

    /// Says that an upcall of a process is not due any more.
    pub fn withdraw(&mut self, process: ProcessIndex, upcall: u8) {
        self.host.withdraw(process, bits([upcall]));
    }

    /// How long the buffer is that a process allows at present, in bytes; 0 if it allows none.
    pub fn allowed_bytes(&self, process: ProcessIndex, buffer: impl Into<Allowed>) -> usize {
        self.host.allowed_bytes(process, buffer.into())
    }

    /// The longest copy of one call, in bytes (AB-10).
    pub fn max_transfer_bytes(&self) -> usize {
        self.host.max_transfer_bytes()
    }

    /// Tells whether a process runs.
    pub fn is_running(&self, process: ProcessIndex) -> bool {
        self.host.is_running(process)
    }

    /// Tells whether system.json5 names the process as an owner of this capsule.
    pub fn is_owner(&self, process: ProcessIndex) -> bool {
        self.host.is_owner(process)
    }

    /// The names that system.json5 keeps for processes (NR-5).
    pub fn services(&self) -> &[Service] {
        self.host.services()
    }
}

impl<C: Capsule<Copying = Needed> + ?Sized> Means<'_, C> {
    /// Copies from the start of what one process allows to the start of what another does, once, as much
    /// as both hold and [`Means::max_transfer_bytes`] lets (AB-8, AB-10). Tells how long both are.
    ///
    /// # Errors
    /// Whose memory has gone bad: then nothing was copied that anybody may rely on.
    pub fn transfer(
        &mut self,
        source: (ProcessIndex, ReadOnly),
        destination: (ProcessIndex, ReadWrite),
    ) -> Result<Lengths, NoTransfer> {
        self.host.transfer(source, destination, false)
    }

    /// The same, but nothing of a source that is too long to be copied at once.
    ///
    /// # Errors
    /// The same; and that the source is too long: then nothing was touched.
    pub fn transfer_whole(
        &mut self,
        source: (ProcessIndex, ReadOnly),
        destination: (ProcessIndex, ReadWrite),
    ) -> Result<Lengths, NoTransfer> {
        self.host.transfer(source, destination, true)
    }

    /// Copies so many bytes from the start of what one process allows to what another does, from
    /// `offset` on, once (AB-8).
    ///
    /// # Errors
    /// Whose buffer does not hold them: then nothing was copied that anybody may rely on.
    pub fn copy(
        &mut self,
        (source, from): (ProcessIndex, ReadOnly),
        (destination, to, offset): (ProcessIndex, ReadWrite, usize),
        bytes: usize,
    ) -> Result<(), Side> {
        self.host.copy((source, from), (destination, to, offset), bytes)
    }
}

impl<C: Capsule<Reading = Needed> + ?Sized> Means<'_, C> {
    /// Reads what a process allows, from `offset` on, until `bytes` is full.
    ///
    /// # Errors
    /// Invalid, if its buffer does not hold so much or cannot be read.
    pub fn read(
        &mut self,
        process: ProcessIndex,
        buffer: impl Into<Allowed>,
        offset: usize,
        bytes: &mut [u8],
    ) -> Result<(), ErrorCode> {
        self.host.read(process, buffer.into(), offset, bytes)
    }

    /// Writes to what a process allows, from `offset` on.
    ///
    /// # Errors
    /// Invalid, if its buffer does not hold so much or cannot be written.
    pub fn write(
        &mut self,
        process: ProcessIndex,
        buffer: ReadWrite,
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), ErrorCode> {
        self.host.write(process, buffer, offset, bytes)
    }
}

impl<C: Capsule<Identities = Needed> + ?Sized> Means<'_, C> {
    /// Gives a process the id of another, or of itself: from now on it may use it (CP-5). 0, if that one
    /// does not run.
    pub fn introduce(&mut self, process: ProcessIndex, to: ProcessIndex) -> u32 {
        self.host.introduce(process, to)
    }

    /// Whom an id names that a process says.
    pub fn standing(&self, holder: ProcessIndex, id: u32) -> Standing {
        self.host.standing(holder, id)
    }

    /// The process of this name, if it runs.
    pub fn find_process(&self, name: &[u8]) -> Option<ProcessIndex> {
        self.host.find_process(name)
    }
}

impl<C: Capsule<Sharing = Needed> + ?Sized> Means<'_, C> {
    /// Has all of what one process allows mapped into another, in place of what the one shared with the other
    /// before (NO-2). Gives the address there, and the length. It ends with [`Means::unshare`], which is for whoever
    /// hears that another buffer is allowed; when either process ends; and with the main thread of the owner.
    ///
    /// # Errors
    /// Invalid if the buffer is empty, is not memory of the owner's own, or is nothing that the wall of the other can
    /// let through; NoMemory if the other has no place left. Nothing has changed then.
    pub fn share(
        &mut self,
        owner: ProcessIndex,
        buffer: ReadWrite,
        with: ProcessIndex,
    ) -> Result<(usize, usize), ErrorCode> {
        self.host.share(owner, buffer, with)
    }

    /// Ends that, if there is anything of the one mapped into the other, before either executes another instruction.
    pub fn unshare(&mut self, owner: ProcessIndex, with: ProcessIndex) {
        self.host.unshare(owner, with);
    }

    /// What the one shares with the other at this moment: the address there, and the length.
    pub fn shared(&self, owner: ProcessIndex, with: ProcessIndex) -> Option<(usize, usize)> {
        self.host.shared(owner, with)
    }
}

impl<C: Capsule<Clock = Needed> + ?Sized> Means<'_, C> {
    /// The time now, in ticks.
    pub fn now(&mut self) -> u64 {
        self.host.now()
    }
}

/// A bit for each of these upcalls.
fn bits<const N: usize>(upcalls: [u8; N]) -> u32 {
    upcalls.into_iter().fold(0, |bits, upcall| bits | 1u32.wrapping_shl(u32::from(upcall)))
}

/// What stands behind [`Means`]: the kernel.
pub(crate) trait Host {
    fn schedule(&mut self, process: ProcessIndex, upcalls: u32);
    fn is_awaited(&self, process: ProcessIndex, upcall: u8) -> bool;
    fn give(&mut self, process: ProcessIndex, upcall: u8, words: [usize; 3]) -> bool;
    fn withdraw(&mut self, process: ProcessIndex, upcalls: u32);
    fn allowed_bytes(&self, process: ProcessIndex, buffer: Allowed) -> usize;
    fn max_transfer_bytes(&self) -> usize;
    fn is_running(&self, process: ProcessIndex) -> bool;
    fn is_owner(&self, process: ProcessIndex) -> bool;
    fn services(&self) -> &[Service];
    fn transfer(
        &mut self,
        source: (ProcessIndex, ReadOnly),
        destination: (ProcessIndex, ReadWrite),
        is_whole: bool,
    ) -> Result<Lengths, NoTransfer>;
    fn copy(
        &mut self,
        source: (ProcessIndex, ReadOnly),
        destination: (ProcessIndex, ReadWrite, usize),
        bytes: usize,
    ) -> Result<(), Side>;
    fn read(
        &mut self,
        process: ProcessIndex,
        buffer: Allowed,
        offset: usize,
        bytes: &mut [u8],
    ) -> Result<(), ErrorCode>;
    fn write(
        &mut self,
        process: ProcessIndex,
        buffer: ReadWrite,
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), ErrorCode>;
    fn introduce(&mut self, process: ProcessIndex, to: ProcessIndex) -> u32;
    fn standing(&self, holder: ProcessIndex, id: u32) -> Standing;
    fn find_process(&self, name: &[u8]) -> Option<ProcessIndex>;
    fn share(
        &mut self,
        owner: ProcessIndex,
        buffer: ReadWrite,
        with: ProcessIndex,
    ) -> Result<(usize, usize), ErrorCode>;
    fn unshare(&mut self, owner: ProcessIndex, with: ProcessIndex);
    fn shared(&self, owner: ProcessIndex, with: ProcessIndex) -> Option<(usize, usize)>;
    fn now(&mut self) -> u64;
}

/// A process or none, as it stands in the kernel's tables: all zero is none.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(transparent)]
pub struct OptionalProcess(u16);

impl OptionalProcess {
    /// None.
    pub const NONE: OptionalProcess = OptionalProcess(0);

    /// The process, or an index of none.
    #[inline(always)]
    pub fn index(self) -> ProcessIndex {
        ProcessIndex::of_low_bits(u32::from(self.0).wrapping_sub(1))
    }

    /// Tells whether it is none.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl TableIndex for OptionalProcess {
    /// Of none, a position beyond every table.
    #[inline(always)]
    fn position(self) -> usize {
        usize::from(self.0).wrapping_sub(1)
    }
}

impl From<ProcessIndex> for OptionalProcess {
    fn from(process: ProcessIndex) -> OptionalProcess {
        let position = u16::try_from(process.position()).unwrap_or(u16::MAX);
        OptionalProcess(position.wrapping_add(1))
    }
}
