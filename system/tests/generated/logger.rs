// Generated from system.json5 by guichet_system.

/// The handles of the process's objects, for calls that take a number.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod handle {
    /// The handle of an endpoint (`capacity` 8, `max_message_bytes` 32) that receives from `LOG` of process `worker` and `LOG_TOO` of process `worker` and `LOG` of process `valve` and `LOG_TOO` of process `valve` and `LOG` of process `pump`.
    pub const LOG: u32 = 0;
    /// The handle of an endpoint (`capacity` 1024, `max_message_bytes` 0) that receives from `ALARM` of process `worker`.
    pub const ALARMS: u32 = 1;
}
/// The process's objects as values whose types know what can be done with them.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod object {
    /// A typed handle: an endpoint (`capacity` 8, `max_message_bytes` 32) that receives from `LOG` of process `worker` and `LOG_TOO` of process `worker` and `LOG` of process `valve` and `LOG_TOO` of process `valve` and `LOG` of process `pump`.
    pub const LOG: ::userspace::endpoint::Receiver<32> = ::userspace::endpoint::Receiver::new(
        super::handle::LOG,
    );
    /// A typed handle: an endpoint (`capacity` 1024, `max_message_bytes` 0) that receives from `ALARM` of process `worker`.
    pub const ALARMS: ::userspace::endpoint::Receiver<0> = ::userspace::endpoint::Receiver::new(
        super::handle::ALARMS,
    );
}
/// The processes that send to this one's endpoints or share memory with it, by numbers that calls take.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod peer {
    /// The process `worker`.
    pub const WORKER: u32 = 2;
    /// The process `valve`.
    pub const VALVE: u32 = 3;
    /// The process `pump`.
    pub const PUMP: u32 = 4;
}
/// The signals of the process's interrupts.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod signals {}
/// The constants that the app declares.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod constants {}
/// The addresses of the process's memory mappings.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod mapping {}
