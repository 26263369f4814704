//! Asserts that a program's stack pointer harms nobody, wherever it points when the program calls,
//! faults or is interrupted (PR-2).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::wall::{AimedAttack, Attack, Mark, Wall};
use suite_codegen::wall_stack_pointer::tester::object;
use userspace::process_entry;

use Mark::{KernelRam, RamEnd, Stack};

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(15, object::NEIGHBOUR);
    for (title, attacker, act, stack) in NOWHERE {
        wall.attack(title, attacker, act, stack);
    }
    wall.attack_neighbour(&ELSEWHERE);
    wall.report.shut_down()
}

/// Stacks in no memory at all.
const NOWHERE: [Attack; 4] = [
    (
        "PR-2 a push to a stack in null is a fault",
        ("store_null", object::STORE_NULL),
        Act::StackStore,
        0,
    ),
    (
        "PR-2 a fault on a stack in null ends its process alone",
        ("fault_null", object::FAULT_NULL),
        Act::StackIllegal,
        0,
    ),
    (
        "PR-2 a call from a stack in null harms nobody",
        ("call_null", object::CALL_NULL),
        Act::StackCall,
        0,
    ),
    (
        "PR-2 an interrupt on a stack in null harms nobody",
        ("spin_null", object::SPIN_NULL),
        Act::StackSpin,
        0,
    ),
];

/// Stacks in the memory of others, and one that no machine aligns so.
const ELSEWHERE: [AimedAttack; 11] = [
    (
        "PR-2 a push to a stack in the kernel's RAM is a fault",
        ("store_kernel", object::STORE_KERNEL),
        Act::StackStore,
        (KernelRam, 0x400),
    ),
    (
        "PR-2 a push to a stack in a neighbour's RAM is a fault",
        ("store_neighbour", object::STORE_NEIGHBOUR),
        Act::StackStore,
        (RamEnd, -64),
    ),
    (
        "PR-2 a fault on a stack in the kernel's RAM ends its process alone",
        ("fault_kernel", object::FAULT_KERNEL),
        Act::StackIllegal,
        (KernelRam, 0x400),
    ),
    (
        "PR-2 a call from a stack in the kernel's RAM harms nobody",
        ("call_kernel", object::CALL_KERNEL),
        Act::StackCall,
        (KernelRam, 0x400),
    ),
    (
        "PR-2 an interrupt on a stack in the kernel's RAM harms nobody",
        ("spin_kernel", object::SPIN_KERNEL),
        Act::StackSpin,
        (KernelRam, 0x400),
    ),
    (
        "PR-2 a fault on a stack in a neighbour's RAM ends its process alone",
        ("fault_neighbour", object::FAULT_NEIGHBOUR),
        Act::StackIllegal,
        (RamEnd, -64),
    ),
    (
        "PR-2 a call from a stack in a neighbour's RAM harms nobody",
        ("call_neighbour", object::CALL_NEIGHBOUR),
        Act::StackCall,
        (RamEnd, -64),
    ),
    (
        "PR-2 an interrupt on a stack in a neighbour's RAM harms nobody",
        ("spin_neighbour", object::SPIN_NEIGHBOUR),
        Act::StackSpin,
        (RamEnd, -64),
    ),
    (
        "PR-2 a fault on a stack in nothing that is aligned ends its process alone",
        ("fault_unaligned", object::FAULT_UNALIGNED),
        Act::StackIllegal,
        (Stack, 1),
    ),
    (
        "PR-2 a call from a stack in nothing that is aligned harms nobody",
        ("call_unaligned", object::CALL_UNALIGNED),
        Act::StackCall,
        (Stack, 1),
    ),
    (
        "PR-2 an interrupt on a stack in nothing that is aligned harms nobody",
        ("spin_unaligned", object::SPIN_UNALIGNED),
        Act::StackSpin,
        (Stack, 1),
    ),
];
