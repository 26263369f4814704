//! The library's events: who hears what, and when (CP-2).

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result};
use suite::capsule::{Party, name_bytes};
use suite::report::{Case, Report};
use suite::timing::{SHORT, after};
use suite_codegen::capsules::tester::object::EVENTS;
use userspace::registry::{self, Name};
use userspace::syscall::{CapsuleError, ErrorCode, Subscription, subscribe};
use userspace::upcall::{self, Source};

use crate::cast::{
    DISCOVERED, REGISTERED, REGISTRY, TESTER, clear, make_discovered, make_registered,
};

fn is(event: Option<upcall::Event>) -> Option<Source> {
    event.map(|event| event.source)
}

fn next() -> Result<Option<Source>> {
    upcall::next().map(is)
}

fn heard(case: &mut Case, own: &mut Party) -> Result<()> {
    clear(own);
    make_registered()?;
    make_discovered()?;
    case.equal(next(), Ok(None));
    case.equal(upcall::listen(DISCOVERED), Ok(()));
    case.equal(upcall::listen(DISCOVERED), Ok(()));
    case.equal(next(), Ok(Some(DISCOVERED)));
    case.equal(next(), Ok(None));
    case.equal(upcall::listen(REGISTERED), Ok(()));
    case.equal(upcall::ignore(DISCOVERED), Ok(()));
    make_discovered()?;
    case.equal(upcall::wait().map(|event| event.source), Ok(REGISTERED));
    case.equal(next(), Ok(None));
    // Ignored meanwhile, and not lost.
    case.equal(upcall::listen(DISCOVERED), Ok(()));
    case.equal(next(), Ok(Some(DISCOVERED)));
    case.equal(upcall::ignore(DISCOVERED), Ok(()));
    case.equal(upcall::ignore(REGISTERED), Ok(()));
    Ok(())
}

fn unheard_of(case: &mut Case) -> Result<()> {
    let absent = Source { driver: 0x9_0003, number: 0 };
    let unknown = Source { driver: REGISTRY, number: 2 };
    for (source, code) in [(absent, ErrorCode::NoDevice), (unknown, ErrorCode::NoSupport)] {
        let refused = CapsuleError::Refused(code);
        case.equal(upcall::listen(source), Err(refused));
        case.equal(upcall::ignore(source), Err(refused));
        case.equal(upcall::wait_for_any([source]).err(), Some(refused));
        case.equal(upcall::try_any([DISCOVERED, source]).err(), Some(refused));
    }
    // Nothing of it is left.
    make_discovered()?;
    case.equal(next(), Ok(None));
    case.equal(upcall::try_any([DISCOVERED]).map(is), Ok(Some(DISCOVERED)));
    case.equal(upcall::try_any([DISCOVERED]).map(is), Ok(None));
    Ok(())
}

pub(crate) fn listening(report: &mut Report, own: &mut Party) {
    report.case("CP-1 CP-2 a program hears what it listens to, and nothing else", |case| {
        heard(case, own)
    });
    report.case("CP-1 what no driver has cannot be listened to", unheard_of);
}

/// What a discovery came to that a function has made, in an upcall.
static FOUND: AtomicU32 = AtomicU32::new(0);

/// Blocks in the middle of somebody's yield.
fn discovers(_: usize, _: usize, _: usize, _: usize) {
    let name = Name::from_bytes(&name_bytes(TESTER));
    let found = name.map(|name| registry::discover(&name));
    FOUND.store(found.and_then(core::result::Result::ok).map_or(1, |id| id.word()), Relaxed);
}

fn chosen(case: &mut Case) -> Result<()> {
    upcall::listen(REGISTERED).map_err(|_| Error::Aborted)?;
    make_registered()?;
    make_discovered()?;
    // Blocking for one leaves the other where it is.
    let event = upcall::wait_for_any([DISCOVERED]).map_err(|_| Error::Aborted)?;
    case.equal(event.source, DISCOVERED);
    case.equal(next(), Ok(Some(REGISTERED)));
    case.equal(next(), Ok(None));
    // What is not listened to otherwise is not afterwards; what is, is.
    make_discovered()?;
    make_registered()?;
    case.equal(next(), Ok(Some(REGISTERED)));
    case.equal(next(), Ok(None));
    let event = EVENTS.wait_for_any([REGISTERED, DISCOVERED], after(SHORT));
    case.equal(event.map(|event| event.source), Ok(DISCOVERED));
    let late = EVENTS.wait_for_any([DISCOVERED], after(SHORT));
    case.equal(late, Err(CapsuleError::Failed(Error::DeadlineExceeded)));
    make_registered()?;
    case.equal(next(), Ok(Some(REGISTERED)));
    upcall::ignore(REGISTERED).map_err(|_| Error::Aborted)
}

pub(crate) fn blocking(report: &mut Report, own: &mut Party) {
    report.case(
        "CP-2 who blocks for some upcalls leaves the others to be heard afterwards",
        |case| {
            clear(own);
            chosen(case)
        },
    );
    report.case("CP-2 a function that is called while a program waits may wait itself", |case| {
        clear(own);
        let called = Subscription::new(discovers, 0);
        subscribe(REGISTRY, REGISTERED.number, called).map_err(|_| Error::Aborted)?;
        make_registered()?;
        case.equal(next(), Ok(None));
        let id = FOUND.swap(0, Relaxed);
        case.holds(id > 1);
        // And while the program blocks for something else.
        make_registered()?;
        let late = EVENTS.wait_for_any([Source { driver: 0x9_0001, number: 2 }], after(SHORT));
        case.equal(late, Err(CapsuleError::Failed(Error::DeadlineExceeded)));
        case.equal(FOUND.swap(0, Relaxed), id);
        let before = subscribe(REGISTRY, REGISTERED.number, Subscription::NONE);
        case.equal(before, Ok(called));
        Ok(())
    });
}
