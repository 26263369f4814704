//! What Linux tells of a program's end, in the kernel's words (PR-2).

use std::fmt;

use guichet_kernel::{Fault, FaultCause};

/// How a Linux process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinuxEnd {
    /// It exited with this code, without having asked the kernel.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
    /// It was killed while what it shares was changed: by somebody, or by the supervisor, as it would otherwise
    /// have kept memory that it had no right to.
    Revoked,
    /// Linux no longer knows: somebody else collected its status.
    Unknown,
}

impl LinuxEnd {
    /// The kernel's cause for this end. The exit of a Linux process is no `process_exit`: a
    /// program that leaves behind the kernel's back has crashed.
    pub(crate) fn fault(self) -> Fault {
        let cause = match self {
            LinuxEnd::Killed(libc::SIGKILL | libc::SIGTERM) | LinuxEnd::Revoked => {
                FaultCause::Killed
            }
            LinuxEnd::Killed(signal) => cause_of_signal(signal),
            LinuxEnd::Exited(_) | LinuxEnd::Unknown => FaultCause::Unknown,
        };
        Fault::new(cause)
    }
}

impl fmt::Display for LinuxEnd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            LinuxEnd::Exited(code) => write!(out, "its Linux process exited with code {code}"),
            LinuxEnd::Killed(signal) => write!(out, "{} ended it", SignalName(signal)),
            LinuxEnd::Revoked => out.write_str(
                "while what it shares was changed: by somebody, or because a debugger holds it",
            ),
            LinuxEnd::Unknown => out.write_str("its Linux process was collected by another"),
        }
    }
}

/// The cause that a signal stands for: one that a crash raised, or that somebody sent.
pub(crate) fn cause_of_signal(signal: i32) -> FaultCause {
    match signal {
        libc::SIGSEGV => FaultCause::MemoryAccess,
        libc::SIGBUS => FaultCause::Misaligned,
        libc::SIGILL => FaultCause::IllegalInstruction,
        libc::SIGFPE => FaultCause::Arithmetic,
        libc::SIGTRAP => FaultCause::Breakpoint,
        libc::SIGSYS => FaultCause::ForbiddenSystemCall,
        libc::SIGKILL | libc::SIGTERM | libc::SIGINT | libc::SIGHUP | libc::SIGQUIT => {
            FaultCause::Killed
        }
        _ => FaultCause::Unknown,
    }
}

/// A signal as people know it.
pub(crate) struct SignalName(pub(crate) i32);

impl fmt::Display for SignalName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            libc::SIGHUP => "SIGHUP",
            libc::SIGINT => "SIGINT",
            libc::SIGQUIT => "SIGQUIT",
            libc::SIGILL => "SIGILL",
            libc::SIGTRAP => "SIGTRAP",
            libc::SIGABRT => "SIGABRT",
            libc::SIGBUS => "SIGBUS",
            libc::SIGFPE => "SIGFPE",
            libc::SIGKILL => "SIGKILL",
            libc::SIGUSR1 => "SIGUSR1",
            libc::SIGSEGV => "SIGSEGV",
            libc::SIGTERM => "SIGTERM",
            libc::SIGSYS => "SIGSYS",
            number => return write!(out, "Linux signal {number}"),
        };
        write!(out, "Linux signal {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_causes_and_names() {
        let table = [
            (libc::SIGKILL, FaultCause::Killed, "Linux signal SIGKILL"),
            (libc::SIGSEGV, FaultCause::MemoryAccess, "Linux signal SIGSEGV"),
            (libc::SIGSYS, FaultCause::ForbiddenSystemCall, "Linux signal SIGSYS"),
            (libc::SIGILL, FaultCause::IllegalInstruction, "Linux signal SIGILL"),
            (libc::SIGFPE, FaultCause::Arithmetic, "Linux signal SIGFPE"),
            (63, FaultCause::Unknown, "Linux signal 63"),
            (-1, FaultCause::Unknown, "Linux signal -1"),
        ];
        for (signal, cause, name) in table {
            assert_eq!(LinuxEnd::Killed(signal).fault(), Fault::new(cause));
            assert_eq!(LinuxEnd::Killed(signal).to_string(), format!("{name} ended it"));
        }
        assert_eq!(LinuxEnd::Revoked.fault().cause, FaultCause::Killed);
        assert_eq!(LinuxEnd::Exited(3).fault().cause, FaultCause::Unknown);
        assert!(LinuxEnd::Exited(3).to_string().contains("code 3"));
    }
}
