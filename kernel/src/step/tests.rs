//! Calls that belong to no window, and the ends of processes.

use guichet_abi::{Error, Syscall};

use crate::testing::{base, machine, unbooted, writable};
use crate::*;

#[test]
fn unknown_numbers_are_unimplemented() {
    let mut machine = machine(&[15], &[15]);
    for number in [15, 31, 47, 53, 1 << 31, usize::MAX - 1, usize::MAX] {
        machine.call_number(0, number, &[1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(machine.returned(0), Some(Err(Error::Unimplemented)), "{number}"); // AB-3
    }
}

#[test]
fn the_clock_comes_in_two_words() {
    let mut machine = machine(&[15], &[15]);
    machine.port.now = 0x1234_5678_9ABC_DEF0;
    assert_eq!(machine.now(0, Syscall::ClockNow, &[]), Ok((0x9ABC_DEF0, 0x1234_5678)));
}

#[test]
fn console_output_is_bounded_flat_and_ones_own() {
    let mut machine = machine(&[15], &[15]);
    machine.port.bytes(0, base(0), 2).copy_from_slice(b"hi");
    let table = [
        (base(0), 2, Ok((0, 0))),
        (0, 0, Ok((0, 0))),
        (base(0), 128, Ok((0, 0))),
        (base(0), 129, Err(Error::OutOfRange)), // PR-7
        (base(0), 2 | guichet_abi::LIST_FLAG, Err(Error::InvalidArgument)), // AB-7
        (base(1), 2, Err(Error::PermissionDenied)),
        (usize::MAX, 2, Err(Error::PermissionDenied)),
    ];
    for (address, length, result) in table {
        assert_eq!(machine.now(0, Syscall::DebugLog, &[address, length]), result);
    }
    assert_eq!(machine.port.log[..2], *b"hi");
    assert_eq!(machine.port.log.len(), 130);
}

#[test]
fn characters_are_scalar_values() {
    let mut machine = machine(&[15], &[15]);
    for (word, result) in [
        ('é' as usize, Ok((0, 0))),
        (0xD800, Err(Error::InvalidArgument)),
        (0x11_0000, Err(Error::InvalidArgument)),
        (usize::MAX, Err(Error::InvalidArgument)),
    ] {
        assert_eq!(machine.now(0, Syscall::DebugPutCharacter, &[word]), result);
    }
    assert_eq!(machine.port.log, "é".as_bytes());
}

#[test]
fn shutdown_takes_a_status_and_a_right() {
    let mut machine = machine(&[15], &[20]);
    let refused = machine.now(1, Syscall::DebugShutdown, &[17]);
    assert_eq!(refused, Err(Error::InvalidArgument));
    machine.call(1, Syscall::SleepUntil, &[5, 0]);
    let denied = machine.now(0, Syscall::DebugShutdown, &[0]);
    assert_eq!(denied, Err(Error::PermissionDenied)); // PR-7: process 0 may not
    machine.pass(5);
    machine.call(1, Syscall::DebugShutdown, &[Error::DataLoss as usize]);
    assert_eq!(machine.outcome.action, Action::Shutdown);
    assert_eq!(machine.outcome.results.status, Error::DataLoss as u32);
}

#[test]
fn a_fault_stops_its_process_only() {
    let mut machine = machine(&[15], &[15]);
    let fault = Fault { cause: FaultCause::MemoryAccess, pc: 1, address: 2 };
    machine.step(Event::Fault(fault));
    let faulted = ProcessIndex::new(0);
    assert_eq!(machine.port.reports, [(faulted, Report::Faulted(fault))]); // PR-2
    assert_eq!(machine.port.stopped, [faulted]);
    assert_eq!(machine.kernel().process(faulted).unwrap().state(), ProcessState::Faulted);
    assert_eq!(machine.running(), 1);
}

#[test]
fn a_second_report_of_the_same_end_changes_nothing() {
    let mut machine = machine(&[15], &[15]);
    machine.kill(0);
    machine.kill(0);
    machine.kill(200);
    assert_eq!(machine.port.reports.len(), 1);
    assert_eq!(machine.running(), 1);
}

#[test]
fn exits_of_threads_and_of_the_process() {
    let mut machine = machine(&[15, 15], &[15]);
    machine.start_thread(1);
    machine.call(0, Syscall::ThreadExit, &[3]);
    let process = ProcessIndex::new(0);
    assert_eq!(machine.kernel().process(process).unwrap().state(), ProcessState::Running);
    machine.call(2, Syscall::SleepUntil, &[9, 0]);
    machine.call(1, Syscall::ThreadExit, &[7]);
    assert_eq!(machine.kernel().process(process).unwrap().state(), ProcessState::Exited(7)); // PR-5
    assert!(machine.is_idle());
    machine.pass(9);
    machine.call(2, Syscall::ProcessExit, &[usize::MAX]);
    let status = ProcessState::Exited(u32::MAX);
    assert_eq!(machine.kernel().process(ProcessIndex::new(1)).unwrap().state(), status);
}

#[test]
fn a_panic_is_a_fault_with_a_message() {
    let mut machine = machine(&[15], &[15]);
    let refused = machine.now(0, Syscall::ProcessPanic, &[base(1), 4]);
    assert_eq!(refused, Err(Error::PermissionDenied)); // AB-3
    machine.call(0, Syscall::ProcessPanic, &[writable(0), 4]);
    let (process, report) = machine.port.reports[0];
    assert_eq!(process, ProcessIndex::new(0));
    assert!(matches!(report, Report::Panicked(message) if message.length() == 4)); // PR-7
    assert_eq!(machine.kernel().process(process).unwrap().state(), ProcessState::Faulted);
}

#[test]
fn tables_that_nobody_has_used_need_not_be_cleared() {
    let (mut cleared, mut fresh) = (unbooted(&[15, 3], &[20]), unbooted(&[15, 3], &[20]));
    cleared.boot();
    fresh.boot_fresh();
    assert!(fresh.is_as(&cleared));
    fresh.kernel().check().unwrap();
}

#[test]
fn a_process_that_cannot_be_started_has_faulted() {
    let mut machine = unbooted(&[15], &[15]);
    machine.port.refuses_start = true;
    machine.boot();
    assert!(machine.is_idle());
    assert_eq!(machine.port.reports.len(), 2);
}

#[test]
fn identities_differ_between_processes_and_are_never_zero() {
    let mut machine = machine(&[15], &[15]);
    let id = |machine: &mut crate::testing::Machine, number| {
        let index = ProcessIndex::new(number);
        machine.kernel().process(index).unwrap().id(index)
    };
    let (first, second) = (id(&mut machine, 0), id(&mut machine, 1));
    assert_ne!(first, second); // PR-1
    assert_ne!(first.word(), 0);
}
