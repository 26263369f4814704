//! The robots, the drivers, and a few steps.

use pw_status::{Error, Result};
use suite::capsule::{MAILBOX, Party, Step, What, must};
use suite::report::Case;
use suite::robot::{Mate, Peer};
use suite_codegen::capsules::tester::handle::{FIRST_PROCESS, SECOND_PROCESS};
use suite_codegen::capsules::tester::object::{FIRST_CONTROL, LAST_CONTROL, SECOND_CONTROL};
use userspace::allow::with_read_only;
use userspace::raw::Results;
use userspace::syscall::{CapsuleError, ErrorCode, Signals, command, object_wait};
use userspace::time::Instant;
use userspace::upcall::Source;

/// It is the owner of the capsule that is not Guichet's.
pub(crate) const FIRST: Mate = Mate::new(Peer::new(FIRST_CONTROL, LAST_CONTROL, 11), FIRST_PROCESS);
pub(crate) const SECOND: Mate =
    Mate::new(Peer::new(SECOND_CONTROL, LAST_CONTROL, 12), SECOND_PROCESS);

/// The number of the tester's own name.
pub(crate) const TESTER: u8 = 10;

/// A driver: its number, how many buffers it has to be read, how many to be read and written, and how many
/// upcalls.
pub(crate) struct Driver {
    pub(crate) number: u32,
    pub(crate) read_only: u32,
    pub(crate) read_write: u32,
    pub(crate) upcalls: u32,
}

pub(crate) const REGISTRY: u32 = 0x9_0000;
pub(crate) const LATEST_VALUE: u32 = 0xA_0000;

pub(crate) const DRIVERS: [Driver; 4] = [
    Driver { number: REGISTRY, read_only: 1, read_write: 0, upcalls: 2 },
    Driver { number: 0x9_0001, read_only: 2, read_write: 2, upcalls: 4 },
    Driver { number: 0x9_0002, read_only: 2, read_write: 1, upcalls: 2 },
    Driver { number: LATEST_VALUE, read_only: 0, read_write: 0, upcalls: 2 },
];

/// A call's results when a capsule refuses it.
pub(crate) fn refused(code: ErrorCode) -> Results {
    Results { status: code.status(), value0: 0, value1: 0 }
}

/// A call's results when the kernel does.
pub(crate) fn failed(error: Error) -> Results {
    Results { status: error as u32, value0: 0, value1: 0 }
}

/// The upcall of a registration that is complete, which every registration makes due.
pub(crate) const REGISTERED: Source = Source { driver: REGISTRY, number: 0 };
/// That of a discovery.
pub(crate) const DISCOVERED: Source = Source { driver: REGISTRY, number: 1 };
/// That of requests that wait.
pub(crate) const WAITING: Source = Source { driver: 0x9_0001, number: 2 };

/// Shows the registry the tester's name meanwhile.
pub(crate) fn with_own_name<T>(body: impl FnOnce() -> T) -> core::result::Result<T, CapsuleError> {
    with_read_only(REGISTRY, 0, &suite::capsule::name_bytes(TESTER), body)
}

fn about_own_name(number: u32) -> Result<()> {
    let done = with_own_name(|| command(REGISTRY, number, 0, 0));
    let done = done.map_err(|_| Error::Aborted)??;
    done.failure.map_or(Ok(()), |_| Err(Error::Aborted))
}

/// Makes upcall 0 of the registry due.
pub(crate) fn make_registered() -> Result<()> {
    about_own_name(1)
}

/// Makes upcall 1 of the registry due; the tester is registered.
pub(crate) fn make_discovered() -> Result<()> {
    about_own_name(2)
}

/// Has nothing of the registry due.
pub(crate) fn clear(own: &mut Party) {
    for number in [0, 1] {
        let _ = own.does(Step::new(What::Look).of(number));
    }
}

/// What the object for upcalls shows.
pub(crate) fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}

/// Makes the tester known to a robot, and gives the tester's id.
pub(crate) fn meets(case: &mut Case, own: &mut Party, mate: Mate) -> Result<u32> {
    must(case, own.does(Step::new(What::Register).of(TESTER)))?;
    Ok(mate.must(case, Step::new(What::Find).of(TESTER))? as u32)
}

/// Makes a robot known to the tester, and gives its id.
pub(crate) fn meet(case: &mut Case, own: &mut Party, mate: Mate) -> Result<u32> {
    mate.registers(case)?;
    Ok(must(case, own.does(Step::new(What::Find).of(mate.name())))? as u32)
}

/// Asks, and goes on.
pub(crate) fn begin(id: u32, seed: u8) -> Step {
    Step::new(What::Begin).with(id).giving(seed, 8)
}

/// Whether an upcall of the synchronous mailbox is due.
pub(crate) fn look(number: u8) -> Step {
    Step::new(What::Look).at(MAILBOX).of(number)
}
