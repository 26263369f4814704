//! Asserts the asking end of a channel by the plain calls of the channel API, with every type that is a
//! buffer (CH-2, CH-6, AB-7).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::api::Wish;
use suite::hostile::{ANSWER_OFFSET, ARENA, transact_later};
use suite::report::{Case, Report};
use suite::timing::{SHORT, after, patience};
use suite_codegen::channel_api::asker::{constants, handle};
use userspace::syscall::{
    Signals, channel_async_cancel, channel_async_transact_complete, channel_transact, object_wait,
    process_exit,
};
use userspace::{SyscallBuffer, SyscallBufferMut, process_entry};

const REQUEST: [u8; 9] = [Wish::EchoInPieces as u8, 1, 2, 3, 4, 5, 6, 7, 8];
const ANSWER: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const HELD: [u8; 2] = [Wish::Nothing as u8, 9];

#[process_entry("asker")]
fn run() -> ! {
    let mut report = Report::plan(6);
    report.case("CH-2 AB-7 channel_transact sends any buffer that can be read", sends);
    report.case("CH-2 AB-7 channel_transact fills any buffer that can be written", fills);
    report.case("CH-2 channel_transact ends by its deadline", |case| {
        let found = channel_transact(handle::OUT, &HELD, &mut [0; 4], after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case(
        "CH-6 channel_async_transact_complete gives what channel_async_transact asked",
        later,
    );
    report.case(
        "CH-6 channel_async_cancel withdraws what channel_async_transact started",
        |case| {
            transact_later(handle::OUT, &HELD)?;
            case.equal(transact_later(handle::OUT, &HELD), Err(Error::ResourceExhausted));
            case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
            case.equal(channel_async_cancel(handle::OUT), Ok(()));
            Ok(())
        },
    );
    report.case("CH-6 channel_async_cancel is Unavailable when none was pending", |case| {
        case.equal(channel_async_cancel(handle::OUT), Err(Error::Unavailable));
        case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
        Ok(())
    });
    process_exit(if report.result().is_ok() { constants::EXIT_CODE } else { 1 })
}

/// Sends a buffer that holds the request, and looks at the answer.
fn send<S: SyscallBuffer + ?Sized>(case: &mut Case, request: &S) -> Result<()> {
    let mut answer = [0; 16];
    let length = channel_transact(handle::OUT, request, &mut answer, patience())?;
    case.equal(answer.get(..length), Some(&ANSWER[..]));
    Ok(())
}

fn sends(case: &mut Case) -> Result<()> {
    send::<[u8; 9]>(case, &REQUEST)?;
    send::<[u8]>(case, &REQUEST)?;
    let (first, second) = REQUEST.split_at(4);
    send::<[&[u8]; 2]>(case, &[first, second])?;
    send::<[&[u8]]>(case, &[first, second])?;
    let mut bytes = REQUEST;
    let (first, second) = bytes.split_at_mut(4);
    send::<[&mut [u8]; 2]>(case, &[&mut *first, &mut *second])?;
    send::<[&mut [u8]]>(case, &[first, second])
}

/// Asks for the answer in a buffer that has room for eight bytes.
fn fill<R: SyscallBufferMut + ?Sized>(case: &mut Case, answer: &mut R) -> Result<()> {
    case.equal(channel_transact(handle::OUT, &REQUEST, answer, patience()), Ok(ANSWER.len()));
    Ok(())
}

fn fills(case: &mut Case) -> Result<()> {
    let mut answer = [0; 8];
    fill::<[u8; 8]>(case, &mut answer)?;
    case.equal(answer, ANSWER);
    let mut answer = [0; 8];
    fill::<[u8]>(case, &mut answer[..])?;
    case.equal(answer, ANSWER);
    let (mut first, mut second) = ([0; 3], [0; 5]);
    fill::<[&mut [u8]; 2]>(case, &mut [&mut first, &mut second])?;
    case.equal((first, second), ([1, 2, 3], [4, 5, 6, 7, 8]));
    let (mut first, mut second) = ([0; 5], [0; 3]);
    fill::<[&mut [u8]]>(case, &mut [&mut first[..], &mut second[..]][..])?;
    case.equal((first, second), ([1, 2, 3, 4, 5], [6, 7, 8]));
    Ok(())
}

fn later(case: &mut Case) -> Result<()> {
    transact_later(handle::OUT, &[Wish::Echo as u8, 3, 1, 4])?;
    object_wait(handle::OUT, Signals::READABLE, patience())?;
    case.equal(channel_async_transact_complete(handle::OUT), Ok(3));
    case.equal(ARENA.read(ANSWER_OFFSET), [3, 1, 4]);
    case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
    Ok(())
}
