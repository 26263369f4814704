//! External interrupts: the platform-level interrupt controller.
//!
//! A line that has come is *claimed*: the controller then passes nothing of it on until it hears that
//! the line is *completed*. That is just what masking must do (PR-8), and it costs nothing, so a line
//! is claimed when it comes and completed when its process has served it.

use guichet_kernel::InterruptLine;
use guichet_port_bare_metal::Register;

/// Where its registers are: a priority for each line; what is enabled, for hart 0 in machine mode; the
/// threshold and the claims of the same.
const ENABLES: usize = 0x2000;
const THRESHOLD: usize = 0x20_0000;
const CLAIM: usize = 0x20_0004;

/// How many words of enables there are for the lines of the machine.
const WORDS: usize = 3;

/// The controller.
pub(crate) struct Interrupts {
    address: usize,
    claim: Register<u32>,
}

impl Interrupts {
    /// The controller, with no line enabled.
    ///
    /// # Safety
    /// It has its registers there, and nobody else uses it.
    pub(crate) unsafe fn new(address: usize) -> Interrupts {
        // SAFETY: (interrupts-1) the caller vouches for the address.
        let claim = unsafe { Register::new(address.wrapping_add(CLAIM)) };
        let interrupts = Interrupts { address, claim };
        for word in 0..WORDS {
            interrupts.enables(word).write(0);
        }
        interrupts.register(THRESHOLD).write(0);
        interrupts
    }

    /// The line that has come, which is masked from here on.
    pub(crate) fn take(&self) -> Option<InterruptLine> {
        let number = u16::try_from(self.claim.read()).ok().filter(|number| *number != 0)?;
        Some(InterruptLine::new(number))
    }

    /// Lets a line come, and come again.
    pub(crate) fn enable(&self, line: InterruptLine) {
        let Some((word, bit)) = place(line) else { return };
        self.register(usize::from(line.number()) * 4).write(1);
        let enables = self.enables(word);
        enables.write(enables.read() | bit);
        // Of a line that was not claimed this means nothing.
        self.claim.write(u32::from(line.number()));
    }

    /// Keeps a line from coming, and forgets that it has come.
    pub(crate) fn disable(&self, line: InterruptLine) {
        let Some((word, bit)) = place(line) else { return };
        // What a controller does not take while the line is disabled.
        self.claim.write(u32::from(line.number()));
        // It gives up what pends of a line only to who claims it, and of the lines that are enabled
        // it says itself which: so for a moment this is the only one.
        let others: [u32; WORDS] = core::array::from_fn(|word| self.enables(word).read());
        for each in 0..WORDS {
            self.enables(each).write(if each == word { bit } else { 0 });
        }
        if let Some(pending) = self.take() {
            self.claim.write(u32::from(pending.number()));
        }
        for (each, enabled) in others.into_iter().enumerate() {
            self.enables(each).write(if each == word { enabled & !bit } else { enabled });
        }
    }

    fn enables(&self, word: usize) -> Register<u32> {
        self.register(ENABLES + word * 4)
    }

    fn register(&self, offset: usize) -> Register<u32> {
        // SAFETY: (interrupts-2) `new` was told where the controller is, and these are its registers.
        unsafe { Register::new(self.address.wrapping_add(offset)) }
    }
}

/// The word and the bit of a line's enable; none if the machine has no such line.
fn place(line: InterruptLine) -> Option<(usize, u32)> {
    let number = usize::from(line.number());
    (number != 0 && number < WORDS * 32).then(|| (number / 32, 1 << (number % 32)))
}
