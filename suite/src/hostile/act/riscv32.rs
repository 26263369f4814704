//! The acts as instructions of 32-bit RISC-V.

use core::arch::{asm, naked_asm};

use super::{Act, Effect, Function};

/// How often a loop runs that lasts long enough for several interrupts.
pub(super) const SPINS: usize = 10_000_000;

/// An exception does not use the stack of whoever it stops.
pub(super) const LOSES_PLACE_WITH_STACK: bool = false;

/// What the machine does with an act that user mode has no right to.
pub(super) const fn effect(act: Act) -> Effect {
    match act {
        // All ones, says the manual, and no trap.
        Act::DivideByZero => Effect::Nothing,
        // The kernel never uses a program's stack.
        Act::StackCall | Act::StackSpin | Act::Spin => Effect::Nothing,
        // There is but one set of instructions.
        Act::ExecuteOther => Effect::Absent,
        _ => Effect::Fault,
    }
}

/// How many bytes after its function's beginning an act happens, and how many more it may be.
pub(super) const fn place(act: Act) -> Option<(usize, usize)> {
    match act {
        Act::StackStore | Act::StackIllegal => Some((2, 0)),
        // Two instructions around the one that counts tell a debugger that a service is wanted.
        Act::Semihosting => Some((4, 0)),
        _ => Some((0, 0)),
    }
}

/// Instructions begin at even addresses; the lowest bit of a jump's target is ignored.
pub(super) const fn target(address: usize) -> usize {
    address & !1
}

/// Whether a thread all of whose stack is this word goes on at that address: nothing else is there.
pub(super) const fn goes_on_at(_word: usize) -> bool {
    true
}

/// The function of an act, if it is one of the machine.
pub(super) fn function(act: Act) -> Option<Function> {
    Some(match act {
        Act::LoadByte => load_byte,
        Act::LoadHalf => load_half,
        Act::LoadWord => load_word,
        Act::StoreByte => store_byte,
        Act::StoreHalf => store_half,
        Act::StoreWord => store_word,
        Act::Swap => swap,
        Act::Execute => execute,
        Act::Illegal => illegal,
        Act::Breakpoint => breakpoint,
        Act::Semihosting => semihosting,
        Act::DivideByZero => divide_by_zero,
        Act::StackStore => stack_store,
        Act::StackIllegal => stack_illegal,
        Act::StackSpin => stack_spin,
        Act::Spin => spin,
        Act::ReadStatus => read_status,
        Act::ReadIdentity => read_identity,
        Act::ReadCounter => read_counter,
        Act::DisableInterrupts => disable_interrupts,
        Act::WriteVector => write_vector,
        Act::OpenWall => open_wall,
        Act::ReturnFromTrap => return_from_trap,
        Act::WaitForInterrupt => wait_for_interrupt,
        Act::Recurse
        | Act::StackCall
        | Act::ExecuteOther
        | Act::RewriteBlocked
        | Act::RewriteInterrupted => return None,
    })
}

/// Assembly that stands outside of functions knows nothing of the target's extensions.
macro_rules! extensions_on {
    () => {
        ".option push\n.option arch, +m, +a, +c"
    };
}

/// Defines functions of a few instructions, each with its words of what they do.
macro_rules! acts {
    ($($(#[$meta:meta])* $name:ident: $($line:literal),+;)+) => {
        $(
            $(#[$meta])*
            #[unsafe(naked)]
            extern "C" fn $name(_operand: usize, _turns: usize) {
                naked_asm!(extensions_on!(), $($line,)+ ".option pop")
            }
        )+
    };
}

acts! {
    load_byte: "lbu a0, 0(a0)", "ret";
    load_half: "lhu a0, 0(a0)", "ret";
    load_word: ".option push", ".option norvc", "lw a0, 0(a0)", ".option pop", "ret";
    store_byte: "sb zero, 0(a0)", "ret";
    store_half: "sh zero, 0(a0)", "ret";
    store_word: "sw zero, 0(a0)", "ret";
    swap: "amoswap.w a0, zero, (a0)", "ret";
    execute: "jr a0";
    illegal: "unimp", "ret";
    breakpoint: "ebreak", "ret";
    /// SYS_EXIT: an emulator that listens ends at once.
    semihosting: ".option push", ".option norvc",
        "slli zero, zero, 0x1f", "ebreak", "srai zero, zero, 7", ".option pop", "ret";
    /// Its answer is asserted: it must be all ones, or the process ends.
    divide_by_zero: "divu a0, a1, zero", "not a0, a0", "bnez a0, 1f", "ret", "1:", "unimp";
    stack_store: "mv sp, a0", "sw zero, 0(sp)", "unimp";
    stack_illegal: "mv sp, a0", "unimp";
    stack_spin: "mv t0, sp", "mv sp, a0", "1:", "addi a1, a1, -1", "bnez a1, 1b", "mv sp, t0", "ret";
    spin: "1:", "addi a1, a1, -1", "bnez a1, 1b", "ret";
    read_status: "csrr a0, mstatus", "ret";
    read_identity: "csrr a0, mhartid", "ret";
    read_counter: "csrr a0, cycle", "ret";
    disable_interrupts: "csrci mstatus, 8", "ret";
    write_vector: "csrw mtvec, a0", "ret";
    open_wall: "csrw pmpcfg0, a0", "ret";
    return_from_trap: "mret";
    wait_for_interrupt: "wfi", "ret";
}

/// Makes a call while the stack pointer is something else.
pub(super) fn call_on_stack(stack: usize) {
    // SAFETY: the call does nothing; what it declares lost is declared lost here, and the stack pointer
    // and the register that keeps it meanwhile are what they were in the end.
    unsafe {
        asm!(
            "addi sp, sp, -16",
            "sw s0, 0(sp)",
            "mv s0, sp",
            "mv sp, a0",
            "ecall",
            "mv sp, s0",
            "lw s0, 0(sp)",
            "addi sp, sp, 16",
            inlateout("a0") stack => _,
            inlateout("a7") userspace::raw::Syscall::DebugNop as usize => _,
            lateout("a1") _, lateout("a2") _, lateout("a3") _, lateout("a4") _, lateout("a5") _,
            lateout("a6") _, lateout("s2") _, lateout("s3") _, lateout("s4") _, lateout("s5") _,
            lateout("s6") _, lateout("s7") _, lateout("s8") _, lateout("s9") _, lateout("s10") _,
            lateout("s11") _, lateout("t0") _, lateout("t1") _, lateout("t2") _, lateout("t3") _,
            lateout("t4") _, lateout("t5") _, lateout("t6") _,
        );
    }
}
