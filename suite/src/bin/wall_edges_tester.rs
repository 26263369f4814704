//! Asserts that a process's memory ends where it ends: the last byte is its own, and the next is not,
//! neither alone nor as a part of something that begins before (PR-2).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::machine::EMULATED_PAGE_BYTES;
use suite::wall::{Aim, AimedAttack, Mark, Memory, Wall, memory_of};
use suite_codegen::wall_edges::tester::object;
use userspace::channel::Initiator;
use userspace::process_entry;

use Mark::{FlashEnd, FlashStart, RamEnd, RamStart};

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(28, object::NEIGHBOUR);
    for (title, act, aim) in INSIDE {
        wall.on_one_address_space(title, |wall| {
            let address = own(object::INSIDE).at(aim);
            wall.nothing(title, ("inside", object::INSIDE), act, address);
        });
    }
    for (title, attacker, act, aim) in BEYOND {
        wall.on_one_address_space(title, |wall| {
            let own = own(attacker.1);
            if is_overlooked(&own, aim) {
                wall.report.leave_out(title, "the emulator looks at the first byte only");
            } else {
                wall.attack(title, attacker, act, own.at(aim));
            }
        });
    }
    wall.report.shut_down()
}

/// Where an attacker lies.
fn own(attacker: Initiator) -> Memory {
    memory_of(attacker).expect("the attacker answers")
}

/// Whether an access begins in a process's memory and the emulator does not see that it ends beyond.
fn is_overlooked(own: &Memory, (mark, offset): Aim) -> bool {
    let edge = own.at((mark, 0));
    matches!(mark, FlashEnd | RamEnd) && offset < 0 && !edge.is_multiple_of(EMULATED_PAGE_BYTES)
}

/// What is still one's own.
const INSIDE: [(&str, Act, Aim); 9] = [
    ("PR-2 the first byte of one's code may be read", Act::LoadByte, (FlashStart, 0)),
    ("PR-2 the last byte of one's code may be read", Act::LoadByte, (FlashEnd, -1)),
    ("PR-2 the last word of one's code may be read", Act::LoadWord, (FlashEnd, -4)),
    ("PR-2 the first byte of one's RAM may be read", Act::LoadByte, (RamStart, 0)),
    ("PR-2 the first byte of one's RAM may be written", Act::StoreByte, (RamStart, 0)),
    ("PR-2 the last word of one's RAM may be read", Act::LoadWord, (RamEnd, -4)),
    ("PR-2 the last byte of one's RAM may be written", Act::StoreByte, (RamEnd, -1)),
    ("PR-2 an unaligned word of one's RAM may be read", Act::LoadWord, (RamEnd, -5)),
    ("PR-2 the last word of one's RAM may be exchanged", Act::Swap, (RamEnd, -4)),
];

/// What is not.
const BEYOND: [AimedAttack; 19] = [
    (
        "PR-2 a read after the end of one's code is a fault",
        ("flash_after", object::FLASH_AFTER),
        Act::LoadByte,
        (FlashEnd, 0),
    ),
    (
        "PR-2 a read before the beginning of one's code is a fault",
        ("flash_before", object::FLASH_BEFORE),
        Act::LoadByte,
        (FlashStart, -1),
    ),
    (
        "PR-2 a read of the word after one's code is a fault",
        ("flash_word_after", object::FLASH_WORD_AFTER),
        Act::LoadWord,
        (FlashEnd, 0),
    ),
    (
        "PR-2 a read across the end of one's code is a fault",
        ("flash_across_end", object::FLASH_ACROSS_END),
        Act::LoadWord,
        (FlashEnd, -2),
    ),
    (
        "PR-2 a read across the beginning of one's code is a fault",
        ("flash_across_start", object::FLASH_ACROSS_START),
        Act::LoadWord,
        (FlashStart, -2),
    ),
    (
        "PR-2 a read of two bytes across the end of one's code is a fault",
        ("flash_half_across", object::FLASH_HALF_ACROSS),
        Act::LoadHalf,
        (FlashEnd, -1),
    ),
    (
        "PR-2 a jump to the end of one's code is a fault",
        ("flash_run_after", object::FLASH_RUN_AFTER),
        Act::Execute,
        (FlashEnd, 0),
    ),
    (
        "PR-2 a jump to before one's code is a fault",
        ("flash_run_before", object::FLASH_RUN_BEFORE),
        Act::Execute,
        (FlashStart, -4),
    ),
    (
        "PR-2 a read after the end of one's RAM is a fault",
        ("ram_after", object::RAM_AFTER),
        Act::LoadByte,
        (RamEnd, 0),
    ),
    (
        "PR-2 a read before the beginning of one's RAM is a fault",
        ("ram_before", object::RAM_BEFORE),
        Act::LoadByte,
        (RamStart, -1),
    ),
    (
        "PR-2 a read across the end of one's RAM is a fault",
        ("ram_across_end", object::RAM_ACROSS_END),
        Act::LoadWord,
        (RamEnd, -2),
    ),
    (
        "PR-2 a read across the beginning of one's RAM is a fault",
        ("ram_across_start", object::RAM_ACROSS_START),
        Act::LoadWord,
        (RamStart, -2),
    ),
    (
        "PR-2 a write after the end of one's RAM is a fault",
        ("ram_store_after", object::RAM_STORE_AFTER),
        Act::StoreByte,
        (RamEnd, 0),
    ),
    (
        "PR-2 a write before the beginning of one's RAM is a fault",
        ("ram_store_before", object::RAM_STORE_BEFORE),
        Act::StoreByte,
        (RamStart, -1),
    ),
    (
        "PR-2 a write of the word before one's RAM is a fault",
        ("ram_store_word", object::RAM_STORE_WORD),
        Act::StoreWord,
        (RamStart, -4),
    ),
    (
        "PR-2 a write across the end of one's RAM is a fault",
        ("ram_store_across", object::RAM_STORE_ACROSS),
        Act::StoreWord,
        (RamEnd, -1),
    ),
    (
        "PR-2 a write across the beginning of one's RAM is a fault",
        ("ram_store_into", object::RAM_STORE_INTO),
        Act::StoreWord,
        (RamStart, -3),
    ),
    (
        "PR-2 a write of two bytes across the end of one's RAM is a fault",
        ("ram_store_half", object::RAM_STORE_HALF),
        Act::StoreHalf,
        (RamEnd, -1),
    ),
    (
        "PR-2 an exchange after the end of one's RAM is a fault",
        ("ram_swap_after", object::RAM_SWAP_AFTER),
        Act::Swap,
        (RamEnd, 0),
    ),
];
