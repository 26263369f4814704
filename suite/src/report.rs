//! Cases, and the lines that tell of them.
//!
//! A program first says how many cases it has, so that one that ends early is noticed. Then each case
//! is one line, whatever happens in it: a case that fails does not keep the later ones from running.
//!
//! ```text
//! plan 2
//! ok CH-2 a round trip carries both messages
//! FAILED CH-4 an answer ends the transaction: found Ok(()), expected Err(Unavailable) (src/x.rs:7)
//! left out CH-9 ERROR rises: nobody can end a process here
//! ```
//!
//! The first word of a title is the clause that the case is about, as spec.md names it; more may
//! follow, each a word of its own.

use core::fmt::Debug;
use core::panic::Location;

use pw_status::{Error, Result};
use userspace::println;
use userspace::syscall::debug_shutdown;

/// The cases of one program, and how they went.
#[derive(Debug)]
pub struct Report {
    planned: u32,
    made: u32,
    failed: u32,
}

impl Report {
    /// Announces that `planned` cases will come.
    pub fn plan(planned: u32) -> Report {
        println!("plan {planned}");
        Report { planned, made: 0, failed: 0 }
    }

    /// Runs one case. It fails at its first check that does, or if it ends with an error; then it
    /// goes on, but says no more.
    #[track_caller]
    pub fn case(&mut self, title: &'static str, body: impl FnOnce(&mut Case) -> Result<()>) {
        let mut case = Case { title, part: "", has_failed: false };
        if let Err(error) = body(&mut case) {
            case.fail(format_args!("it ended with {error:?}"), Location::caller());
        }
        self.made += 1;
        if case.has_failed {
            self.failed += 1;
        } else {
            println!("ok {title}");
        }
    }

    /// A case of one check: that `found` is `expected`.
    #[track_caller]
    pub fn equal<T: Debug + PartialEq>(&mut self, title: &'static str, found: T, expected: T) {
        let place = Location::caller();
        self.case(title, |case| {
            case.equal_at(found, expected, place);
            Ok(())
        });
    }

    /// A case of one check: that `condition` holds.
    #[track_caller]
    pub fn holds(&mut self, title: &'static str, condition: bool) {
        self.equal(title, condition, true);
    }

    /// Leaves out a case that means nothing on this machine, for a reason that is shown.
    pub fn leave_out(&mut self, title: &'static str, reason: &str) {
        self.made += 1;
        println!("left out {title}: {reason}");
    }

    /// Whether every case went well, and there were as many as planned.
    ///
    /// # Errors
    /// `Unknown` if not: what is wrong stands in the lines.
    pub fn result(&self) -> Result<()> {
        if self.failed == 0 && self.made == self.planned { Ok(()) } else { Err(Error::Unknown) }
    }

    /// Ends the run, with an error if something is wrong with the cases.
    pub fn shut_down(&self) -> ! {
        let refused = debug_shutdown(self.result());
        panic!("the run goes on after a shutdown: {refused:?}");
    }
}

/// One case while it runs.
#[derive(Debug)]
pub struct Case {
    title: &'static str,
    /// What of it is on.
    part: &'static str,
    has_failed: bool,
}

impl Case {
    /// Says what comes now, for what fails from here on.
    pub fn part(&mut self, part: &'static str) {
        self.part = part;
    }

    /// Checks that `found` is `expected`.
    #[track_caller]
    pub fn equal<T: Debug + PartialEq>(&mut self, found: T, expected: T) {
        self.equal_at(found, expected, Location::caller());
    }

    /// Checks that `condition` holds.
    #[track_caller]
    pub fn holds(&mut self, condition: bool) {
        self.equal_at(condition, true, Location::caller());
    }

    /// Checks that `found` is `expected`, for the input that `what` describes.
    #[track_caller]
    pub fn equal_for<T: Debug + PartialEq>(&mut self, what: impl Debug, found: T, expected: T) {
        if found != expected {
            self.differs_for(&what, &found, &expected, Location::caller());
        }
    }

    fn equal_at<T: Debug + PartialEq>(&mut self, found: T, expected: T, place: &Location<'_>) {
        if found != expected {
            self.differs(&found, &expected, place);
        }
    }

    // Out of line, and the same for all types: what is seldom needed must not be there for each check.
    #[cold]
    #[inline(never)]
    fn differs(&mut self, found: &dyn Debug, expected: &dyn Debug, place: &Location<'_>) {
        self.fail(format_args!("found {found:?}, expected {expected:?}"), place);
    }

    #[cold]
    #[inline(never)]
    fn differs_for(
        &mut self,
        what: &dyn Debug,
        found: &dyn Debug,
        expected: &dyn Debug,
        place: &Location<'_>,
    ) {
        let text = format_args!("for {what:x?}: found {found:?}, expected {expected:?}");
        self.fail(text, place);
    }

    fn fail(&mut self, what: core::fmt::Arguments<'_>, place: &Location<'_>) {
        if !self.has_failed {
            let Case { title, part, .. } = self;
            let with = if part.is_empty() { "" } else { " with " };
            println!("FAILED {title}:{with}{part} {what} ({}:{})", place.file(), place.line());
        }
        self.has_failed = true;
    }
}
