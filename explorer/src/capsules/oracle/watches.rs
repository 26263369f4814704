//! Waits for upcalls as for any signal: on the object that shows them, or on the group that it is a member of
//! (CP-6, WT-4).

use guichet_abi::{Error, OK, Signals, StatusCode, Syscall};
use guichet_kernel::Call;

use super::calls::is_past;
use super::society::Life;
use super::{Doing, Oracle, Said, Scene};
use crate::capsules::moves::{GROUP, USER_DATA};
use crate::invariant::Invariant;

impl Oracle {
    /// Waits, or changes what is waited for together.
    pub(super) fn watches(
        &mut self,
        scene: &Scene<'_>,
        me: Life,
        (syscall, call): (Syscall, &Call),
    ) -> Doing {
        let outcome = match syscall {
            Syscall::WaitGroupAdd if self.grouped.insert(me) => Ok(()),
            Syscall::WaitGroupAdd => Err(Error::ResourceExhausted),
            Syscall::WaitGroupRemove if self.grouped.remove(&me) => Ok(()),
            Syscall::WaitGroupRemove => Err(Error::NotFound),
            _wait => return self.watch(scene, me, call),
        };
        Doing::Ready(Some(plain(outcome)))
    }

    fn watch(&self, scene: &Scene<'_>, me: Life, call: &Call) -> Doing {
        let &[handle, _, low, high, ..] = &call.arguments;
        let is_group = handle == GROUP;
        if is_group && !self.grouped.contains(&me) {
            return Doing::Ready(Some(plain(Err(Error::InvalidArgument))));
        }
        if !self.deliverable(scene, me).is_empty() {
            return Doing::Ready(Some(if is_group { seen_in_group() } else { seen() }));
        }
        if is_past(scene, low, high) {
            return Doing::Ready(Some(plain(Err(Error::DeadlineExceeded))));
        }
        if is_group { Doing::WatchingGroup } else { Doing::Watching }
    }

    /// An upcall is pending: whoever waits to know is told.
    pub(super) fn show(&mut self, scene: &Scene<'_>, process: usize, me: Life) {
        for thread in scene.declared.threads_of(process) {
            self.threads[thread] = match self.threads[thread] {
                Doing::Watching => Doing::Ready(Some(seen())),
                Doing::WatchingGroup if self.grouped.contains(&me) => {
                    Doing::Ready(Some(seen_in_group()))
                }
                other => other,
            };
        }
    }
}

fn plain(outcome: Result<(), Error>) -> Said {
    let status = outcome.map_or_else(Error::status_code, |()| OK);
    Said::plain(status, 0, 0, Invariant::UpcallsTrue)
}

/// What a wait gives that shows an upcall pending.
fn seen() -> Said {
    Said::plain(OK, 0, Signals::READABLE.bits() as usize, Invariant::Awake)
}

/// The same of a wait on a group.
fn seen_in_group() -> Said {
    Said::plain(OK, USER_DATA, Signals::READABLE.bits() as usize, Invariant::Awake)
}
