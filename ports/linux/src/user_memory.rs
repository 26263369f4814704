//! Reaching the bytes of a program.
//!
//! Bytes on the main thread's stack lie in the memory file, which the supervisor has mapped too; so
//! a message between two stacks is copied once and without asking Linux, which would cost more
//! than the hand-off itself. All others are reached by `process_vm_readv` and `process_vm_writev`.
//! Linux walks the program's own page tables for these, so an address that the program has not
//! mapped, or may not write, is an error and never reaches anybody else's memory.
//!
//! A program that races with a copy can spoil its own bytes only. The supervisor never makes a
//! reference to them: to the compiler they are addresses handed to an instruction or to Linux.

use std::arch::asm;
use std::io;
use std::ptr;
use std::ptr::NonNull;

use crate::linux::checked;

/// Where some bytes of a program are, for the supervisor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// In memory that the supervisor shares: mapped, at least as long as the copy, for as long as
    /// the process lives.
    Shared(NonNull<u8>),
    /// At this address of the Linux process.
    Remote(libc::pid_t, usize),
}

/// Which of the two places of a copy was at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Culprit {
    /// The one to read from.
    Source,
    /// The one to write to.
    Destination,
}

/// Copies `length` bytes from one place to another, as `memmove` does. `spare` is where they are
/// in between when neither place is shared; it grows as needed.
///
/// # Safety
/// A shared place must be mapped for `length` bytes.
pub(crate) unsafe fn copy(
    source: Place,
    destination: Place,
    length: usize,
    spare: &mut Vec<u8>,
) -> Result<(), Culprit> {
    match (source, destination) {
        (Place::Shared(source), Place::Shared(destination)) => {
            // SAFETY: (user_memory-3) mapped, as the caller says.
            unsafe { move_bytes(source, destination, length) };
            Ok(())
        }
        (Place::Shared(source), Place::Remote(pid, address)) => {
            // SAFETY: (user_memory-4) as above.
            unsafe { write_raw(pid, address, source.as_ptr(), length) }
                .map_err(|_| Culprit::Destination)
        }
        (Place::Remote(pid, address), Place::Shared(destination)) => {
            // SAFETY: (user_memory-5) as above.
            unsafe { read_raw(pid, address, destination.as_ptr(), length) }
                .map_err(|_| Culprit::Source)
        }
        (Place::Remote(source, from), Place::Remote(destination, to)) => {
            if spare.len() < length {
                spare.resize(length, 0);
            }
            let bytes = &mut spare[..length];
            read(source, from, bytes).map_err(|_| Culprit::Source)?;
            write(destination, to, bytes).map_err(|_| Culprit::Destination)
        }
    }
}

/// Copies bytes that a program may be changing at the same time; the ranges may overlap.
///
/// # Safety
/// Both must be mapped for `length` bytes.
unsafe fn move_bytes(source: NonNull<u8>, destination: NonNull<u8>, length: usize) {
    let (from, to) = (source.as_ptr(), destination.as_ptr());
    let distance = to.addr().wrapping_sub(from.addr());
    if distance >= length {
        // SAFETY: (user_memory-6) one instruction over mapped memory. What races with it is
        // another Linux process; within this one nothing else touches these bytes.
        unsafe {
            asm!("rep movsb", inout("rcx") length => _, inout("rsi") from => _,
                inout("rdi") to => _, options(nostack, preserves_flags));
        }
    } else if length > 0 {
        // The destination begins inside the source: from the last byte to the first.
        // SAFETY: (user_memory-7) as above; the direction is put back.
        unsafe {
            asm!("std", "rep movsb", "cld", inout("rcx") length => _,
                inout("rsi") from.add(length - 1) => _, inout("rdi") to.add(length - 1) => _,
                options(nostack));
        }
    }
}

/// Reads the bytes at `place`, all of them or an error.
///
/// # Safety
/// A shared place must be mapped for as many bytes.
pub(crate) unsafe fn read_place(place: Place, bytes: &mut [u8]) -> io::Result<()> {
    match place {
        Place::Shared(source) => {
            // SAFETY: (user_memory-8) mapped, as the caller says; `bytes` is ours.
            unsafe { move_bytes(source, NonNull::from(&mut *bytes).cast(), bytes.len()) };
            Ok(())
        }
        Place::Remote(pid, address) => read(pid, address, bytes),
    }
}

/// Writes the bytes to `place`, all of them or an error.
///
/// # Safety
/// A shared place must be mapped for as many bytes.
pub(crate) unsafe fn write_place(place: Place, bytes: &[u8]) -> io::Result<()> {
    match place {
        Place::Shared(destination) => {
            // SAFETY: (user_memory-11) mapped, as the caller says; `bytes` is only read.
            unsafe { move_bytes(NonNull::from(bytes).cast(), destination, bytes.len()) };
            Ok(())
        }
        Place::Remote(pid, address) => write(pid, address, bytes),
    }
}

/// Reads the bytes at `address` of process `pid`, all of them or an error.
pub(crate) fn read(pid: libc::pid_t, address: usize, bytes: &mut [u8]) -> io::Result<()> {
    // SAFETY: (user_memory-1) `bytes` is ours to write.
    unsafe { read_raw(pid, address, bytes.as_mut_ptr(), bytes.len()) }
}

/// Writes the bytes to `address` of process `pid`, all of them or an error. On an error, a part
/// may have been written.
pub(crate) fn write(pid: libc::pid_t, address: usize, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: (user_memory-2) `bytes` is ours to read.
    unsafe { write_raw(pid, address, bytes.as_ptr(), bytes.len()) }
}

/// # Safety
/// `bytes` must be mapped, writable, for `length` bytes.
unsafe fn read_raw(pid: i32, address: usize, bytes: *mut u8, length: usize) -> io::Result<()> {
    let local = libc::iovec { iov_base: bytes.cast(), iov_len: length };
    let remote = remote(address, length);
    // SAFETY: (user_memory-9) Linux writes only to `bytes`; it checks the remote range itself.
    let moved = unsafe { libc::process_vm_readv(pid, &local, 1, &remote, 1, 0) };
    complete(checked(moved)?, length)
}

/// # Safety
/// `bytes` must be mapped, readable, for `length` bytes.
unsafe fn write_raw(pid: i32, address: usize, bytes: *const u8, length: usize) -> io::Result<()> {
    let local = libc::iovec { iov_base: bytes.cast_mut().cast(), iov_len: length };
    let remote = remote(address, length);
    // SAFETY: (user_memory-10) Linux only reads `bytes`, although the type says otherwise.
    let moved = unsafe { libc::process_vm_writev(pid, &local, 1, &remote, 1, 0) };
    complete(checked(moved)?, length)
}

/// Tells whether Linux forbids us to reach other processes' memory at all.
pub(crate) fn is_forbidden(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES | libc::ENOSYS))
}

fn remote(address: usize, length: usize) -> libc::iovec {
    libc::iovec { iov_base: ptr::without_provenance_mut(address), iov_len: length }
}

fn complete(moved: isize, wanted: usize) -> io::Result<()> {
    if usize::try_from(moved) == Ok(wanted) {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::EFAULT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_move_and_bad_addresses_are_errors() {
        let own = std::process::id() as libc::pid_t;
        let mut there = *b"window";
        let address = there.as_mut_ptr().expose_provenance();
        let mut here = [0; 6];
        read(own, address, &mut here).expect("our own memory");
        assert_eq!(&here, b"window");
        write(own, address, b"office").expect("our own memory");
        assert_eq!(&there, b"office");
        for bad in [0, 1, usize::MAX, usize::MAX - 5, usize::MAX / 2] {
            assert!(!is_forbidden(&read(own, bad, &mut here).expect_err("not mapped")));
            assert!(!is_forbidden(&write(own, bad, &here).expect_err("not mapped")));
        }
        let constant = b"constants are not writable".as_ptr().expose_provenance();
        write(own, constant, b"x").expect_err("read-only");
    }

    /// Two buffers in one, so that copies may overlap.
    fn copied(shared: (bool, bool), from: usize, to: usize, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..64).collect();
        let own = std::process::id() as libc::pid_t;
        let place = |is_shared, offset: usize| {
            // SAFETY: within the bytes.
            let byte = unsafe { NonNull::from(&mut bytes[..]).cast::<u8>().add(offset) };
            let address = byte.as_ptr().expose_provenance();
            if is_shared { Place::Shared(byte) } else { Place::Remote(own, address) }
        };
        let mut place = place;
        let (source, destination) = (place(shared.0, from), place(shared.1, to));
        // SAFETY: both places hold 16 bytes and more.
        unsafe { copy(source, destination, length, &mut Vec::new()) }.expect("good places");
        bytes
    }

    #[test]
    fn every_way_to_copy_does_the_same() {
        for (from, to) in [(0, 32), (32, 0), (4, 8), (8, 4), (7, 7)] {
            for length in [0, 1, 3, 8, 16] {
                let mut expected: Vec<u8> = (0..64).collect();
                expected.copy_within(from..from + length, to);
                for shared in [(true, true), (true, false), (false, true), (false, false)] {
                    // Linux promises nothing about overlaps, and no two processes share bytes.
                    if from.abs_diff(to) >= length || shared.0 == shared.1 {
                        assert_eq!(copied(shared, from, to, length), expected, "{shared:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_side_whose_memory_is_bad_is_named() {
        let own = std::process::id() as libc::pid_t;
        let mut bytes = [0u8; 8];
        let good = Place::Shared(NonNull::from(&mut bytes).cast());
        let bad = Place::Remote(own, 1);
        let mut spare = Vec::new();
        let mut blame = |source, destination| {
            // SAFETY: the shared place holds 8 bytes.
            unsafe { copy(source, destination, 8, &mut spare) }
        };
        assert_eq!(blame(good, bad), Err(Culprit::Destination));
        assert_eq!(blame(bad, good), Err(Culprit::Source));
        assert_eq!(blame(bad, bad), Err(Culprit::Source));
        assert_eq!(blame(good, good), Ok(()));
    }
}
