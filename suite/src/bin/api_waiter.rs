//! Asserts waiting and signalling by the plain calls of the channel API (WT-2, WT-4, WT-5).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::api::Wish;
use suite::report::Report;
use suite::timing::{SHORT, after, patience};
use suite_codegen::channel_api::waiter::{constants, handle};
use userspace::process_entry;
use userspace::syscall::{
    Signals, WaitReturn, channel_transact, object_set_peer_user_signal, object_wait,
    wait_group_add, wait_group_remove,
};
use userspace::time::{Instant, SystemClock};

const USER_DATA: usize = 7;

#[process_entry("waiter")]
fn wait() -> u32 {
    let mut report = Report::plan(7);
    report.case("WT-2 object_wait gives all signals, and no user data of a plain object", |case| {
        let found = object_wait(handle::OUT, Signals::WRITEABLE, patience())?;
        let expected = WaitReturn { user_data: 0, pending_signals: Signals::WRITEABLE };
        case.equal(found, expected);
        Ok(())
    });
    report.case("WT-2 object_wait ends by its deadline, and not before", |case| {
        let deadline = after(SHORT);
        let found = object_wait(handle::OUT, Signals::READABLE, deadline);
        case.equal(found, Err(Error::DeadlineExceeded));
        case.holds(SystemClock::now() >= deadline);
        Ok(())
    });
    report.case("WT-5 object_set_peer_user_signal of the other end raises USER here", |case| {
        wish(Wish::Raise)?;
        let found = object_wait(handle::OUT, Signals::USER, patience())?;
        case.equal(found.pending_signals, Signals::USER | Signals::WRITEABLE);
        Ok(())
    });
    report.case("WT-5 object_set_peer_user_signal of this end raises USER there", |case| {
        case.equal(wish(Wish::Look), Ok(0));
        object_set_peer_user_signal(handle::OUT, true)?;
        case.equal(wish(Wish::Look), Ok(1));
        object_set_peer_user_signal(handle::OUT, false)?;
        case.equal(wish(Wish::Look), Ok(0));
        Ok(())
    });
    report.case("WT-4 wait_group_add has a group show what the object shows", |case| {
        wait_group_add(handle::GROUP, handle::OUT, Signals::USER, USER_DATA)?;
        let found = object_wait(handle::GROUP, Signals::READABLE, patience())?;
        let pending_signals = Signals::USER | Signals::WRITEABLE;
        case.equal(found, WaitReturn { user_data: USER_DATA, pending_signals });
        Ok(())
    });
    report.case("WT-4 WT-5 a group shows nothing when its objects do not", |case| {
        wish(Wish::Lower)?;
        let found = object_wait(handle::GROUP, Signals::READABLE, Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("WT-4 wait_group_remove takes it out, once", |case| {
        case.equal(wait_group_remove(handle::GROUP, handle::OUT), Ok(()));
        case.equal(wait_group_remove(handle::GROUP, handle::OUT), Err(Error::NotFound));
        Ok(())
    });
    if report.result().is_ok() { constants::EXIT_CODE } else { 1 }
}

/// Has the partner do something, and gives the byte of its answer, or 0.
fn wish(wish: Wish) -> Result<u8> {
    let mut answer = [0; 1];
    channel_transact(handle::OUT, &[wish as u8], &mut answer, patience())?;
    Ok(answer[0])
}
