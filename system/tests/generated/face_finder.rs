// Generated from system.json5 by guichet_system.

/// The handles of the process's objects, for calls that take a number.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod handle {
    /// The handle of a sender to the endpoint `IN` of process `camera`, which may send and call.
    pub const TO: u32 = 0;
    /// The handle of 16384 bytes of shared memory to read, shared with `camera`, `screen`.
    pub const FRAMES: u32 = 1;
}
/// The process's objects as values whose types know what can be done with them.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod object {
    /// A typed handle: a sender to the endpoint `IN` of process `camera`, which may send and call.
    pub const TO: ::userspace::endpoint::Sender<
        0,
        ::userspace::endpoint::MaySendAndCall,
    > = ::userspace::endpoint::Sender::new(super::handle::TO);
    /// A typed handle: 16384 bytes of shared memory to read, shared with `camera`, `screen`.
    pub const FRAMES: ::userspace::shared_memory::SharedMemory = ::userspace::shared_memory::SharedMemory::new(
        super::handle::FRAMES,
    );
}
/// The processes that send to this one's endpoints or share memory with it, by numbers that calls take.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod peer {
    /// The process `screen`, which shares memory with this one.
    pub const SCREEN: u32 = 1;
    /// The process `camera`, which shares memory with this one.
    pub const CAMERA: u32 = 3;
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
