//! No air at all: there is no operating system to ask for a socket.

use guichet_kernel::capsule::ErrorCode;

/// What cannot be had here.
pub(crate) enum Socket {}

pub(crate) fn open() -> Result<&'static Socket, ErrorCode> {
    Err(ErrorCode::Uninstalled)
}

pub(crate) fn send(socket: &Socket, _packet: &[u8]) -> Result<(), ErrorCode> {
    match *socket {}
}

pub(crate) fn receive(socket: &Socket, _bytes: &mut [u8]) -> Result<usize, ErrorCode> {
    match *socket {}
}
