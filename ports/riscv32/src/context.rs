//! What a thread is while it does not run: its registers.

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
}
