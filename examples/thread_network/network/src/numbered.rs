//! Packets with numbers, so that whoever receives them can tell that none is missing.
//!
//! Each says how many of those before it were lost, as far as its sender was told. So a receiver knows how many it
//! must have by now, and nobody need trust anybody's word at the end.

use pw_status::{Error, Result};

use crate::{Network, Packet, Sent};

/// What such a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Its number; the first is 1.
    pub number: u32,
    /// How many of the numbers before it were lost.
    pub lost: u32,
    /// What it is about.
    pub value: u32,
    /// No more will come.
    pub is_last: bool,
}

impl Numbered {
    fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let words = [self.number, self.lost, self.value, u32::from(self.is_last)];
        for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Numbered> {
        let [number, lost, value, last] = *bytes.as_chunks().0 else { return None };
        let [number, lost, value, last] = [number, lost, value, last].map(u32::from_le_bytes);
        Some(Numbered { number, lost, value, is_last: last != 0 })
    }
}

/// The side that sends.
#[derive(Debug, Default)]
pub struct Sender {
    sent: u32,
    lost: u32,
}

impl Sender {
    /// How many were sent.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// How many of them were lost, as the server has told.
    pub fn lost(&self) -> u32 {
        self.lost
    }

    /// Sends the next one.
    ///
    /// # Errors
    /// As [`Network::send`].
    pub fn send<const PORTS: usize>(
        &mut self,
        network: &mut Network<PORTS>,
        port: u16,
        value: u32,
    ) -> Result<()> {
        let packet = self.next(port, value, false)?;
        if network.send(&packet)? == Sent::Lost {
            self.lost += 1;
        }
        Ok(())
    }

    /// Sends the last one, until it arrives.
    ///
    /// # Errors
    /// As [`Network::send`].
    pub fn send_last<const PORTS: usize>(
        &mut self,
        network: &mut Network<PORTS>,
        port: u16,
    ) -> Result<()> {
        let packet = self.next(port, 0, true)?;
        while network.send(&packet)? == Sent::Lost {}
        Ok(())
    }

    fn next(&mut self, port: u16, value: u32, is_last: bool) -> Result<Packet> {
        self.sent += 1;
        let numbered = Numbered { number: self.sent, lost: self.lost, value, is_last };
        Packet::new(port, &numbered.to_bytes())
    }
}

/// The side that receives.
#[derive(Debug, Default)]
pub struct Receiver {
    received: u32,
    repeated: u32,
    last: u32,
    is_over: bool,
}

impl Receiver {
    /// How many came, each counted once.
    pub fn received(&self) -> u32 {
        self.received
    }

    /// How many came once more.
    pub fn repeated(&self) -> u32 {
        self.repeated
    }

    /// Tells whether the last has come.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes a packet; nothing, if it has come before, or has no number.
    ///
    /// # Errors
    /// `DataLoss` if one is missing that nobody has said to be lost.
    pub fn take(&mut self, packet: &Packet) -> Result<Option<Numbered>> {
        let Some(numbered) = Numbered::from_bytes(packet.payload()) else { return Ok(None) };
        if numbered.number <= self.last {
            self.repeated += 1;
            return Ok(None);
        }
        self.last = numbered.number;
        self.received += 1;
        self.is_over = numbered.is_last;
        match self.received.checked_add(numbered.lost) == Some(numbered.number) {
            true => Ok(Some(numbered)),
            false => Err(Error::DataLoss),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u32, lost: u32) -> Packet {
        let numbered = Numbered { number, lost, value: 7, is_last: false };
        Packet::new(1, &numbered.to_bytes()).unwrap()
    }

    #[test]
    fn what_was_lost_is_not_missing() {
        let mut receiver = Receiver::default();
        for (number, lost) in [(1, 0), (2, 0), (4, 1), (7, 3)] {
            let taken = receiver.take(&packet(number, lost)).unwrap().unwrap();
            assert_eq!((taken.number, taken.value, taken.is_last), (number, 7, false));
        }
        assert_eq!((receiver.received(), receiver.repeated()), (4, 0));
    }

    #[test]
    fn what_comes_twice_is_taken_once() {
        let mut receiver = Receiver::default();
        assert!(receiver.take(&packet(1, 0)).unwrap().is_some());
        assert_eq!(receiver.take(&packet(1, 0)), Ok(None));
        assert_eq!((receiver.received(), receiver.repeated()), (1, 1));
    }

    #[test]
    fn what_nobody_has_lost_is_missing() {
        let mut receiver = Receiver::default();
        assert!(receiver.take(&packet(1, 0)).is_ok());
        assert_eq!(receiver.take(&packet(3, 0)), Err(Error::DataLoss));
        // Nor can more have come than were sent.
        assert_eq!(Receiver::default().take(&packet(1, 1)), Err(Error::DataLoss));
    }

    #[test]
    fn what_has_no_number_is_not_taken() {
        let mut receiver = Receiver::default();
        assert_eq!(receiver.take(&Packet::empty(1)), Ok(None));
        assert_eq!((receiver.received(), receiver.repeated()), (0, 0));
    }
}
