//! What only Arm boards have: a debugger's breakpoint, frames on a program's stack, floating point
//! (PR-2, AB-9).

use std::fs;
use std::path::Path;

use crate::common::{edit, folder, has_boards, new_system, run};

/// The boards with the walls of each architecture.
const BOARDS: [&str; 3] = ["lm3s6965evb", "mps2_an385", "mps2_an505"];

/// Builds a system of these programs and runs it; its output must be these lines, of which the one
/// that begins with `guichet` only has to begin so, and its status 0.
fn expect(folder: &Path, board: &str, expected: &[&str]) {
    let seen = run(folder, &["run", "hostile", "--board", board, "--timeout", "60"]);
    seen.ends_with(0);
    let lines: Vec<&str> = seen.output.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{board}: {seen:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{board}: expected {expected}: {seen:#?}");
    }
}

/// What the peer of a process that is to end says once it has slept, which shows that time goes on.
const PEER: &str = "[handler] slept";

#[test]
fn what_a_program_does_to_the_machine_is_its_own_fault() {
    if !has_boards() {
        return;
    }
    let memory = "it touched memory that is not its own";
    // On the first board QEMU lets such an access come to nothing, without a fault.
    let registers = &BOARDS[1..];
    let table = [
        // The emulator's own services, which can end the run and read the host's files.
        ("movs r0, #0x18; ldr r1, =0x20026; bkpt #0xAB", "it hit a breakpoint", &BOARDS[..]),
        // A stack pointer that is nowhere: on the way into a call, a fault, an interrupt.
        ("mov sp, r4; svc #0", memory, &BOARDS),
        ("mov sp, r4; udf #0", memory, &BOARDS),
        ("mov sp, r4; 2: b 2b", memory, &BOARDS),
        // The processor's registers.
        ("ldr r0, =0xE000ED94; ldr r0, [r0]", memory, registers),
        ("ldr r0, =0xE000ED94; str r0, [r0]", memory, registers),
        ("ldr r0, =0xE000E100; str r0, [r0]", memory, registers),
        ("movs r0, #0; sdiv r0, r0, r0", "it divided by zero or overflowed", &BOARDS),
        ("bx r4", memory, &BOARDS),
        // Into the state that is not secure (BXNS), where there is one.
        (".inst.n 0x4724", memory, &BOARDS[2..]),
        ("push {{r0}}; mov r0, sp; adds r0, #1; bx r0", memory, &BOARDS),
    ];
    let folder = folder();
    let system = new_system(folder.path(), "hostile");
    let program = include_str!("programs/hostile_initiator.rs");
    let handler = include_str!("programs/sleeping_handler.rs");
    fs::write(system.join("handler/src/main.rs"), handler).expect("a program");
    for (number, (instructions, cause, boards)) in table.into_iter().enumerate() {
        let text = program.replace("INSTRUCTIONS", instructions);
        fs::write(system.join("initiator/src/main.rs"), text).expect("a program");
        let board = boards[number % boards.len()];
        let fault = format!("guichet: process `initiator` faulted: {cause} (pc 0x");
        expect(folder.path(), board, &[&fault, PEER]);
    }
}

#[test]
fn a_frame_that_was_rewritten_is_a_fault_of_its_process() {
    if !has_boards() {
        return;
    }
    // What the answer puts in the place of the program counter and the status.
    let table = [
        ("0x100", "0x0100_0000"),
        ("0x100", "0"),
        ("0", "0x0100_0005"),
        ("0x2000_0100", "0x0100_000B"),
        ("0xFFFF_FFFC", "0xFFFF_FFFF"),
    ];
    let folder = folder();
    let system = new_system(folder.path(), "hostile");
    let initiator = include_str!("programs/frame_initiator.rs");
    fs::write(system.join("initiator/src/main.rs"), initiator).expect("a program");
    let handler = include_str!("programs/frame_handler.rs");
    for (pc, status) in table {
        let text = handler.replace("PC_WORD", pc).replace("STATUS_WORD", status);
        fs::write(system.join("handler/src/main.rs"), text).expect("a program");
        for board in BOARDS {
            expect(folder.path(), board, &["guichet: process `initiator` faulted: it ", PEER]);
        }
    }
}

#[test]
fn floating_point_registers_are_kept_and_shown_to_nobody_else() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let system = new_system(folder.path(), "hostile");
    let shared = include_str!("programs/floating_point.rs");
    fs::write(system.join("floating_point.rs"), shared).expect("a file");
    for (process, text) in [
        ("initiator", include_str!("programs/keeping_initiator.rs")),
        ("handler", include_str!("programs/keeping_handler.rs")),
    ] {
        fs::write(system.join(process).join("src/main.rs"), text).expect("a program");
    }
    // So that it preempts when it wakes.
    let thread = "name: \"handler thread\"";
    edit(&system.join("system.json5"), thread, &format!("{thread}, priority: 20"));
    let expected = [
        "[initiator] not used yet: zero",
        "[initiator] preempted: kept",
        "[initiator] asleep: kept",
    ];
    expect(folder.path(), "mps2_an386", &expected);
}
