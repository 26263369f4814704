//! Asserts what becomes of a process that misuses what is its own: code is not written, data is not
//! run, a stack ends, and what is no instruction is a fault (PR-2).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::machine::{KNOWS_MISALIGNED_ADDRESS, SWAPS_UNALIGNED_WORDS};
use suite::wall::{self, Attack, Attacker, Cause, Memory, Wall};
use suite_codegen::wall_own::tester::object;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(12, object::NEIGHBOUR);
    memory(&mut wall);
    stacks(&mut wall);
    for (title, attacker, act, operand) in INSTRUCTIONS {
        wall.attack(title, attacker, act, operand);
    }
    unaligned(&mut wall);
    wall.report.shut_down()
}

/// Where an attacker lies.
fn memory_of(attacker: Attacker) -> Memory {
    wall::memory_of(attacker.1).expect("the attacker answers")
}

fn memory(wall: &mut Wall) {
    let attacker = ("write_code", object::WRITE_CODE);
    let code = memory_of(attacker).flash.start + 64;
    wall.attack("PR-2 a write to one's own code is a fault", attacker, Act::StoreByte, code);
    let attacker = ("run_other", object::RUN_OTHER);
    let title = "PR-2 a jump to one's own code as that of another machine is a fault";
    let code = memory_of(attacker).flash.start + 64;
    wall.attack(title, attacker, Act::ExecuteOther, code & !3);
    let attacker = ("run_variable", object::RUN_VARIABLE);
    let variable = memory_of(attacker).variable;
    wall.attack("PR-2 a jump to one's own variable is a fault", attacker, Act::Execute, variable);
    let attacker = ("run_stack", object::RUN_STACK);
    let stack = memory_of(attacker).stack & !15;
    wall.attack("PR-2 a jump to one's own stack is a fault", attacker, Act::Execute, stack);
}

fn stacks(wall: &mut Wall) {
    let attacker = ("recurse", object::RECURSE);
    wall.attack("PR-2 a recursion without end ends with the stack", attacker, Act::Recurse, 0);
    let title = "PR-2 a frame that leaps over the stack's end is an overflow";
    let attacker = ("long_frame", object::LONG_FRAME);
    wall.on_one_address_space(title, |wall| {
        let below = memory_of(attacker).ram.start - LEAP_BYTES;
        wall.attack(title, attacker, Act::StackStore, below);
    });
}

/// How long a frame that leaps is, in bytes.
const LEAP_BYTES: usize = 16 * 1024;

/// Instructions that are none, or are not for programs that nobody debugs.
const INSTRUCTIONS: [Attack; 4] = [
    ("PR-2 what is no instruction is a fault", ("illegal", object::ILLEGAL), Act::Illegal, 0),
    ("PR-2 a breakpoint is a fault", ("breakpoint", object::BREAKPOINT), Act::Breakpoint, 0),
    (
        "PR-2 a call for a debugger's services is a fault",
        ("semihosting", object::SEMIHOSTING),
        Act::Semihosting,
        0x18,
    ),
    (
        "PR-2 a division by zero is as the machine has it",
        ("divide", object::DIVIDE),
        Act::DivideByZero,
        0,
    ),
];

fn unaligned(wall: &mut Wall) {
    let attacker = ("unaligned_swap", object::UNALIGNED_SWAP);
    let address = memory_of(attacker).ram.end - 14;
    let title = "PR-2 an unaligned word of one's own may be read";
    wall.nothing(title, attacker, Act::LoadWord, address);
    let title = "PR-2 an exchange of an unaligned word is as the machine has it";
    if SWAPS_UNALIGNED_WORDS {
        wall.nothing(title, attacker, Act::Swap, address);
    } else {
        let told = if KNOWS_MISALIGNED_ADDRESS { address } else { 0 };
        wall.fault(title, attacker, (Act::Swap, address), Cause::Misaligned, told..=told);
    }
}
