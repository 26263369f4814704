//! The handler, process 1, owns an interrupt object with the lines 5 and 40, and one that this machine
//! does not have.

use guichet_abi::{Error, Signals, Syscall};

use crate::testing::{FIRST_THREAD, LINES, Machine, base, machine, writable};
use crate::*;

const NEVER: [usize; 2] = [usize::MAX, usize::MAX];
const A: Signals = Signals::INTERRUPT_A;
const B: Signals = Signals::INTERRUPT_B;
const BOTH: Signals = Signals::INTERRUPT_A.union(Signals::INTERRUPT_B);

/// The handle of the interrupt object, behind those of the handler's threads.
fn handle(machine: &Machine) -> usize {
    FIRST_THREAD + machine.system.processes[1].threads.len() + 1
}

/// A machine whose handler runs, as thread 1.
fn driver() -> Machine {
    machine(&[10], &[20])
}

fn word(signals: Signals) -> usize {
    signals.bits() as usize
}

fn wait(machine: &mut Machine, thread: usize, mask: Signals) {
    let handle = handle(machine);
    machine.call(thread, Syscall::ObjectWait, &[handle, word(mask), NEVER[0], NEVER[1]]);
}

/// A line is delivered; the port has masked it.
fn deliver(machine: &mut Machine, line: u16) {
    machine.port.enabled.retain(|each| *each != line);
    machine.step(Event::Interrupt { line: InterruptLine::new(line) });
}

fn acknowledge(machine: &mut Machine, mask: usize) -> Result<(usize, usize), Error> {
    let handle = handle(machine);
    machine.now(1, Syscall::InterruptAck, &[handle, mask])
}

fn shown(machine: &mut Machine) -> Signals {
    machine.kernel().windows.interrupts.signals(InterruptIndex::new(0))
}

#[test]
fn a_line_that_comes_wakes_its_driver_which_preempts() {
    let mut machine = driver();
    wait(&mut machine, 1, BOTH);
    assert_eq!(machine.running(), 0);
    deliver(&mut machine, LINES[1]);
    assert_eq!(machine.running(), 1);
    assert_eq!(machine.returned(1), Some(Ok((0, word(B)))));
    assert_eq!(machine.port.enabled, [5], "the line is masked until it is acknowledged");
}

#[test]
fn a_signal_stays_until_it_is_acknowledged() {
    let mut machine = driver();
    deliver(&mut machine, LINES[0]);
    deliver(&mut machine, LINES[1]);
    for _ in 0..2 {
        wait(&mut machine, 1, A);
        assert_eq!(machine.returned(1), Some(Ok((0, word(BOTH)))));
    }
    assert_eq!(acknowledge(&mut machine, word(A)), Ok((0, 0)));
    assert_eq!((shown(&mut machine), &machine.port.enabled[..]), (B, &[5][..]));
    wait(&mut machine, 1, A);
    assert_eq!(machine.running(), 0, "it waits for the line to come again");
    deliver(&mut machine, LINES[0]);
    assert_eq!(machine.returned(1), Some(Ok((0, word(BOTH)))));
    assert_eq!(acknowledge(&mut machine, word(BOTH)), Ok((0, 0)));
    assert_eq!((shown(&mut machine), &machine.port.enabled[..]), (Signals::empty(), &[5, 40][..]));
}

#[test]
fn acknowledging_what_did_not_come_changes_nothing() {
    let mut machine = driver();
    // The test port would notice a line that is enabled twice.
    assert_eq!(acknowledge(&mut machine, word(BOTH)), Ok((0, 0)));
    assert_eq!(acknowledge(&mut machine, 0), Ok((0, 0)));
    assert_eq!(acknowledge(&mut machine, word(Signals::INTERRUPT_C)), Ok((0, 0)));
    deliver(&mut machine, LINES[0]);
    assert_eq!(acknowledge(&mut machine, word(B)), Ok((0, 0)));
    assert_eq!((shown(&mut machine), &machine.port.enabled[..]), (A, &[40][..]));
}

#[test]
fn a_refused_acknowledgement_changes_nothing() {
    let mut machine = driver();
    deliver(&mut machine, LINES[0]);
    let undeclared = word(A | Signals::INTERRUPT_D);
    for mask in [undeclared, 1 << 31, word(A) | 1, word(A) | 1 << 40, 1 << 4] {
        assert_eq!(acknowledge(&mut machine, mask), Err(Error::InvalidArgument), "{mask:#x}");
    }
    let table = [
        (0, Error::InvalidArgument),
        (FIRST_THREAD, Error::InvalidArgument),
        (99, Error::OutOfRange),
    ];
    for (handle, error) in table {
        assert_eq!(machine.now(1, Syscall::InterruptAck, &[handle, word(A)]), Err(error));
    }
    assert_eq!((shown(&mut machine), &machine.port.enabled[..]), (A, &[40][..]));
}

#[test]
fn lines_are_enabled_when_their_owner_starts_and_disabled_when_it_ends() {
    let mut machine = driver();
    assert_eq!(machine.port.enabled, [5, 40], "the one that is not there is left alone");
    deliver(&mut machine, LINES[0]);
    machine.kill(1);
    assert_eq!((shown(&mut machine), &machine.port.enabled[..]), (Signals::empty(), &[][..]));
    // One that was on its way then.
    deliver(&mut machine, LINES[1]);
    assert_eq!(shown(&mut machine), Signals::empty());
}

#[test]
fn a_restarted_owner_begins_with_nothing_and_every_line() {
    let mut machine = driver();
    deliver(&mut machine, LINES[0]);
    machine.kill(1);
    machine.call(0, Syscall::ProcessStart, &[crate::testing::OTHER_PROCESS]);
    assert_eq!(machine.running(), 1);
    assert_eq!((shown(&mut machine), &machine.port.enabled[..]), (Signals::empty(), &[5, 40][..]));
}

#[test]
fn a_line_that_nobody_declares_is_nobodys() {
    let mut machine = driver();
    wait(&mut machine, 1, BOTH);
    for line in [6, LINES[2]] {
        deliver(&mut machine, line);
        assert_eq!((machine.running(), shown(&mut machine)), (0, Signals::empty()));
    }
}

#[test]
fn what_is_typed_goes_to_the_owner_of_the_consoles_input_only() {
    let mut machine = driver();
    let read = |machine: &mut Machine, address, length| {
        machine.now(1, Syscall::ConsoleRead, &[address, length])
    };
    assert_eq!(read(&mut machine, writable(1), 4), Err(Error::Unavailable));
    machine.port.typed = b"hello".to_vec();
    assert_eq!(read(&mut machine, base(1), 4), Err(Error::PermissionDenied));
    assert_eq!(read(&mut machine, 0, 0), Ok((0, 0)));
    assert_eq!(read(&mut machine, writable(1), 129), Err(Error::OutOfRange));
    assert_eq!(read(&mut machine, writable(1), 4), Ok((4, 0)));
    assert_eq!(machine.port.bytes(1, writable(1), 4), b"hell");
    assert_eq!(read(&mut machine, writable(1), 4), Ok((1, 0)));
    wait(&mut machine, 1, A);
    let result = machine.now(0, Syscall::ConsoleRead, &[writable(0), 4]);
    assert_eq!(result, Err(Error::PermissionDenied));
}
