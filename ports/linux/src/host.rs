//! What the supervisor changes about itself for the time of a run, and puts back afterwards.
//!
//! One CPU for all: program and supervisor never run at once anyway, and to wake a thread on
//! another CPU costs ten times as much as the whole hand-off. Not dumpable: no process of the same
//! user, and so none of the programs should its filter fail, can trace the supervisor or read
//! its memory. Fine timers: Linux may otherwise end a sleep up to 50 microseconds late.

use std::mem::MaybeUninit;

use crate::linux::checked;

/// The supervisor's thread and process as they were. Puts them back when it is dropped.
pub(crate) struct Host {
    old_affinity: Option<libc::cpu_set_t>,
    old_dumpable: libc::c_int,
    old_slack_nanoseconds: libc::c_int,
}

impl Host {
    /// Prepares the calling thread and its process for a run. What Linux refuses here costs speed
    /// or depth of defence, never correctness, so it is not an error.
    pub(crate) fn prepare() -> Host {
        // SAFETY: (host-1) prctl calls that take numbers only.
        let (old_dumpable, old_slack_nanoseconds) = unsafe {
            let old = (libc::prctl(libc::PR_GET_DUMPABLE), libc::prctl(libc::PR_GET_TIMERSLACK));
            libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
            libc::prctl(libc::PR_SET_TIMERSLACK, 1, 0, 0, 0);
            old
        };
        Host { old_affinity: pin(), old_dumpable, old_slack_nanoseconds }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(affinity) = &self.old_affinity {
            // SAFETY: (host-2) a whole set, of this thread only.
            unsafe { libc::sched_setaffinity(0, size_of_val(affinity), affinity) };
        }
        // SAFETY: (host-3) prctl calls that take numbers only. Zero slack would mean the default.
        unsafe {
            if self.old_slack_nanoseconds > 0 {
                libc::prctl(libc::PR_SET_TIMERSLACK, self.old_slack_nanoseconds, 0, 0, 0);
            }
            if self.old_dumpable == 1 {
                libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0);
            }
        }
    }
}

/// Pins the calling thread, and so the programs that it starts, to the CPU that it runs on.
/// Gives the CPUs that it could use before, if it could be pinned.
fn pin() -> Option<libc::cpu_set_t> {
    let mut old = MaybeUninit::<libc::cpu_set_t>::zeroed();
    let length = size_of::<libc::cpu_set_t>();
    // SAFETY: (host-4) whole sets; all zeroes is the empty set, and CPU_SET stays within it.
    unsafe {
        checked(libc::sched_getaffinity(0, length, old.as_mut_ptr())).ok()?;
        let cpu = usize::try_from(libc::sched_getcpu()).ok()?;
        let mut one = MaybeUninit::<libc::cpu_set_t>::zeroed().assume_init();
        if cpu >= 8 * length {
            return None;
        }
        libc::CPU_SET(cpu, &mut one);
        checked(libc::sched_setaffinity(0, length, &one)).ok()?;
        Some(old.assume_init())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpus() -> libc::c_int {
        let mut set = MaybeUninit::<libc::cpu_set_t>::zeroed();
        // SAFETY: a whole set, which all zeroes is too.
        unsafe {
            let length = size_of::<libc::cpu_set_t>();
            libc::sched_getaffinity(0, length, set.as_mut_ptr());
            libc::CPU_COUNT(&set.assume_init())
        }
    }

    #[test]
    fn a_run_has_one_cpu_and_gives_the_others_back() {
        let before = cpus();
        let host = Host::prepare();
        assert_eq!(cpus(), 1);
        drop(host);
        assert_eq!(cpus(), before);
    }
}
