//! Prints, one turn after the other, what is hard for a console. What must be seen of it stands in the
//! system's expected.txt.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use suite_codegen::console::talker::object::TURN;
use userspace::syscall::{Signals, debug_log, debug_putc};
use userspace::time::Instant;
use userspace::{print, println, process_entry};

#[process_entry("talker")]
fn entry() -> Result<()> {
    for turn in TURNS {
        TURN.wait(Signals::READABLE, Instant::MAX)?;
        turn()?;
        TURN.respond(&[0u8; 0])?;
    }
    print!("the end of a process ends its line");
    Ok(())
}

const TURNS: [fn() -> Result<()>; 10] = [
    || {
        println!("a line of the talker");
        Ok(())
    },
    || {
        print!("the first half");
        Ok(())
    },
    || {
        println!(" and the second");
        Ok(())
    },
    || debug_log("bell \x07 colour \x1b[31m tab \t delete \x7f zero \0\n"),
    || debug_log(b"\xff and \xc3\x28 are no text\n"),
    || debug_log("Größe ✓ \u{202e}reversed\u{200b}\n"),
    || {
        println!("guichet: process `tester` faulted: a forgery");
        println!("[tester] a forgery");
        debug_log("one\nguichet: two\r[tester] three\n\n")
    },
    || "pütc\n".chars().try_for_each(debug_putc),
    || {
        println!("{:->200}", ">");
        Ok(())
    },
    || {
        debug_log(&[b'y'; 128])?;
        debug_log("\n")
    },
];
