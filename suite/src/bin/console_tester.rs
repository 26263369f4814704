//! Asserts what the console's calls accept, and takes turns with the talker (PR-7).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result, StatusCode};
use suite::hostile::call_with;
use suite::report::{Case, Report};
use suite::timing::patience;
use suite_codegen::console::tester::object::TALKER;
use userspace::raw::Syscall;
use userspace::syscall::{debug_log, debug_putc};
use userspace::{print, println, process_entry};

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(7);
    report.case("PR-7 the talker's lines and this one's take turns", talk);
    limits(&mut report);
    characters(&mut report);
    report.case("PR-7 a process that ends is heard to its end", |case| {
        let found = TALKER.transact(&[0u8; 0], &mut [0u8; 0], patience());
        case.equal(found, Err(Error::Unavailable));
        Ok(())
    });
    print!("the end of the run ends this line");
    report.shut_down()
}

/// Lets the talker have its turns; between the halves of a line of its, this process says something.
fn talk(_: &mut Case) -> Result<()> {
    for turn in 0..10 {
        TALKER.transact(&[0u8; 0], &mut [0u8; 0], patience())?;
        if turn == 1 {
            println!("a line between two halves");
        }
    }
    Ok(())
}

fn limits(report: &mut Report) {
    report.case("PR-7 128 bytes are taken in one call", |case| {
        case.equal(debug_log(&[b'x'; 128]), Ok(()));
        case.equal(debug_log("\n"), Ok(()));
        Ok(())
    });
    report.case("PR-7 AB-1 129 bytes are refused, and nothing is seen of them", |case| {
        case.equal(debug_log(&[b'z'; 129]), Err(Error::OutOfRange));
        case.equal(debug_log(&[b'z'; 4096]), Err(Error::OutOfRange));
        Ok(())
    });
    report.equal("PR-7 no text at all is fine", debug_log(""), Ok(()));
}

fn characters(report: &mut Report) {
    report.case("PR-7 AB-3 what is no character is refused, and nothing is seen of it", |case| {
        let expected = Error::InvalidArgument.status_code();
        for word in [0xD800, 0xDFFF, 0x11_0000, 0xFFFF_FFFF, usize::MAX] {
            let found = call_with(Syscall::DebugPutCharacter, [word]).status;
            case.equal_for(word, found, expected);
        }
        Ok(())
    });
    report.case("PR-7 every character is taken", |case| {
        for character in ['\u{10ffff}', '\u{d7ff}', '\u{e000}', '\0', '\n'] {
            case.equal(debug_putc(character), Ok(()));
        }
        Ok(())
    });
}
