//! Hostile calls on shared memory.

use guichet_abi::{ARGUMENT_COUNT, LIST_FLAG, OWN_PROCESS, Syscall};

use super::{any_word, buffer};
use crate::layout::{
    IN, IN_TABLE, Memory, OUT, OUT_TABLE, SHARED, SHARED_BYTES, SHARED_REGIONS, SHARED_STRIDE,
    Shared,
};
use crate::random::Random;
use crate::repertoire::share::{READ, READ_WRITE};

/// The calls on shared memory, so that they come often where there is some.
pub(super) const FREQUENT: [Syscall; 8] = [
    Syscall::SharedMemoryMap,
    Syscall::SharedMemoryMap,
    Syscall::SharedMemoryUnmap,
    Syscall::ShareLend,
    Syscall::ShareLend,
    Syscall::ShareReturn,
    Syscall::SharedMemoryRead,
    Syscall::SharedMemoryWrite,
];

/// Bytes in or near a region, mostly the first.
fn shared_buffer(random: &mut Random) -> [usize; 2] {
    let region = if random.once_in(2) { 0 } else { random.below(SHARED_REGIONS) };
    let start = SHARED + region * SHARED_STRIDE;
    let address = match random.below(4) {
        0 => start - 2,
        1 => start + SHARED_BYTES - 4,
        _inside => start,
    };
    match random.below(8) {
        // What stands there is a slice table, now and then.
        0 => [SHARED, LIST_FLAG | random.below(3)],
        _flat => [address + random.below(5), random.below(9)],
    }
}

/// Has a call take bytes from shared memory, or put them there, where it does either.
pub(super) fn point_there(
    random: &mut Random,
    number: usize,
    arguments: &mut [usize; ARGUMENT_COUNT],
) {
    let first: &[usize] = match Syscall::from_number(number) {
        Some(
            Syscall::ChannelTransact
            | Syscall::ChannelAsyncTransact
            | Syscall::ChannelRespondAndReceive,
        ) => &[1, 3],
        Some(Syscall::ChannelReceive | Syscall::ChannelRespond) => &[1],
        Some(
            Syscall::ChannelRead
            | Syscall::ChannelReadExact
            | Syscall::SharedMemoryRead
            | Syscall::SharedMemoryWrite,
        ) => &[2],
        Some(Syscall::DebugLog) => &[0],
        _without_a_buffer => return,
    };
    let first = random.pick(first);
    [arguments[first], arguments[first + 1]] = shared_buffer(random);
}

/// What programs do to shared memory between their calls, and where their slice tables point then.
pub fn scribble(random: &mut Random, memory: &mut Memory, shared: &mut Shared) {
    let address = SHARED + random.below(SHARED_REGIONS * SHARED_STRIDE);
    shared.set(address, random.word().to_le_bytes()[0]);
    if random.once_in(4) {
        let entry = SHARED + 2 * size_of::<usize>() * random.below(2);
        let words = [random.pick(&[OUT, IN, SHARED + 0x18]), random.below(4)];
        for (at, byte) in words.into_iter().flat_map(usize::to_ne_bytes).enumerate() {
            shared.set(entry + at, byte);
        }
    }
    if random.once_in(4) {
        let entry = random.pick(&[OUT_TABLE, IN_TABLE]) + 2 * size_of::<usize>() * random.below(2);
        let [start, length] = shared_buffer(random);
        memory.set_word(entry, start);
        memory.set_word(entry + size_of::<usize>(), length);
    }
}

fn rights(random: &mut Random) -> usize {
    match random.below(10) {
        0 => any_word(random),
        1..5 => READ,
        _most => READ_WRITE,
    }
}

/// Replaces words by such as the call could mean. The first is a handle already.
pub(super) fn sensible(
    random: &mut Random,
    syscall: Syscall,
    arguments: &mut [usize; ARGUMENT_COUNT],
) {
    match syscall {
        Syscall::SharedMemoryMap => arguments[1] = rights(random),
        Syscall::ShareLend => {
            arguments[1] = if random.once_in(5) { OWN_PROCESS } else { random.below(6) };
            arguments[2] = rights(random);
        }
        Syscall::SharedMemoryRead | Syscall::SharedMemoryWrite => {
            arguments[1] = match random.below(6) {
                0 => any_word(random),
                1 => SHARED_BYTES - random.below(9),
                _inside => random.below(16),
            };
            [arguments[2], arguments[3]] = buffer(random);
        }
        _others => {}
    }
}
