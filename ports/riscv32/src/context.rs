//! What a thread is while it does not run: its registers.

use guichet_abi::{Message, Results};

/// A thread's registers, where the trap saves them. The order is known to the assembly in `trap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Context {
    /// The next instruction.
    pub(crate) pc: usize,
    /// x1 to x31; x0 is always zero and stands nowhere.
    pub(crate) registers: [usize; 31],
}

/// The place of the stack pointer, x2.
const STACK_POINTER: usize = 1;

impl Context {
    /// Registers that hold nothing.
    pub(crate) const ZERO: Context = Context { pc: 0, registers: [0; 31] };

    /// A thread that is about to run its first instruction, with nothing else in its registers
    /// (AB-9).
    pub(crate) const fn fresh(entry: usize, stack_end: usize) -> Context {
        let mut context = Context::ZERO;
        context.pc = entry;
        context.registers[STACK_POINTER] = stack_end;
        context
    }

    /// Puts results and a message where a call returns them, and zero where it returns nothing.
    pub(crate) fn give(&mut self, results: &Results, message: &Message) {
        // What a call keeps are ra, sp, gp, tp, s0 and s1.
        let [_, _, _, _, t0, t1, t2, _, _, a0, a1, a2, a3, a4, a5, a6, a7, others @ ..] =
            &mut self.registers;
        // A status has 32 bits on every machine.
        (*a0, *a1, *a2) = (results.status as usize, results.value0, results.value1);
        // A call brings its words in the registers in which a message has them.
        let words = message.to_words().map(|word| word as usize);
        [*a7, *t1, *a3, *a4, *a5, *a6] = words;
        (*t0, *t2) = (0, 0);
        // Were they plain zeros, the compiler would call a function that fills byte for byte.
        let zero = core::hint::black_box(0);
        let [s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6] = others;
        (*s2, *s3, *s4, *s5, *s6, *s7, *s8) = (zero, zero, zero, zero, zero, zero, zero);
        (*s9, *s10, *s11, *t3, *t4, *t5, *t6) = (zero, zero, zero, zero, zero, zero, zero);
    }

    /// The stack pointer.
    pub(crate) const fn stack_pointer(&self) -> usize {
        self.registers[STACK_POINTER]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_stand_where_the_assembly_saves_them() {
        let mut context = Context::fresh(0x8000, 0x9000);
        assert_eq!((context.pc, context.stack_pointer()), (0x8000, 0x9000));
        assert_eq!(context.registers.iter().filter(|word| **word != 0).count(), 1);
        for (number, register) in (1..).zip(&mut context.registers) {
            *register = number;
        }
        assert_eq!(context.stack_pointer(), 2);
    }

    #[test]
    fn a_message_leaves_what_a_call_keeps_and_nothing_else() {
        let mut context = Context { pc: 7, registers: [99; 31] };
        let results = Results { status: 1, value0: 2, value1: 3 };
        context.give(&results, &Message { badge: 4, incarnation: 5, words: [6, 7, 8, 9] });
        let named = |number: usize| context.registers[number - 1];
        assert_eq!([1, 2, 3, 4, 8, 9].map(named), [99; 6]);
        assert_eq!([10, 11, 12, 17, 6, 13, 14, 15, 16].map(named), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(context.registers.iter().filter(|word| **word == 0).count(), 31 - 15);
    }
}
