//! What a thread is while it does not run: its registers.

use guichet_kernel::Call;

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
/// The place of a0, the first argument and the status of a result; the others follow.
const ARGUMENTS: usize = 9;

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

    /// The stack pointer.
    pub(crate) const fn stack_pointer(&self) -> usize {
        self.registers[STACK_POINTER]
    }

    /// The call that the thread makes.
    #[inline(always)]
    pub(crate) const fn call(&self) -> Call {
        let [.., a0, a1, a2, a3, a4, a5, a6, number, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            self.registers;
        Call { number, arguments: [a0, a1, a2, a3, a4, a5, a6] }
    }

    /// Puts the results of a call into a0 to a2.
    #[inline(always)]
    pub(crate) const fn set_results(&mut self, status: usize, value0: usize, value1: usize) {
        self.registers[ARGUMENTS] = status;
        self.registers[ARGUMENTS + 1] = value0;
        self.registers[ARGUMENTS + 2] = value1;
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
        let expected = Call { number: 17, arguments: [10, 11, 12, 13, 14, 15, 16] };
        assert_eq!(context.call(), expected);
        context.set_results(7, 8, 9);
        assert_eq!(context.registers[8..13], [9, 7, 8, 9, 13]);
    }
}
