//! The signals that an object can show (WT-1).

bitflags::bitflags! {
    /// A set of signals. Signals are levels: each tells what is so now, not what happened (WT-3).
    #[derive(Default)]
    pub struct Signals: u32 {
        /// Something can be read or received; on a wait group: a member is ready.
        const READABLE = 1 << 0;
        /// Something can be started or sent.
        const WRITEABLE = 1 << 1;
        /// The other side ended or closed.
        const ERROR = 1 << 2;
        /// An exit status waits to be collected.
        const JOINABLE = 1 << 3;
        /// Raised by the peer (WT-5).
        const USER = 1 << 15;
        /// The first interrupt line of an interrupt object.
        const INTERRUPT_A = 1 << 16;
        /// The second interrupt line.
        const INTERRUPT_B = 1 << 17;
        /// The third interrupt line.
        const INTERRUPT_C = 1 << 18;
        /// The fourth interrupt line.
        const INTERRUPT_D = 1 << 19;
        /// The fifth interrupt line.
        const INTERRUPT_E = 1 << 20;
        /// The sixth interrupt line.
        const INTERRUPT_F = 1 << 21;
        /// The seventh interrupt line.
        const INTERRUPT_G = 1 << 22;
        /// The eighth interrupt line.
        const INTERRUPT_H = 1 << 23;
        /// The ninth interrupt line.
        const INTERRUPT_I = 1 << 24;
        /// The tenth interrupt line.
        const INTERRUPT_J = 1 << 25;
        /// The eleventh interrupt line.
        const INTERRUPT_K = 1 << 26;
        /// The twelfth interrupt line.
        const INTERRUPT_L = 1 << 27;
        /// The thirteenth interrupt line.
        const INTERRUPT_M = 1 << 28;
        /// The fourteenth interrupt line.
        const INTERRUPT_N = 1 << 29;
        /// The fifteenth interrupt line.
        const INTERRUPT_O = 1 << 30;
    }
}

impl Signals {
    /// How many interrupt lines an object can have (PR-8).
    pub const INTERRUPT_COUNT: usize = 15;

    /// The signal of an interrupt object's line, by its place among the declared ones; nothing for a
    /// place beyond [`Signals::INTERRUPT_COUNT`].
    pub const fn interrupt(place: usize) -> Signals {
        if place < Self::INTERRUPT_COUNT {
            Signals { bits: Self::INTERRUPT_A.bits << place }
        } else {
            Signals::empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_signal_and_there_are_no_more() {
        let signals = |place| Signals::interrupt(place);
        assert_eq!((signals(0), signals(14)), (Signals::INTERRUPT_A, Signals::INTERRUPT_O));
        assert_eq!((signals(15), signals(usize::MAX)), (Signals::empty(), Signals::empty()));
    }
}
