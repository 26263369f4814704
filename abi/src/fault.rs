//! Why a process was stopped (PR-2).

/// What a process did, or what was done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FaultCause {
    /// It touched memory that is not its own.
    MemoryAccess = 1,
    /// It ran past the end of its stack.
    StackOverflow = 2,
    /// It executed something that is no instruction, or one that it may not use.
    IllegalInstruction = 3,
    /// It used an address that is not aligned as it must be.
    Misaligned = 4,
    /// It divided by zero or overflowed where the machine does not allow it.
    Arithmetic = 5,
    /// It hit a breakpoint.
    Breakpoint = 6,
    /// It made a system call of the operating system below, which its wall forbids.
    ForbiddenSystemCall = 7,
    /// It panicked.
    Panic = 8,
    /// It was killed from outside the system.
    Killed = 9,
    /// It did not stop when it was told to.
    Unresponsive = 10,
    /// It could not be started.
    NotStarted = 11,
    /// Nothing better is known.
    Unknown = 12,
}

impl FaultCause {
    /// Every cause, in the order of their numbers.
    pub const ALL: [FaultCause; 12] = [
        FaultCause::MemoryAccess,
        FaultCause::StackOverflow,
        FaultCause::IllegalInstruction,
        FaultCause::Misaligned,
        FaultCause::Arithmetic,
        FaultCause::Breakpoint,
        FaultCause::ForbiddenSystemCall,
        FaultCause::Panic,
        FaultCause::Killed,
        FaultCause::Unresponsive,
        FaultCause::NotStarted,
        FaultCause::Unknown,
    ];

    /// Its number.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The cause with this number; [`FaultCause::Unknown`] for a number that no cause has.
    pub fn from_number(number: usize) -> FaultCause {
        let index = number.wrapping_sub(1);
        Self::ALL.get(index).copied().unwrap_or(FaultCause::Unknown)
    }
}

/// Where and why a process was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Why.
    pub cause: FaultCause,
    /// The instruction, or 0 where that is not known.
    pub pc: usize,
    /// The address that could not be used, or 0 where there is none.
    pub address: usize,
}

impl Fault {
    /// A fault of which only the cause is known.
    pub const fn new(cause: FaultCause) -> Self {
        Fault { cause, pc: 0, address: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_again_and_unknown_ones_are_unknown() {
        for cause in FaultCause::ALL {
            assert_eq!(FaultCause::from_number(cause as usize), cause);
        }
        for number in [0, 13, 255, usize::MAX] {
            assert_eq!(FaultCause::from_number(number), FaultCause::Unknown);
        }
    }
}
