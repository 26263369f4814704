//! Air on a machine with an operating system.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::OnceLock;

use guichet_kernel::capsule::ErrorCode;

const AIR: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 19788);
const OUTSIDE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 19789);

/// Opened by the first command; `None` if that failed.
static SOCKET: OnceLock<Option<UdpSocket>> = OnceLock::new();

pub(crate) fn open() -> Result<&'static UdpSocket, ErrorCode> {
    SOCKET.get_or_init(|| bind().ok()).as_ref().ok_or(ErrorCode::Uninstalled)
}

fn bind() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(AIR)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Sends a packet back to this socket, and outside; whether anybody listens there is not its affair.
pub(crate) fn send(socket: &UdpSocket, packet: &[u8]) -> Result<(), ErrorCode> {
    socket.send_to(packet, AIR).map_err(|error| code(&error, ErrorCode::Busy))?;
    let _ = socket.send_to(packet, OUTSIDE);
    Ok(())
}

/// Receives what has come next.
pub(crate) fn receive(socket: &UdpSocket, bytes: &mut [u8]) -> Result<usize, ErrorCode> {
    let received = socket.recv_from(bytes);
    received.map(|(length, _)| length).map_err(|error| code(&error, ErrorCode::NoDevice))
}

fn code(error: &io::Error, would_wait: ErrorCode) -> ErrorCode {
    if error.kind() == ErrorKind::WouldBlock { would_wait } else { ErrorCode::Fail }
}
