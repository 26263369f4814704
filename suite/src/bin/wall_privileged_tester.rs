//! Asserts that a program can do nothing that is a kernel's to do: what it tries is its fault, or
//! has no effect (PR-2, WT-8).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use suite::hostile::Act;
use suite::wall::{Attack, Wall};
use suite_codegen::wall_privileged::tester::object;
use userspace::process_entry;

#[process_entry("tester")]
fn entry() -> ! {
    let mut wall = Wall::begin(9, object::NEIGHBOUR);
    for (title, attacker, act, operand) in PRIVILEGED {
        wall.attack(title, attacker, act, operand);
    }
    // The tester is the more important: its sleeps end in time, and the other is as busy as before.
    wall.attack(
        "WT-8 PR-2 a busy process keeps no more important one from running",
        ("spin", object::SPIN),
        Act::Spin,
        0,
    );
    wall.report.shut_down()
}

/// What only a kernel may do.
const PRIVILEGED: [Attack; 8] = [
    (
        "PR-2 what only a kernel may read is not read",
        ("read_status", object::READ_STATUS),
        Act::ReadStatus,
        0,
    ),
    (
        "PR-2 what the processor is called is not read",
        ("read_identity", object::READ_IDENTITY),
        Act::ReadIdentity,
        0,
    ),
    (
        "PR-2 what counts for others is not read",
        ("read_counter", object::READ_COUNTER),
        Act::ReadCounter,
        0,
    ),
    (
        "PR-2 interrupts are not forbidden",
        ("disable_interrupts", object::DISABLE_INTERRUPTS),
        Act::DisableInterrupts,
        0,
    ),
    (
        "PR-2 where traps go is not changed",
        ("write_vector", object::WRITE_VECTOR),
        Act::WriteVector,
        0,
    ),
    ("PR-2 the wall is not opened", ("open_wall", object::OPEN_WALL), Act::OpenWall, 0),
    (
        "PR-2 a trap that was not taken is not left",
        ("return_from_trap", object::RETURN_FROM_TRAP),
        Act::ReturnFromTrap,
        0,
    ),
    (
        "PR-2 a wait for interrupts keeps nobody from running",
        ("wait_for_interrupt", object::WAIT_FOR_INTERRUPT),
        Act::WaitForInterrupt,
        0,
    ),
];
