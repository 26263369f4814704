//! How the hardware decides, from the privileged architecture's sections "Address Matching" and
//! "Priority and Matching Logic".

use std::vec::Vec;

use crate::wall::pmp::PmpEntry;
use crate::wall::testing::Attempt;

/// A unit with some entries, asked on behalf of user mode.
pub(in crate::wall) struct Unit {
    pub(in crate::wall) entries: Vec<PmpEntry>,
    /// G: how many low bits of an address register the implementation leaves out.
    pub(in crate::wall) grain: u32,
}

fn bit(word: u64, number: u32) -> bool {
    word >> number & 1 == 1
}

impl Unit {
    /// Decides an access of some bytes. Addresses wrap as the bus's do, at 32 bits.
    pub(in crate::wall) fn allows(&self, address: u32, width_bytes: u32, attempt: Attempt) -> bool {
        let bytes = || (0..width_bytes).map(|offset| u64::from(address.wrapping_add(offset)));
        for number in 0..self.entries.len() {
            if bytes().any(|byte| self.matches(number, byte)) {
                let all = bytes().all(|byte| self.matches(number, byte));
                return all && self.has_permission(number, attempt);
            }
        }
        false
    }

    /// The two bits of the A field, the high one first.
    fn mode(&self, number: usize) -> (bool, bool) {
        let configuration = u64::from(self.entries[number].configuration);
        (bit(configuration, 4), bit(configuration, 3))
    }

    /// Tells whether an entry matches one byte.
    pub(in crate::wall) fn matches(&self, number: usize, byte: u64) -> bool {
        match self.mode(number) {
            (false, false) => false,
            (false, true) => self.is_below_top(number, byte),
            (true, false) => {
                assert_eq!(self.grain, 0, "NA4 cannot be selected with a coarser grain");
                (2..34).all(|place| bit(byte, place) == bit(self.address(number), place - 2))
            }
            (true, true) => self.is_in_power_of_two(number, byte),
        }
    }

    /// TOR: not below the register before, and below this one; bits below the grain have no part.
    fn is_below_top(&self, number: usize, byte: u64) -> bool {
        let bottom = if number == 0 { 0 } else { self.address(number - 1) };
        let coarse = |words: u64| words >> self.grain;
        coarse(bottom) <= coarse(byte >> 2) && coarse(byte >> 2) < coarse(self.address(number))
    }

    /// NAPOT: all bits above the lowest zero of the address register are compared.
    fn is_in_power_of_two(&self, number: usize, byte: u64) -> bool {
        let mut is_compared = false;
        for place in 0..32 {
            // With a grain of G, the bits up to G - 2 read as ones.
            let is_one = place + 1 < self.grain || bit(self.address(number), place);
            if is_compared && is_one != bit(byte, place + 2) {
                return false;
            }
            is_compared |= !is_one;
        }
        true
    }

    fn address(&self, number: usize) -> u64 {
        u64::from(self.entries[number].address)
    }

    fn has_permission(&self, number: usize, attempt: Attempt) -> bool {
        let configuration = u64::from(self.entries[number].configuration);
        let (read, write) = (bit(configuration, 0), bit(configuration, 1));
        assert!(read || !write, "R = 0 with W = 1 is reserved");
        match attempt {
            Attempt::Read => read,
            Attempt::Write => write,
            Attempt::Execute => bit(configuration, 2),
        }
    }
}
