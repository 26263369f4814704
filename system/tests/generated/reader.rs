// Generated from system.json5 by guichet_system.

/// The handles of the process's objects, for calls that take a number.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod handle {
    /// The handle of the initiator of a channel to `REQUESTS` of process `store`.
    pub const STORE: u32 = 0;
    /// The handle of the thread `MAIN`.
    pub const MAIN: u32 = 1;
    /// The handle of the thread `WORKER`.
    pub const WORKER: u32 = 2;
}
/// The process's objects as values whose types know what can be done with them.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod object {
    /// A typed handle: the initiator of a channel to `REQUESTS` of process `store`.
    pub const STORE: ::userspace::channel::Initiator = ::userspace::channel::Initiator::new(
        super::handle::STORE,
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
pub mod constants {
    /// The constant `PERIOD_MS` of the app.
    pub const PERIOD_MS: u32 = 250;
}
/// The addresses of the process's memory mappings.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod mapping {}
