//! Lists of slices, through a channel: the initiator is process 0, its thread is 0; the handler's
//! is 1. Slice tables stand at the end of each process's memory.

use std::vec::Vec;

use guichet_abi::{Error, LIST_FLAG, Syscall};

use crate::testing::{Machine, base, machine, writable};

const TABLE: usize = 96;
const NEVER: usize = 0xFFFF_FFFF;

/// Puts a slice table into a process's memory and gives the two words that name it.
fn list(machine: &mut Machine, process: usize, entries: &[(usize, usize)]) -> (usize, usize) {
    let address = base(process) + TABLE;
    let words: Vec<u8> = entries
        .iter()
        .flat_map(|(address, length)| [*address, *length])
        .flat_map(usize::to_ne_bytes)
        .collect();
    machine.port.bytes(process, address, words.len()).copy_from_slice(&words);
    (address, entries.len() | LIST_FLAG)
}

fn number_bytes(machine: &mut Machine) {
    for (number, byte) in (1u8..).zip(machine.port.bytes(0, base(0), 64)) {
        *byte = number;
    }
}

fn send_list(machine: &mut Machine, entries: &[(usize, usize)]) {
    let (address, length) = list(machine, 0, entries);
    let arguments = [0, address, length, writable(0), 8, NEVER, NEVER];
    machine.call(0, Syscall::ChannelTransact, &arguments);
}

#[test]
fn a_list_reads_as_the_flat_buffer_of_its_bytes() {
    let mut machine = machine(&[20], &[15]);
    number_bytes(&mut machine);
    let pieces = [(base(0), 3), (base(0) + 10, 0), (base(0) + 20, 4)];
    send_list(&mut machine, &pieces);
    let flat = [1, 2, 3, 21, 22, 23, 24];
    for offset in 0..=flat.len() {
        let length = flat.len() - offset;
        assert_eq!(machine.read(1, offset, 64), Ok(length)); // AB-7
        assert_eq!(machine.port.bytes(1, writable(1), length), &flat[offset..]);
    }
    assert_eq!(machine.read(1, flat.len() + 1, 64), Err(Error::OutOfRange));
}

#[test]
fn a_list_is_filled_in_one_forward_pass() {
    let mut machine = machine(&[20], &[15]);
    number_bytes(&mut machine);
    machine.transact(0, 10, 8, u64::MAX);
    let start = writable(1);
    let (address, length) = list(&mut machine, 1, &[(start, 2), (start + 10, 5), (start + 20, 9)]);
    assert_eq!(machine.now(1, Syscall::ChannelRead, &[0, 0, address, length]), Ok((10, 0)));
    assert_eq!(machine.port.bytes(1, start, 3), [1, 2, 0]);
    assert_eq!(machine.port.bytes(1, start + 10, 6), [3, 4, 5, 6, 7, 0]);
    assert_eq!(machine.port.bytes(1, start + 20, 4), [8, 9, 10, 0]);
}

#[test]
fn lists_that_are_refused() {
    let mut machine = machine(&[20], &[15]);
    let huge = usize::MAX >> 1;
    let table: [(&[(usize, usize)], Error); 6] = [
        (&[(base(0), 1); 9], Error::OutOfRange), // AB-7: more than eight
        (&[(base(0), 120), (base(0), 9)], Error::OutOfRange), // AB-10: 128 at most
        (&[(base(0), 1), (base(1), 1)], Error::PermissionDenied),
        (&[(base(0), 1), (base(0), huge)], Error::PermissionDenied),
        (&[(0, 0), (base(0), usize::MAX)], Error::InvalidArgument), // a list in a list
        // The total wraps, and the first slice is bad as well: the total comes first.
        (&[(base(1), huge), (base(0), huge), (base(0), huge)], Error::OutOfRange),
    ];
    for (entries, error) in table {
        send_list(&mut machine, entries);
        assert_eq!(machine.returned(0), Some(Err(error)), "{entries:?}");
    }
    let arguments = [0, base(0) + 250, 1 | LIST_FLAG, writable(0), 8, NEVER, NEVER];
    let result = machine.now(0, Syscall::ChannelTransact, &arguments);
    assert_eq!(result, Err(Error::PermissionDenied)); // the table itself runs over the edge
}

#[test]
fn a_list_that_grows_while_pending_yields_no_more() {
    let mut machine = machine(&[20], &[15]);
    number_bytes(&mut machine);
    send_list(&mut machine, &[(base(0), 3), (base(0) + 20, 4)]);
    list(&mut machine, 0, &[(base(0), 30), (base(0) + 20, 4)]);
    assert_eq!(machine.read(1, 0, 64), Ok(7)); // AB-7
    assert_eq!(machine.port.bytes(1, writable(1), 8), [1, 2, 3, 4, 5, 6, 7, 0]);
}

#[test]
fn a_list_that_went_bad_is_its_owners_error() {
    for bad in [[(base(0), 3), (base(1), 4)], [(base(0), 3), (base(0), 3)]] {
        let mut machine = machine(&[20], &[15]);
        send_list(&mut machine, &[(base(0), 3), (base(0) + 20, 4)]);
        list(&mut machine, 0, &bad);
        // The more important initiator runs at once with its error; the handler's comes later.
        machine.call(1, Syscall::ChannelRead, &[0, 0, writable(1), 64]);
        assert_eq!(machine.returned(0), Some(Err(Error::PermissionDenied))); // AB-8
        machine.call(0, Syscall::SleepUntil, &[NEVER, NEVER]);
        assert_eq!(machine.returned(1), Some(Err(Error::Unavailable))); // as if withdrawn
    }
}

#[test]
fn room_that_went_bad_is_the_initiators_error() {
    let mut machine = machine(&[20], &[15]);
    let (address, length) = list(&mut machine, 0, &[(writable(0), 4), (writable(0) + 8, 4)]);
    let arguments = [0, base(0), 4, address, length, NEVER, NEVER];
    machine.call(0, Syscall::ChannelTransact, &arguments);
    list(&mut machine, 0, &[(writable(0), 4), (base(0), 4)]); // no longer writable
    machine.call(1, Syscall::ChannelRespond, &[0, base(1), 8]);
    assert_eq!(machine.returned(0), Some(Err(Error::PermissionDenied))); // AB-8
    machine.call(0, Syscall::SleepUntil, &[NEVER, NEVER]);
    assert_eq!(machine.returned(1), Some(Err(Error::Unavailable)));
    assert_eq!(machine.respond(1, 8), Err(Error::Unavailable)); // it is over
}
