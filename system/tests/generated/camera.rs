// Generated from system.json5 by guichet_system.

/// The handles of the process's objects, for calls that take a number.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod handle {
    /// The handle of an endpoint (`capacity` 1, `max_message_bytes` 0) that receives from `TO` of process `face-finder`.
    pub const IN: u32 = 0;
    /// The handle of 16384 bytes of shared memory to read and write, shared with `face-finder`, `screen`.
    pub const FRAMES: u32 = 1;
    /// The handle of 4096 bytes of shared memory to read.
    pub const SOUND: u32 = 2;
}
/// The process's objects as values whose types know what can be done with them.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod object {
    /// A typed handle: an endpoint (`capacity` 1, `max_message_bytes` 0) that receives from `TO` of process `face-finder`.
    pub const IN: ::userspace::endpoint::Receiver<0> = ::userspace::endpoint::Receiver::new(
        super::handle::IN,
    );
    /// A typed handle: 16384 bytes of shared memory to read and write, shared with `face-finder`, `screen`.
    pub const FRAMES: ::userspace::shared_memory::SharedMemory = ::userspace::shared_memory::SharedMemory::new(
        super::handle::FRAMES,
    );
    /// A typed handle: 4096 bytes of shared memory to read.
    pub const SOUND: ::userspace::shared_memory::SharedMemory = ::userspace::shared_memory::SharedMemory::new(
        super::handle::SOUND,
    );
}
/// The processes that send to this one's endpoints or share memory with it, by numbers that calls take.
#[allow(non_upper_case_globals, clippy::module_inception)]
pub mod peer {
    /// The process `screen`, which shares memory with this one.
    pub const SCREEN: u32 = 1;
    /// The process `face-finder`.
    pub const FACE_FINDER: u32 = 2;
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
