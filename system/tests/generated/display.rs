// Generated from system.json5 by guichet_system.

/// The handles of the process's objects, for calls that take a number.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod handle {
    /// The handle of what tells that upcalls are pending.
    pub const EVENTS: u32 = 0;
    /// The handle of a wait group.
    pub const ALL: u32 = 1;
}
/// The process's objects as values whose types know what can be done with them.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod object {
    /// A typed handle: what tells that upcalls are pending.
    pub const EVENTS: ::userspace::upcall::Upcalls = ::userspace::upcall::Upcalls::new(
        super::handle::EVENTS,
    );
    /// A typed handle: a wait group.
    pub const ALL: ::userspace::wait_group::WaitGroup = ::userspace::wait_group::WaitGroup::new(
        super::handle::ALL,
    );
}
/// The processes that send to this one's endpoints or share memory with it, by numbers that calls take.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod peer {}
/// The signals of the process's interrupts.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod signals {}
/// The constants that the app declares.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod constants {}
/// The addresses of the process's memory mappings.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod mapping {}
