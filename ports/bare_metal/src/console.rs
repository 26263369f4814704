//! The console: every process's lines under its name, and the kernel's own word (PR-2, PR-7).
//!
//! The same lines as on Linux, byte by byte into a serial port. An unfinished line waits in a buffer
//! of its process; what is longer is broken.

use guichet_console::{DECIMAL, HEXADECIMAL, Line, LineBuffer, Sink, describe, digits, readable};
use guichet_kernel::{Fault, FaultCause, Report};

/// The longest line in bytes as the process wrote them. RAM for each process, so it is shorter
/// than on Linux.
const LINE_BYTES: usize = 96;

/// The unfinished line of a process.
pub type ProcessLine = LineBuffer<LINE_BYTES>;

/// Writes the line of the process called `name`, whole, to `out`.
pub(crate) fn process_line(name: &str, line: &Line<'_>, out: Sink<'_>) {
    out(b"[");
    readable(name.as_bytes(), out);
    out(b"] ");
    line.write(out);
    out(b"\n");
}

/// Writes the kernel's word on how the process called `name` ended; `message` is what it said in a
/// panic.
pub(crate) fn report_line(name: &str, report: Report, message: &[u8], out: Sink<'_>) {
    out(b"guichet: process `");
    readable(name.as_bytes(), out);
    out(b"` ");
    match report {
        Report::Exited(status) => {
            out(b"exited with status ");
            digits(word(status), DECIMAL, out);
        }
        Report::Terminated => out(b"was terminated by another process"),
        Report::Panicked(_) => {
            out(b"panicked: ");
            readable(message, out);
        }
        Report::Faulted(fault) => {
            out(b"faulted: ");
            out(describe(fault.cause).as_bytes());
            if fault.cause != FaultCause::NotStarted {
                place(fault, out);
            }
        }
    }
    out(b"\n");
}

/// Writes that the kernel itself has faulted, which ends the run.
pub(crate) fn kernel_fault_line(fault: Fault, out: Sink<'_>) {
    out(b"guichet: the kernel faulted, which is a bug in it: ");
    out(describe(fault.cause).as_bytes());
    place(fault, out);
    out(b"\n");
}

fn place(fault: Fault, out: Sink<'_>) {
    out(b" (pc 0x");
    digits(fault.pc, HEXADECIMAL, out);
    out(b", address 0x");
    digits(fault.address, HEXADECIMAL, out);
    out(b")");
}

/// Writes how many bytes of output were dropped (PR-7).
pub(crate) fn dropped_line(bytes: u32, out: Sink<'_>) {
    out(b"guichet: the console did not take ");
    digits(word(bytes), DECIMAL, out);
    out(b" bytes, which are lost\n");
}

/// A number that every machine has room for.
fn word(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_kernel::Grant;

    fn written(write: impl FnOnce(Sink<'_>)) -> String {
        let mut text = Vec::new();
        write(&mut |part| text.extend_from_slice(part));
        String::from_utf8(text).expect("UTF-8")
    }

    #[test]
    fn lines_carry_their_owner() {
        let mut line = ProcessLine::EMPTY;
        let mut text = String::new();
        line.push(b"hi\x07\n", &mut |line| {
            text += &written(|out| process_line("li\nar", &line, out));
        });
        assert_eq!(text, "[li\\x0aar] hi\\x07\n");
    }

    #[test]
    fn what_is_lost_is_counted() {
        let text = written(|out| dropped_line(1_050, out));
        assert_eq!(text, "guichet: the console did not take 1050 bytes, which are lost\n");
    }

    #[test]
    fn a_fault_of_the_kernel_says_that_it_is_one() {
        let fault = Fault { cause: FaultCause::MemoryAccess, pc: 0x10, address: 0x20 };
        let text = written(|out| kernel_fault_line(fault, out));
        let expected = "guichet: the kernel faulted, which is a bug in it: it touched memory that \
                        is not its own (pc 0x10, address 0x20)\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn every_report_reads_as_on_linux() {
        let fault = Fault { cause: FaultCause::MemoryAccess, pc: 0x8000_0010, address: 0 };
        let table = [
            (Report::Exited(0), "exited with status 0"),
            (Report::Exited(u32::MAX), "exited with status 4294967295"),
            (Report::Exited(1_000_020), "exited with status 1000020"),
            (Report::Panicked(Grant::EMPTY), "panicked: oh \\x1b"),
            (Report::Terminated, "was terminated by another process"),
            (
                Report::Faulted(fault),
                "faulted: it touched memory that is not its own (pc 0x80000010, address 0x0)",
            ),
            (
                Report::Faulted(Fault::new(FaultCause::NotStarted)),
                "faulted: it could not be started",
            ),
        ];
        for (report, expected) in table {
            let text = written(|out| report_line("p", report, b"oh \x1b", out));
            assert_eq!(text, format!("guichet: process `p` {expected}\n"));
        }
    }
}
