//! Where everything lies: the memory file from its start, and a program's address space.
//!
//! Pure arithmetic over the numbers of `guichet_abi::linux`, kept apart from the code that maps
//! and executes, so that every size and limit is tested without starting anything.

use guichet_abi::linux::{
    FRAMES_ADDRESS, MAX_THREADS, PAGE_BYTES, STACK_STRIDE, frames_bytes, stack_address,
};

/// Every segment of a program ends at or below this address.
pub(crate) const IMAGE_LIMIT: usize = 0x8_0000_0000;

/// The page that holds the empty path of a program's one `execveat`; see `wall`. It lies above
/// every image and below everything that a program may map, so no program ever has it.
pub(crate) const EXEC_PATH_ADDRESS: usize = IMAGE_LIMIT;

const _: () = assert!(EXEC_PATH_ADDRESS + PAGE_BYTES <= FRAMES_ADDRESS);

/// The largest stack of a thread: one page of its stride stays unmapped as a guard.
const MAX_STACK_BYTES: usize = STACK_STRIDE - PAGE_BYTES;

/// A part of a process's memory as the kernel's memory map sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryRange {
    /// The first address.
    pub address: usize,
    /// The length in bytes.
    pub length: usize,
    /// Whether the process may write there; it may always read.
    pub writable: bool,
}

impl MemoryRange {
    pub(crate) fn end(&self) -> usize {
        self.address.saturating_add(self.length)
    }
}

/// Why a process's threads cannot be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// No thread, or more than the port can hold.
    #[error("it declares {0} threads; on Linux a process has 1 to {MAX_THREADS}")]
    ThreadCount(usize),
    /// A stack of no bytes, or one that reaches into the next.
    #[error("its thread {thread} has a stack of {bytes} bytes; give it 1 to {MAX_STACK_BYTES}")]
    StackSize {
        /// The thread's number in its process.
        thread: usize,
        /// The declared size in bytes.
        bytes: usize,
    },
}

/// The memory file of one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    stack_offset: usize,
    /// The length of each thread's stack, whole pages.
    stacks: Vec<usize>,
}

impl Layout {
    /// Lays out a memory file for threads with stacks of these sizes in bytes, the main thread
    /// first; each is rounded up to whole pages.
    pub(crate) fn new(stacks: &[usize]) -> Result<Layout, LayoutError> {
        if stacks.is_empty() || stacks.len() > MAX_THREADS {
            return Err(LayoutError::ThreadCount(stacks.len()));
        }
        let unfit = |&(_, &bytes): &(usize, &usize)| bytes == 0 || bytes > MAX_STACK_BYTES;
        if let Some((thread, &bytes)) = stacks.iter().enumerate().find(unfit) {
            return Err(LayoutError::StackSize { thread, bytes });
        }
        Ok(Layout {
            stack_offset: frames_bytes(stacks.len()),
            stacks: stacks.iter().map(|bytes| bytes.next_multiple_of(PAGE_BYTES)).collect(),
        })
    }

    /// How many threads, and so frames, there are.
    pub(crate) fn threads(&self) -> usize {
        self.stacks.len()
    }

    /// Where the first thread's stack begins in the file; the header and the frames end there, and
    /// the other stacks follow.
    pub(crate) fn stack_offset(&self) -> usize {
        self.stack_offset
    }

    /// The length of the whole file in bytes.
    pub(crate) fn total_bytes(&self) -> usize {
        // At most 32 strides of 4 GiB: far from the end of a usize.
        self.stack_offset + self.stacks.iter().sum::<usize>()
    }

    /// The threads' stacks as parts of the process's memory map, the main thread's first.
    pub(crate) fn stacks(&self) -> impl Iterator<Item = MemoryRange> {
        let numbered = self.stacks.iter().enumerate();
        numbered.map(|(thread, &length)| MemoryRange {
            address: stack_address(thread),
            length,
            writable: true,
        })
    }

    /// The main thread's stack.
    pub(crate) fn main_stack(&self) -> MemoryRange {
        let length = self.stacks.first().copied().unwrap_or_default();
        MemoryRange { address: stack_address(0), length, writable: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_follow_the_frames_in_whole_pages() {
        let layout = Layout::new(&[1, 4096, 4097]).expect("three fair stacks");
        assert_eq!(layout.threads(), 3);
        assert_eq!(layout.stack_offset(), frames_bytes(3));
        assert_eq!(layout.total_bytes(), frames_bytes(3) + 4 * 4096);
        let stack = layout.main_stack();
        assert_eq!((stack.address, stack.length, stack.writable), (stack_address(0), 4096, true));
        let stacks: Vec<_> = layout.stacks().map(|stack| (stack.address, stack.length)).collect();
        assert_eq!(
            stacks,
            [0, 1, 2].map(stack_address).into_iter().zip([4096, 4096, 8192]).collect::<Vec<_>>()
        );
    }

    #[test]
    fn impossible_threads_and_stacks_are_refused() {
        assert_eq!(Layout::new(&[]), Err(LayoutError::ThreadCount(0)));
        assert_eq!(Layout::new(&[4096; 33]), Err(LayoutError::ThreadCount(33)));
        let error = |bytes| Err(LayoutError::StackSize { thread: 1, bytes });
        for bytes in [0, MAX_STACK_BYTES + 1, usize::MAX] {
            assert_eq!(Layout::new(&[4096, bytes]), error(bytes));
        }
        assert!(Layout::new(&[MAX_STACK_BYTES; MAX_THREADS]).is_ok());
    }
}
