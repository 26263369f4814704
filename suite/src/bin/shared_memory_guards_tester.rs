//! Asserts what the safe library makes of shared memory (SH).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::Ordering;

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::sharing::{MESSAGES, Task, ring_message};
use suite::timing::{SHORT, after, patience};
use suite_codegen::shared_memory_guards::tester::object::{self, FRAME, RING};
use suite_codegen::shared_memory_guards::tester::{handle, peer};
use userspace::process_entry;
use userspace::shared_memory::Rights;
use userspace::shared_memory::ring::{Consumer, Ring};
use userspace::syscall::{ExitStatus, Signals, object_wait, process_start, task_join};
use userspace::time::Instant;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(11);
    guards(&mut report);
    loans(&mut report);
    ends(&mut report);
    beside_each_other(&mut report);
    ring(&mut report);
    report.shut_down()
}

fn tell(task: Task) -> Result<u32> {
    let mut answer = [0; 4];
    object::PARTNER.transact(&[task as u8], &mut answer, patience())?;
    Ok(u32::from_le_bytes(answer))
}

fn guards(report: &mut Report) {
    report.case("SH-3 a region that is claimed is a slice, and stays as it is left", |case| {
        let mut frame = FRAME.claim()?;
        case.equal(frame.len(), 4096);
        frame.fill(0x3C);
        frame.give_back();
        let frame = FRAME.claim()?;
        case.holds(frame.iter().all(|byte| *byte == 0x3C));
        Ok(())
    });
    report.case(
        "SH-3 a guard keeps every other use of its process out, until it is gone",
        |case| {
            let frame = FRAME.claim()?;
            let in_use = Some(Error::AlreadyExists);
            case.equal(FRAME.claim().err(), in_use);
            case.equal(FRAME.map(Rights::Read).err(), in_use);
            case.equal(FRAME.wait_for_loan(Instant::MIN).err(), in_use);
            case.equal(FRAME.read(0, &mut [0; 4]).err(), in_use);
            case.equal(FRAME.write(0, &[0; 4]).err(), in_use);
            case.equal(FRAME.give_back().err(), in_use);
            case.equal(FRAME.unmap().err(), in_use);
            case.equal(RING.claim().map(drop), Ok(()));
            drop(frame);
            case.equal(FRAME.write(0, b"good"), Ok(4));
            let mut bytes = [0; 4];
            case.equal(FRAME.read(0, &mut bytes), Ok(4));
            case.equal(&bytes, b"good");
            case.equal(FRAME.unmap(), Ok(()));
            case.equal(FRAME.unmap(), Err(Error::Unavailable));
            Ok(())
        },
    );
}

fn loans(report: &mut Report) {
    report.case("SH-3 what is lent to be written comes back changed", |case| {
        let mut frame = FRAME.claim()?;
        frame.fill(0x0F);
        tell(Task::Invert)?;
        let back = frame.lend(peer::PARTNER, Rights::ReadWrite)?.wait(patience())?;
        case.equal(back.is_orphaned, false);
        case.holds(back.held.iter().all(|byte| *byte == 0xF0));
        Ok(())
    });
    report.case("SH-3 what is lent to be read is read, and comes back as it was", |case| {
        let mut frame = FRAME.claim()?;
        frame.fill(2);
        tell(Task::Sum)?;
        let frame = frame.lend(peer::PARTNER, Rights::Read)?.wait(patience())?.held;
        case.holds(frame.iter().all(|byte| *byte == 2));
        case.equal(tell(Task::Tell)?, 2 * 4096);
        Ok(())
    });
    report.case("SH-3 a region can be borrowed, and is its lender's again", |case| {
        tell(Task::LendBack)?;
        let frame = FRAME.wait_for_read_loan(patience())?;
        case.holds(frame.iter().all(|byte| *byte == 0x77));
        frame.give_back();
        tell(Task::Tell)?;
        case.equal(FRAME.claim().map(drop), Ok(()));
        Ok(())
    });
    report.case(
        "SH-3 what cannot be lent stays, and what does not come back can be waited for",
        |case| {
            let mut frame = FRAME.claim()?;
            let refused = frame.lend(99, Rights::Read);
            let not_lent = refused.err().ok_or(Error::Unknown)?;
            case.equal(not_lent.error, Error::InvalidArgument);
            frame = not_lent.held;
            frame.fill(1);
            let lent = frame.lend(peer::PARTNER, Rights::ReadWrite)?;
            let late = lent.wait(after(SHORT)).err().ok_or(Error::Unknown)?;
            case.equal(late.error, Error::DeadlineExceeded);
            case.equal(FRAME.claim().err(), Some(Error::AlreadyExists));
            tell(Task::Invert)?;
            case.holds(late.lent.wait(patience())?.held.iter().all(|byte| *byte == 0xFE));
            Ok(())
        },
    );
    report.case("SH-3 a loan that nobody waits for comes to who waits for a loan", |case| {
        drop(FRAME.claim()?.lend(peer::PARTNER, Rights::ReadWrite)?);
        tell(Task::Invert)?;
        case.equal(FRAME.wait_for_loan(patience()).map(drop), Ok(()));
        case.equal(FRAME.claim().map(drop), Ok(()));
        Ok(())
    });
}

fn ends(report: &mut Report) {
    report.case("SH-6 what a borrower had that has ended comes back, and is said to", |case| {
        let lent = FRAME.claim()?.lend(peer::PARTNER, Rights::ReadWrite)?;
        tell(Task::Die)?;
        let back = lent.wait(patience())?;
        case.equal(back.is_orphaned, true);
        case.holds(back.held.iter().all(|byte| *byte == 0xDD));
        drop(back);
        ended(case)?;
        let lent = FRAME.claim()?.lend(peer::PARTNER, Rights::ReadWrite)?;
        tell(Task::Invert)?;
        case.equal(lent.wait(patience())?.is_orphaned, false);
        Ok(())
    });
}

/// Collects the end of the partner, and starts it again.
fn ended(case: &mut Case) -> Result<()> {
    object_wait(handle::PARTNER_PROCESS, Signals::JOINABLE, patience())?;
    case.equal(task_join(handle::PARTNER_PROCESS), Ok(ExitStatus::Success(3)));
    process_start(handle::PARTNER_PROCESS)
}

fn beside_each_other(report: &mut Report) {
    report.case("SH-2 a region that several have mapped is words that nobody tears", |case| {
        let mapped = FRAME.map(Rights::ReadWrite)?;
        mapped.write(28, &[0; 4])?;
        tell(Task::Count)?;
        tell(Task::Tell)?;
        case.equal(mapped.load(7, Ordering::Relaxed), Some(1_000));
        mapped.write(1, b"unaligned")?;
        let mut bytes = [0; 9];
        mapped.read(1, &mut bytes)?;
        case.equal(&bytes, b"unaligned");
        case.equal(mapped.read(4090, &mut bytes), Err(Error::OutOfRange));
        case.equal(mapped.atomic_u32(1024).is_none(), true);
        Ok(())
    });
    report.case("SH-2 one that is mapped to be read gives no word to be written", |case| {
        let mapped = FRAME.map(Rights::Read)?;
        case.equal(mapped.load(7, Ordering::Relaxed), Some(1_000));
        case.equal(mapped.words().err(), Some(Error::PermissionDenied));
        case.equal(mapped.write(0, b"no"), Err(Error::PermissionDenied));
        case.equal(FRAME.claim().err(), Some(Error::AlreadyExists));
        Ok(())
    });
}

fn ring(report: &mut Report) {
    report.case("SH-2 a ring carries every message whole and in order, whoever waits", |case| {
        let mapped = RING.map(Rights::ReadWrite)?;
        mapped.write(0, &[0; 16])?;
        let mut consumer = Consumer::new(Ring::new(mapped.words()?)?, object::EMPTIED)?;
        tell(Task::Produce)?;
        for number in 0..MESSAGES {
            let mut buffer = [0; 16];
            let length = consumer.pop_wait(&mut buffer, &object::FILLED, patience())?;
            let (message, expected) = ring_message(number);
            case.equal_for(number, length, expected);
            case.equal_for(number, &buffer[..length], &message[..expected]);
        }
        case.equal(consumer.pop(&mut [0; 16]), Err(Error::Unavailable));
        Ok(())
    });
}
