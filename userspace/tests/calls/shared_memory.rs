//! The guards of shared memory: which calls they make, in which order, and what they do when one is refused.

use std::cell::UnsafeCell;

use guichet_abi::{Error, OWN_PROCESS, Results, Syscall};
use userspace::shared_memory::{Rights, SharedMemory};
use userspace::syscall::Signals;
use userspace::time::Instant;

use crate::harness::{Call, bytes, run};

const REGION: SharedMemory = SharedMemory::new(5);
const BYTES: usize = 16;

/// Bytes that guards have slices of, one test at a time.
#[repr(align(16))]
struct Region(UnsafeCell<[u8; BYTES]>);

// SAFETY: the programs of tests run one at a time.
unsafe impl Sync for Region {}

static BYTES_OF_REGION: Region = Region(UnsafeCell::new([0; BYTES]));

/// A kernel that grants everything and shows these signals, but refuses one kind of call.
fn kernel(signals: Signals, refused: Option<(Syscall, Error)>) -> impl Fn(&Call) -> Results + Send {
    move |(number, _)| {
        let error = refused.filter(|(call, _)| *call as usize == *number);
        let status = error.map_or(0, |(_, error)| error as u32);
        let (value0, value1) = match Syscall::from_number(*number) {
            Some(Syscall::SharedMemoryMap) => (BYTES_OF_REGION.0.get().expose_provenance(), BYTES),
            Some(Syscall::ObjectWait) => (0, signals.bits() as usize),
            _ => (0, 0),
        };
        Results { status, value0, value1 }
    }
}

fn granting() -> impl Fn(&Call) -> Results + Send {
    kernel(Signals::READABLE | Signals::WRITEABLE, None)
}

/// Which calls were made, with the words that matter.
fn made(calls: &[Call]) -> Vec<(Syscall, [usize; 3])> {
    let call = |(number, arguments): &Call| {
        let [handle, first, second, ..] = *arguments;
        assert_eq!(handle, 5);
        let call = Syscall::from_number(*number).unwrap();
        let words = match call {
            Syscall::ShareLend | Syscall::SharedMemoryMap => [handle, first, second],
            Syscall::ObjectWait => [handle, first, 0],
            _ => [handle, 0, 0],
        };
        (call, words)
    };
    calls.iter().map(call).collect()
}

const CLAIM: (Syscall, [usize; 3]) = (Syscall::ShareLend, [5, OWN_PROCESS, 3]);
const MAP: (Syscall, [usize; 3]) = (Syscall::SharedMemoryMap, [5, 3, 0]);
const RETURN: (Syscall, [usize; 3]) = (Syscall::ShareReturn, [5, 0, 0]);

fn wait_for(signals: Signals) -> (Syscall, [usize; 3]) {
    (Syscall::ObjectWait, [5, signals.bits() as usize, 0])
}

#[test]
fn a_claim_holds_and_maps_and_its_end_gives_back() {
    let program = || {
        let mut held = REGION.claim()?;
        held.fill(7);
        held[3] = 8;
        Ok(held.iter().map(|byte| u32::from(*byte)).sum::<u32>())
    };
    let (sum, calls) = run(3, granting(), program);
    assert_eq!(sum, Ok::<_, Error>(15 * 7 + 8));
    assert_eq!(made(&calls), [CLAIM, MAP, RETURN]);
}

#[test]
fn a_claim_that_cannot_be_mapped_is_held_no_more() {
    let refused =
        kernel(Signals::empty(), Some((Syscall::SharedMemoryMap, Error::ResourceExhausted)));
    let (claimed, calls) = run(3, refused, || REGION.claim().map(drop));
    assert_eq!(claimed, Err(Error::ResourceExhausted));
    assert_eq!(made(&calls), [CLAIM, MAP, RETURN]);
    let (claimed, _) = run(3, granting(), || REGION.claim().map(drop));
    assert_eq!(claimed, Ok(()));
}

#[test]
fn a_loan_whose_lender_ends_while_it_is_mapped_is_none() {
    // The first wait finds it, the one after the mapping does not.
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let kernel = |call: &Call| {
        let (number, _) = call;
        let is_wait = *number == Syscall::ObjectWait as usize;
        let is_late = is_wait && seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0;
        let status = if is_late { Error::DeadlineExceeded as u32 } else { 0 };
        Results { status, ..granting()(call) }
    };
    let (borrowed, calls) = run(3, kernel, || REGION.wait_for_loan(Instant::MAX).map(drop));
    assert_eq!(borrowed, Err(Error::PermissionDenied));
    let expected = [wait_for(Signals::READABLE), MAP, wait_for(Signals::WRITEABLE)];
    assert_eq!(made(&calls), expected);
}

#[test]
fn a_loan_takes_the_slice_away_and_brings_it_back() {
    let signals = Signals::READABLE | Signals::WRITEABLE | Signals::ERROR;
    let program = || {
        let lent = REGION.claim()?.lend(2, Rights::Read)?;
        assert_eq!(REGION.claim().err(), Some(Error::AlreadyExists));
        let back = lent.wait(Instant::MAX)?;
        assert!(back.is_orphaned);
        back.held.give_back();
        Ok::<_, Error>(())
    };
    let (done, calls) = run(5, kernel(signals, None), program);
    assert_eq!(done, Ok(()));
    let returned = wait_for(Signals::READABLE | Signals::ERROR);
    let lend = (Syscall::ShareLend, [5, 2, 1]);
    assert_eq!(made(&calls), [CLAIM, MAP, lend, returned, RETURN]);
}

#[test]
fn what_was_not_lent_is_still_held() {
    let only_own = |call: &Call| {
        let (number, arguments) = call;
        let is_refused = *number == Syscall::ShareLend as usize && arguments[1] != OWN_PROCESS;
        let status = if is_refused { Error::Unavailable as u32 } else { 0 };
        Results { status, ..granting()(call) }
    };
    let program = || {
        let not_lent = REGION.claim().unwrap().lend(2, Rights::ReadWrite).err().unwrap();
        assert_eq!(not_lent.error, Error::Unavailable);
        not_lent.held.len()
    };
    let (length, calls) = run(4, only_own, program);
    assert_eq!(length, BYTES);
    assert_eq!(made(&calls).last(), Some(&RETURN));
}

#[test]
fn copies_pass_the_offset_and_the_buffer() {
    let kernel = |(number, arguments): &Call| {
        let [handle, offset, address, length, ..] = *arguments;
        assert_eq!((handle, offset, length), (5, 1000, 4));
        match Syscall::from_number(*number) {
            Some(Syscall::SharedMemoryRead) => bytes(address, length).copy_from_slice(b"come"),
            Some(Syscall::SharedMemoryWrite) => assert_eq!(bytes(address, length), b"gone"),
            other => panic!("{other:?}"),
        }
        Results { status: 0, value0: 4, value1: 0 }
    };
    let program = || {
        let mut buffer = [0; 4];
        assert_eq!(REGION.read(1000, &mut buffer), Ok(4));
        assert_eq!(&buffer, b"come");
        REGION.write(1000, b"gone")
    };
    let (written, _) = run(2, kernel, program);
    assert_eq!(written, Ok(4));
}
