//! Why a process was stopped, in words.

use guichet_kernel::FaultCause;

/// Says why a process was stopped, for the console (PR-2): the end of a sentence that begins with
/// the process.
pub const fn describe(cause: FaultCause) -> &'static str {
    match cause {
        FaultCause::MemoryAccess => "it touched memory that is not its own",
        FaultCause::StackOverflow => "it ran past the end of its stack",
        FaultCause::IllegalInstruction => "it executed an illegal instruction",
        FaultCause::Misaligned => {
            "it used an address that is misaligned or has no memory behind it"
        }
        FaultCause::Arithmetic => "it divided by zero or overflowed",
        FaultCause::Breakpoint => "it hit a breakpoint",
        FaultCause::ForbiddenSystemCall => "it made a Linux system call that its wall forbids",
        FaultCause::Panic => "it panicked",
        FaultCause::Killed => "it was killed from outside the system",
        FaultCause::Unresponsive => "it did not let itself be preempted",
        FaultCause::NotStarted => "it could not be started",
        FaultCause::Unknown => "it ended for a reason that nobody knows",
    }
}
