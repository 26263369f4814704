//! A radio for one process: on Linux its air is UDP on localhost, on boards there is none.
//!
//! Processes may not open sockets; the kernel, which on Linux is a program like others, may. What is sent comes
//! back, as if from the air, and goes to whoever listens outside. Nothing of a user's is kept, and nobody waits.
//!
//! | command | refused | otherwise |
//! | --- | --- | --- |
//! | 1 send what is allowed to be read | SIZE if it is nothing, or more than 64 bytes; BUSY if the air is full | it is out |
//! | 2 receive into what is allowed to be written | SIZE unless there is room for 64 bytes; NODEVICE if nothing has come | its length; what is longer was cut |
//!
//! RESERVE unless system.json5 names the caller as an owner; UNINSTALLED if there is no air: on boards, or while
//! another program has the port.
#![cfg_attr(target_os = "none", no_std)]
#![forbid(unsafe_code)]

#[cfg(target_os = "none")]
mod no_socket;
#[cfg(not(target_os = "none"))]
mod socket;

#[cfg(target_os = "none")]
use no_socket as socket;

use guichet_kernel::ProcessIndex;
use guichet_kernel::capsule::{
    Capsule, CommandReturn, Due, ErrorCode, Means, Needed, ReadOnly, ReadWrite, Unneeded,
};

const SEND: u32 = 1;
const RECEIVE: u32 = 2;

const PACKET: ReadOnly = ReadOnly(0);
const ROOM: ReadWrite = ReadWrite(0);

const MAX_BYTES: usize = 64;

/// The capsule, as system.json5 finds it.
pub static CAPSULE: Radio = Radio;

/// The radio.
#[derive(Clone, Copy, Debug)]
pub struct Radio;

impl Capsule for Radio {
    const DRIVER: u32 = 0xA_0001;
    const READ_ONLY: u8 = 1;
    const READ_WRITE: u8 = 1;
    const UPCALLS: u8 = 0;
    // It keeps nothing; a byte is the least that the kernel's tables hold.
    type State = u8;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Needed;
    type Identities = Unneeded;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        _arguments: [u32; 2],
    ) -> CommandReturn {
        let result = match command {
            SEND | RECEIVE if !means.is_owner(caller) => Err(ErrorCode::Reserve),
            SEND => send(means, caller),
            RECEIVE => receive(means, caller),
            _unknown => Err(ErrorCode::NoSupport),
        };
        result.unwrap_or_else(CommandReturn::failure)
    }

    fn upcall(
        &self,
        _means: &mut Means<'_, Self>,
        _process: ProcessIndex,
        _upcall: u8,
    ) -> Option<Due> {
        None
    }
}

fn send(means: &mut Means<'_, Radio>, caller: ProcessIndex) -> Result<CommandReturn, ErrorCode> {
    let socket = socket::open()?;
    let mut bytes = [0; MAX_BYTES];
    let length = means.allowed_bytes(caller, PACKET);
    let packet = bytes.get_mut(..length).filter(|packet| !packet.is_empty());
    let packet = packet.ok_or(ErrorCode::Size)?;
    means.read(caller, PACKET, 0, packet)?;
    socket::send(socket, packet)?;
    Ok(CommandReturn::success())
}

fn receive(means: &mut Means<'_, Radio>, caller: ProcessIndex) -> Result<CommandReturn, ErrorCode> {
    let socket = socket::open()?;
    if means.allowed_bytes(caller, ROOM) < MAX_BYTES {
        return Err(ErrorCode::Size);
    }
    let mut bytes = [0; MAX_BYTES];
    let length = socket::receive(socket, &mut bytes)?;
    means.write(caller, ROOM, 0, bytes.get(..length).ok_or(ErrorCode::Fail)?)?;
    Ok(CommandReturn::success_u32(u32::try_from(length).map_err(|_| ErrorCode::Fail)?))
}
