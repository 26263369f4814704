//! A robot that has to do with capsules.

use pw_status::Result;
use userspace::syscall::{ExitStatus, process_start, task_join, task_terminate};

use super::{Peer, Step};
use crate::capsule::{self, Said, What, from_outcome};
use crate::report::Case;

/// A robot that has to do with capsules; the number of the name that it has is its badge.
#[derive(Clone, Copy, Debug)]
pub struct Mate {
    peer: Peer,
    process: u32,
}

impl Mate {
    /// The robot, and its process object.
    pub const fn new(peer: Peer, process: u32) -> Mate {
        Mate { peer, process }
    }

    /// The robot itself.
    pub fn peer(self) -> Peer {
        self.peer
    }

    /// The number of its name.
    pub fn name(self) -> u8 {
        self.peer.seed()
    }

    /// What a step comes to.
    #[inline(never)]
    pub fn does(self, step: capsule::Step) -> Said {
        from_outcome(self.peer.tries(Step::Capsule(step)))
    }

    /// What a step comes to, which must be something.
    ///
    /// # Errors
    /// `Unknown` if it is not; the case has failed then.
    #[track_caller]
    pub fn must(self, case: &mut Case, step: capsule::Step) -> Result<u64> {
        capsule::must(case, self.does(step))
    }

    /// Has it begin with a step, which may block, and comes back when nobody has anything to do.
    ///
    /// # Errors
    /// Those of [`Robot`](super::Robot), here and below.
    #[inline(never)]
    pub fn begins(self, step: capsule::Step) -> Result<()> {
        self.peer.begins(&[Step::Capsule(step), Step::Done])
    }

    /// Tells whether it has come to the end of what it began.
    pub fn is_done(self) -> bool {
        self.peer.is_done()
    }

    /// What the step has come to that it began; blocks until it is done.
    #[inline(never)]
    pub fn came_to(self) -> Said {
        from_outcome(self.peer.outcomes().and_then(|outcomes| outcomes.of(0)))
    }

    /// Has it register its own name.
    #[track_caller]
    #[inline(never)]
    pub fn registers(self, case: &mut Case) -> Result<()> {
        let step = capsule::Step::new(What::Register).of(self.name());
        self.must(case, step).map(|_| ())
    }

    /// Ends it.
    #[inline(never)]
    pub fn end(self, case: &mut Case) -> Result<()> {
        task_terminate(self.process)?;
        case.equal(task_join(self.process), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    }

    /// Starts it, and comes back when nobody has anything to do.
    #[inline(never)]
    pub fn start(self) -> Result<()> {
        process_start(self.process)?;
        self.peer.settle()
    }

    /// Ends it and starts it again.
    #[inline(never)]
    pub fn restart(self, case: &mut Case) -> Result<()> {
        self.end(case)?;
        self.start()
    }
}
