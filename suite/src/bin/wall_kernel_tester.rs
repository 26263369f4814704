//! Asserts that no process reads, writes or executes the kernel's memory (PR-2).
//!
//! The kernel has the beginning of flash and of RAM, up to where the first process lies, and that is
//! the neighbour.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::wall::{AimedAttack, Mark, Wall};
use suite_codegen::wall_kernel::tester::object;
use userspace::process_entry;

use Mark::{FlashStart, KernelFlash, KernelRam, RamStart};

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(16, object::NEIGHBOUR);
    wall.attack_neighbour(&ATTACKS);
    wall.report.shut_down()
}

/// What the kernel has, from one end to the other.
const ATTACKS: [AimedAttack; 16] = [
    (
        "PR-2 a read of the kernel's first instruction is a fault",
        ("load_flash_first", object::LOAD_FLASH_FIRST),
        Act::LoadWord,
        (KernelFlash, 0),
    ),
    (
        "PR-2 a read of the last byte before all programs is a fault",
        ("load_flash_last", object::LOAD_FLASH_LAST),
        Act::LoadByte,
        (FlashStart, -1),
    ),
    (
        "PR-2 a write to the kernel's first instruction is a fault",
        ("store_flash_first", object::STORE_FLASH_FIRST),
        Act::StoreWord,
        (KernelFlash, 0),
    ),
    (
        "PR-2 a write to the last byte before all programs is a fault",
        ("store_flash_last", object::STORE_FLASH_LAST),
        Act::StoreByte,
        (FlashStart, -1),
    ),
    (
        "PR-2 a jump to the kernel's first instruction is a fault",
        ("run_flash_first", object::RUN_FLASH_FIRST),
        Act::Execute,
        (KernelFlash, 0),
    ),
    (
        "PR-2 a jump into the kernel is a fault",
        ("run_flash_inside", object::RUN_FLASH_INSIDE),
        Act::Execute,
        (KernelFlash, 0x200),
    ),
    (
        "PR-2 a jump to an odd address of the kernel's is a fault",
        ("run_flash_odd", object::RUN_FLASH_ODD),
        Act::Execute,
        (KernelFlash, 0x101),
    ),
    (
        "PR-2 a jump to the last word before all programs is a fault",
        ("run_flash_last", object::RUN_FLASH_LAST),
        Act::Execute,
        (FlashStart, -4),
    ),
    (
        "PR-2 a read of the kernel's first byte of RAM is a fault",
        ("load_ram_first", object::LOAD_RAM_FIRST),
        Act::LoadByte,
        (KernelRam, 0),
    ),
    (
        "PR-2 a read of the last byte before all programs' RAM is a fault",
        ("load_ram_last", object::LOAD_RAM_LAST),
        Act::LoadByte,
        (RamStart, -1),
    ),
    (
        "PR-2 a write to the kernel's first byte of RAM is a fault",
        ("store_ram_first", object::STORE_RAM_FIRST),
        Act::StoreByte,
        (KernelRam, 0),
    ),
    (
        "PR-2 a write to the kernel's stack is a fault",
        ("store_stack", object::STORE_STACK),
        Act::StoreWord,
        (KernelRam, 0x7FC),
    ),
    (
        "PR-2 an exchange of a word of the kernel's is a fault",
        ("swap_ram", object::SWAP_RAM),
        Act::Swap,
        (KernelRam, 0x1000),
    ),
    (
        "PR-2 a write to the last byte before all programs' RAM is a fault",
        ("store_ram_last", object::STORE_RAM_LAST),
        Act::StoreByte,
        (RamStart, -1),
    ),
    (
        "PR-2 a jump to the kernel's RAM is a fault",
        ("run_ram_first", object::RUN_RAM_FIRST),
        Act::Execute,
        (KernelRam, 0),
    ),
    (
        "PR-2 a jump to the last word before all programs' RAM is a fault",
        ("run_ram_last", object::RUN_RAM_LAST),
        Act::Execute,
        (RamStart, -4),
    ),
];
