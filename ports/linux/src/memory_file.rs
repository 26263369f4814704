//! The memory that a program and the supervisor share: a sealed memory file.
//!
//! The supervisor maps the header, the trap frames and the main thread's stack. It looks at the
//! first two through atomics, so that a program that writes there at the same time is nothing
//! worse than another thread; the stack it only ever copies as raw bytes (SOUNDNESS.md, "Frames"
//! and "User memory"). The file is sealed against shrinking: otherwise a read of a frame
//! could be made to end in SIGBUS.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

use guichet_abi::ABI_VERSION;
use guichet_abi::linux::{ProcessHeader, TrapFrame, frame_offset};

use crate::layout::Layout;
use crate::layout::MemoryRange;
use crate::linux::checked;

const NAME: &CStr = c"guichet-frames";

/// Makes a file in memory that keeps its length for ever, all zeroes, with its pages set aside.
pub(crate) fn sealed_file(name: &CStr, bytes: usize) -> io::Result<File> {
    let file = File::from(create_sealable(name)?);
    file.set_len(bytes as u64)?;
    reserve(&file, bytes)?;
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    // SAFETY: (memory_file-1) a call about a descriptor that we own.
    checked(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) })?;
    Ok(file)
}

/// The memory file of one life of one process.
pub(crate) struct MemoryFile {
    file: File,
    mapping: Mapping,
    threads: usize,
    /// Where the stack lies in the mapping, and where in the process's address space.
    stack_offset: usize,
    stack: MemoryRange,
}

impl MemoryFile {
    /// Makes a fresh memory file, all zero but for the header, of a program that finds what it may share
    /// here; 0 if nowhere.
    pub(crate) fn create(layout: &Layout, shared_address: usize) -> io::Result<MemoryFile> {
        let file = sealed_file(NAME, layout.total_bytes())?;
        let stack = layout.main_stack();
        let stack_offset = layout.stack_offset();
        let mapping = Mapping::of_file(file.as_fd(), stack_offset + stack.length)?;
        let threads = layout.threads();
        let memory = MemoryFile { file, mapping, threads, stack_offset, stack };
        let header = memory.header();
        header.abi_version.store(ABI_VERSION, Relaxed);
        header.thread_count.store(layout.threads() as u32, Relaxed);
        header.stack_offset.store(layout.stack_offset(), Relaxed);
        header.shared_address.store(shared_address, Relaxed);
        for (word, stack) in header.stack_bytes.iter().zip(layout.stacks()) {
            word.store(stack.length, Relaxed);
        }
        Ok(memory)
    }

    /// The descriptor, to be given to the program.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The header of the process.
    pub(crate) fn header(&self) -> &ProcessHeader {
        // SAFETY: (memory_file-2) the mapping is page aligned, at least a page long and lives as
        // long as self; the header is atomics only, for which every bit pattern is valid.
        unsafe { self.mapping.start.cast::<ProcessHeader>().as_ref() }
    }

    /// The frame of a thread of the process; of the main thread for one that is not declared.
    pub(crate) fn frame(&self, thread: usize) -> &TrapFrame {
        let offset = frame_offset(if thread < self.threads { thread } else { 0 });
        // SAFETY: (memory_file-3) the frames of all threads, of which there is at least one, lie
        // within the mapping, aligned to their stride; as above, a frame is atomics only.
        unsafe { self.mapping.start.byte_add(offset).cast::<TrapFrame>().as_ref() }
    }

    /// Where the supervisor finds these bytes of the process, if they all lie on its main stack.
    pub(crate) fn stack_bytes(&self, address: usize, length: usize) -> Option<NonNull<u8>> {
        let offset = address.checked_sub(self.stack.address)?;
        if offset.checked_add(length)? > self.stack.length {
            return None;
        }
        // SAFETY: (memory_file-8) within the stack, which lies within the mapping.
        Some(unsafe { self.mapping.start.byte_add(self.stack_offset + offset) }.cast())
    }
}

/// Has Linux set memory aside for the whole file: a page that could not be found when it is first
/// used would end the supervisor.
fn reserve(file: &File, bytes: usize) -> io::Result<()> {
    let bytes = libc::off_t::try_from(bytes).map_err(|_| io::ErrorKind::FileTooLarge)?;
    // SAFETY: (memory_file-9) a call about a descriptor that we own.
    checked(unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, bytes) }).map(drop)
}

/// A memory file that can be sealed, and that nobody can execute where Linux knows that seal.
fn create_sealable(name: &CStr) -> io::Result<OwnedFd> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    for flags in [flags | libc::MFD_NOEXEC_SEAL, flags] {
        // SAFETY: (memory_file-4) the name is a C string.
        match checked(unsafe { libc::memfd_create(name.as_ptr(), flags) }) {
            // SAFETY: (memory_file-5) a descriptor that was just made and has no other owner.
            Ok(descriptor) => return Ok(unsafe { OwnedFd::from_raw_fd(descriptor) }),
            Err(error) if error.raw_os_error() != Some(libc::EINVAL) => return Err(error),
            Err(_) => {}
        }
    }
    Err(io::Error::from_raw_os_error(libc::EINVAL))
}

/// Shared memory that is unmapped when it is dropped.
pub(crate) struct Mapping {
    start: NonNull<libc::c_void>,
    length: usize,
}

impl Mapping {
    /// The first `length` bytes of a file, which must be as long.
    pub(crate) fn of_file(file: BorrowedFd<'_>, length: usize) -> io::Result<Mapping> {
        Mapping::new(file.as_raw_fd(), libc::MAP_SHARED, length)
    }

    /// Fresh memory that is shared with children until they execute a program.
    pub(crate) fn shared_with_children(length: usize) -> io::Result<Mapping> {
        Mapping::new(-1, libc::MAP_SHARED | libc::MAP_ANONYMOUS, length)
    }

    fn new(descriptor: libc::c_int, flags: libc::c_int, length: usize) -> io::Result<Mapping> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: (memory_file-6) without MAP_FIXED, Linux takes addresses that nobody uses.
        let start =
            unsafe { libc::mmap(std::ptr::null_mut(), length, access, flags, descriptor, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Mapping { start, length })
    }

    /// Where the memory begins; page aligned, and mapped as long as self lives.
    pub(crate) fn start(&self) -> NonNull<libc::c_void> {
        self.start
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: (memory_file-7) this mapping is ours, and no reference into it outlives self.
        unsafe { libc::munmap(self.start.as_ptr(), self.length) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_main_stack_is_found() {
        let layout = Layout::new(&[8192, 4096]).expect("two fair stacks");
        let memory = MemoryFile::create(&layout, 0).expect("a memory file");
        let stack = layout.main_stack().address;
        let start = memory.mapping.start.as_ptr() as usize + layout.stack_offset();
        let found = |address, length| {
            memory.stack_bytes(address, length).map(|byte| byte.as_ptr() as usize - start)
        };
        assert_eq!(found(stack, 8192), Some(0));
        assert_eq!(found(stack + 8190, 2), Some(8190));
        assert_eq!(found(stack + 8190, 3), None);
        assert_eq!(found(stack - 1, 1), None);
        assert_eq!(found(stack, usize::MAX), None);
        assert_eq!(found(usize::MAX, 2), None);
    }

    fn ptr_distance(high: &TrapFrame, low: &TrapFrame) -> usize {
        std::ptr::from_ref(high).addr() - std::ptr::from_ref(low).addr()
    }

    #[test]
    fn a_fresh_file_says_what_it_holds_and_keeps_its_length() {
        let layout = Layout::new(&[8192, 4096]).expect("two fair stacks");
        let memory = MemoryFile::create(&layout, 0).expect("a memory file");
        let header = memory.header();
        assert_eq!(header.abi_version.load(Relaxed), ABI_VERSION);
        assert_eq!(header.thread_count.load(Relaxed), 2);
        assert_eq!(header.stack_offset.load(Relaxed), 8192);
        let bytes = [0, 1, 2].map(|thread| header.stack_bytes[thread].load(Relaxed));
        assert_eq!(bytes, [8192, 4096, 0]);
        assert_eq!(header.state.load(Relaxed), 0);
        let distance = ptr_distance(memory.frame(1), memory.frame(0));
        assert_eq!(distance, guichet_abi::linux::FRAME_STRIDE);
        assert_eq!(ptr_distance(memory.frame(2), memory.frame(0)), 0, "not declared");
        assert_eq!(memory.file.metadata().expect("metadata").len(), 8192 + 8192 + 4096);
        memory.file.set_len(4096).expect_err("the file is sealed");
        memory.file.set_len(1 << 20).expect_err("the file is sealed");
    }
}
