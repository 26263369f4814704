//! What flies through the air.

use pw_status::{Error, Result};

/// How long a packet is at most, in bytes.
pub const MAX_BYTES: usize = 64;

const PORT_BYTES: usize = 2;

/// A packet: the port that it is for in two bytes, the low one first, and its payload.
#[derive(Clone, Debug)]
pub struct Packet {
    bytes: [u8; MAX_BYTES],
    length: usize,
}

impl Packet {
    /// The packet with this payload.
    ///
    /// # Errors
    /// `OutOfRange` if the payload is too long.
    pub fn new(port: u16, payload: &[u8]) -> Result<Packet> {
        let mut packet = Packet::empty(port);
        packet.length += payload.len();
        let place = packet.bytes.get_mut(PORT_BYTES..packet.length).ok_or(Error::OutOfRange)?;
        place.copy_from_slice(payload);
        Ok(packet)
    }

    /// The packet without a payload.
    pub fn empty(port: u16) -> Packet {
        let mut bytes = [0; MAX_BYTES];
        bytes[..PORT_BYTES].copy_from_slice(&port.to_le_bytes());
        Packet { bytes, length: PORT_BYTES }
    }

    /// The packet that these bytes are, if they are one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Packet> {
        let (port, payload) = bytes.split_first_chunk()?;
        Packet::new(u16::from_le_bytes(*port), payload).ok()
    }

    /// The bytes that it is.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The port that it is for.
    pub fn port(&self) -> u16 {
        u16::from_le_bytes([self.bytes[0], self.bytes[1]])
    }

    /// What it carries.
    pub fn payload(&self) -> &[u8] {
        &self.bytes[PORT_BYTES..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_its_bytes() {
        let packet = Packet::new(0x102, b"on").unwrap();
        assert_eq!(packet.as_bytes(), [2, 1, b'o', b'n']);
        let again = Packet::from_bytes(packet.as_bytes()).unwrap();
        assert_eq!((again.port(), again.payload()), (0x102, &b"on"[..]));
    }

    #[test]
    fn what_is_no_packet_is_none() {
        assert!(Packet::from_bytes(&[1]).is_none());
        assert!(Packet::from_bytes(&[0; MAX_BYTES + 1]).is_none());
        assert!(Packet::from_bytes(&[0; MAX_BYTES]).is_some());
        assert!(Packet::new(1, &[0; MAX_BYTES - 1]).is_err());
    }
}
