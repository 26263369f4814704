// Generated from system.json5 by guichet_system.

/// The handles of the process's objects, for calls that take a number.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod handle {
    /// The handle of a sender to the endpoint `LOG` of process `logger`, which may send and call.
    pub const LOG: u32 = 0;
    /// The handle of a sender to the endpoint `LOG` of process `logger`, which may send.
    pub const LOG_TOO: u32 = 1;
    /// The handle of a sender to the endpoint `ALARMS` of process `logger`, which may call.
    pub const ALARM: u32 = 2;
}
/// The process's objects as values whose types know what can be done with them.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod object {
    /// A typed handle: a sender to the endpoint `LOG` of process `logger`, which may send and call.
    pub const LOG: ::userspace::endpoint::Sender<
        32,
        ::userspace::endpoint::MaySendAndCall,
    > = ::userspace::endpoint::Sender::new(super::handle::LOG);
    /// A typed handle: a sender to the endpoint `LOG` of process `logger`, which may send.
    pub const LOG_TOO: ::userspace::endpoint::Sender<
        32,
        ::userspace::endpoint::MaySend,
    > = ::userspace::endpoint::Sender::new(super::handle::LOG_TOO);
    /// A typed handle: a sender to the endpoint `ALARMS` of process `logger`, which may call.
    pub const ALARM: ::userspace::endpoint::Sender<0, ::userspace::endpoint::MayCall> = ::userspace::endpoint::Sender::new(
        super::handle::ALARM,
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
