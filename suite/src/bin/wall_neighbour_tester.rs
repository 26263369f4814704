//! Asserts that no process reads, writes or executes another's memory (PR-2).
//!
//! The neighbour says where it lies; attackers try its first and last bytes and what lies between.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::wall::{AimedAttack, Mark, Wall};
use suite_codegen::wall_neighbour::tester::object;
use userspace::process_entry;

use Mark::{FlashEnd, FlashStart, RamEnd, RamStart, Stack, Variable};

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(16, object::NEIGHBOUR);
    wall.attack_neighbour(&ATTACKS);
    wall.report.shut_down()
}

/// What the neighbour has, from one end to the other.
const ATTACKS: [AimedAttack; 16] = [
    (
        "PR-2 a read of a neighbour's first byte of code is a fault",
        ("load_flash_first", object::LOAD_FLASH_FIRST),
        Act::LoadByte,
        (FlashStart, 0),
    ),
    (
        "PR-2 a read of a neighbour's last byte of code is a fault",
        ("load_flash_last", object::LOAD_FLASH_LAST),
        Act::LoadByte,
        (FlashEnd, -1),
    ),
    (
        "PR-2 a read of a neighbour's first byte of RAM is a fault",
        ("load_ram_first", object::LOAD_RAM_FIRST),
        Act::LoadByte,
        (RamStart, 0),
    ),
    (
        "PR-2 a read of a neighbour's last byte of RAM is a fault",
        ("load_ram_last", object::LOAD_RAM_LAST),
        Act::LoadByte,
        (RamEnd, -1),
    ),
    (
        "PR-2 a read of a neighbour's variable is a fault",
        ("load_variable", object::LOAD_VARIABLE),
        Act::LoadWord,
        (Variable, 0),
    ),
    (
        "PR-2 a write to a neighbour's first byte of code is a fault",
        ("store_flash_first", object::STORE_FLASH_FIRST),
        Act::StoreByte,
        (FlashStart, 0),
    ),
    (
        "PR-2 a write to a neighbour's last byte of code is a fault",
        ("store_flash_last", object::STORE_FLASH_LAST),
        Act::StoreByte,
        (FlashEnd, -1),
    ),
    (
        "PR-2 a write to a neighbour's first byte of RAM is a fault",
        ("store_ram_first", object::STORE_RAM_FIRST),
        Act::StoreByte,
        (RamStart, 0),
    ),
    (
        "PR-2 a write to a neighbour's last byte of RAM is a fault",
        ("store_ram_last", object::STORE_RAM_LAST),
        Act::StoreByte,
        (RamEnd, -1),
    ),
    (
        "PR-2 a write to a neighbour's stack is a fault",
        ("store_stack", object::STORE_STACK),
        Act::StoreWord,
        (Stack, 0),
    ),
    (
        "PR-2 an exchange of a neighbour's variable is a fault",
        ("swap_variable", object::SWAP_VARIABLE),
        Act::Swap,
        (Variable, 0),
    ),
    (
        "PR-2 a jump to a neighbour's first instruction is a fault",
        ("run_flash_first", object::RUN_FLASH_FIRST),
        Act::Execute,
        (FlashStart, 0),
    ),
    (
        "PR-2 a jump to a neighbour's last word of code is a fault",
        ("run_flash_last", object::RUN_FLASH_LAST),
        Act::Execute,
        (FlashEnd, -4),
    ),
    (
        "PR-2 a jump to an odd address of a neighbour's is a fault",
        ("run_flash_odd", object::RUN_FLASH_ODD),
        Act::Execute,
        (FlashStart, 33),
    ),
    (
        "PR-2 a jump to a neighbour's RAM is a fault",
        ("run_ram_first", object::RUN_RAM_FIRST),
        Act::Execute,
        (RamStart, 0),
    ),
    (
        "PR-2 a jump to the end of a neighbour's RAM is a fault",
        ("run_ram_last", object::RUN_RAM_LAST),
        Act::Execute,
        (RamEnd, -4),
    ),
];
