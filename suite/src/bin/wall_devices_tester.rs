//! Asserts that no process reaches what belongs to no process: devices, the ends of the address
//! space (PR-2).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::machine::{self, ignores_refused_access};
use suite::wall::{Attack, Wall};
use suite_codegen::wall_devices::tester::object;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(18, object::NEIGHBOUR);
    for (title, attacker, act, address) in ENDS {
        wall.attack(title, attacker, act, address);
    }
    for (title, attacker, act, address) in DEVICES {
        if ignores_refused_access(address) {
            // That it did nothing is seen by the wall, the timer and everybody going on.
            wall.nothing(title, attacker, act, address);
        } else {
            wall.attack_addresses(&[(title, attacker, act, address)]);
        }
    }
    wall.report.shut_down()
}

/// The ends of the address space, where no machine has memory for a process.
const ENDS: [Attack; 8] = [
    ("PR-2 a read of null is a fault", ("load_null", object::LOAD_NULL), Act::LoadByte, 0),
    ("PR-2 a write to null is a fault", ("store_null", object::STORE_NULL), Act::StoreByte, 0),
    ("PR-2 a jump to null is a fault", ("run_null", object::RUN_NULL), Act::Execute, 0),
    (
        "PR-2 a read of the last byte that an address can name is a fault",
        ("load_top", object::LOAD_TOP),
        Act::LoadByte,
        usize::MAX,
    ),
    (
        "PR-2 a read of the last word that an address can name is a fault",
        ("load_top_word", object::LOAD_TOP_WORD),
        Act::LoadWord,
        usize::MAX - 3,
    ),
    (
        "PR-2 a read that wraps around the address space is a fault",
        ("load_wrapping", object::LOAD_WRAPPING),
        Act::LoadWord,
        usize::MAX - 1,
    ),
    (
        "PR-2 a write to the last byte that an address can name is a fault",
        ("store_top", object::STORE_TOP),
        Act::StoreByte,
        usize::MAX,
    ),
    (
        "PR-2 a jump to the last word that an address can name is a fault",
        ("run_top", object::RUN_TOP),
        Act::Execute,
        usize::MAX - 3,
    ),
];

/// Registers of devices.
const DEVICES: [Attack; 10] = [
    (
        "PR-2 a read of the console's port is a fault",
        ("load_console", object::LOAD_CONSOLE),
        Act::LoadWord,
        machine::CONSOLE,
    ),
    (
        "PR-2 a write to the console's port is a fault",
        ("store_console", object::STORE_CONSOLE),
        Act::StoreWord,
        machine::CONSOLE,
    ),
    (
        "PR-2 a read of the timer is a fault",
        ("load_timer", object::LOAD_TIMER),
        Act::LoadWord,
        machine::TIMER,
    ),
    (
        "PR-2 a write to the timer is a fault",
        ("store_timer", object::STORE_TIMER),
        Act::StoreWord,
        machine::TIMER,
    ),
    (
        "PR-2 a read of the interrupt controller is a fault",
        ("load_interrupts", object::LOAD_INTERRUPTS),
        Act::LoadWord,
        machine::INTERRUPTS,
    ),
    (
        "PR-2 a write to the interrupt controller is a fault",
        ("store_interrupts", object::STORE_INTERRUPTS),
        Act::StoreWord,
        machine::INTERRUPTS,
    ),
    (
        "PR-2 a read of what resets or ends the machine is a fault",
        ("load_reset", object::LOAD_RESET),
        Act::LoadWord,
        machine::RESET,
    ),
    (
        "PR-2 a write to what resets or ends the machine is a fault",
        ("store_reset", object::STORE_RESET),
        Act::StoreWord,
        machine::RESET,
    ),
    (
        "PR-2 a read of what controls the processor is a fault",
        ("load_control", object::LOAD_CONTROL),
        Act::LoadWord,
        machine::CONTROL,
    ),
    (
        "PR-2 a write to what controls the processor is a fault",
        ("store_control", object::STORE_CONTROL),
        Act::StoreWord,
        machine::CONTROL,
    ),
];
