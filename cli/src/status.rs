//! What the exit status of `guichet` means.
//!
//! A script that runs a system wants to know whether the system failed or the tool did. The
//! system's own statuses are those of `debug_shutdown`: 0, or the code of one of the sixteen errors
//! (PR-7, AB-1). So the tool's own begin above them, and keep clear of the numbers that shells and
//! `timeout` use. Only a wrong command line has 2, as everywhere (clap's).

use guichet_port_linux::Ending;

/// `check` found errors.
pub const CHECK_FAILED: u8 = 1;
/// The command line is wrong; clap's own status for that.
pub const WRONG_COMMAND_LINE: u8 = 2;
/// system.json5 is missing or wrong, so there was nothing to build.
pub const SYSTEM_WRONG: u8 = 20;
/// A process's program cannot be found.
pub const NO_PROGRAM: u8 = 21;
/// A process's program does not build.
pub const NOT_BUILT: u8 = 22;
/// The system was built, but Linux or a program's file does not allow it to run.
pub const NOT_RUN: u8 = 23;
/// The run ended because every process had ended and none had shut the system down.
pub const NOTHING_LEFT: u8 = 24;
/// `new` could not make the system.
pub const NOT_MADE: u8 = 25;
/// The time given for a run was over; what `timeout` reports.
pub const TIMED_OUT: u8 = 124;
/// What a shell reports of a command that wrote to a closed pipe: 128 and SIGPIPE.
pub const BROKEN_PIPE: u8 = 141;

/// The status of a command that this Linux signal ended: 130 for Ctrl-C (TL-1).
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(signal).unwrap_or(0).saturating_add(128)
}

/// The status of a run that ended so.
pub fn of_ending(ending: &Ending) -> u8 {
    match ending {
        Ending::NothingLeft => NOTHING_LEFT,
        Ending::Shutdown(_) | Ending::TimedOut(_) | Ending::Interrupted(_) => ending.exit_status(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_own_statuses_are_no_codes_of_errors() {
        let highest_error = guichet_port_linux::Ending::Shutdown(16).exit_status();
        for own in [SYSTEM_WRONG, NO_PROGRAM, NOT_BUILT, NOT_RUN, NOTHING_LEFT, NOT_MADE] {
            assert!(own > highest_error && own < 124, "{own}");
        }
    }

    #[test]
    fn a_signal_counts_as_it_does_in_a_shell() {
        assert_eq!(of_signal(2), 130);
        assert_eq!(of_signal(-7), 128);
        assert_eq!(of_signal(i32::MAX), 128);
    }
}
