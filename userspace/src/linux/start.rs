//! From Linux's entry into the program to the program's own first instruction.
//!
//! The supervisor has prepared a memory file and shut every door but those that this needs. Here
//! the program maps the file's header and frames and its threads' stacks, installs its signal
//! handlers, and reports ready by its first trap. When the kernel runs the thread, it enters the
//! program on its own stack, with registers that hold nothing (AB-9).

use core::arch::asm;

use core::sync::atomic::Ordering;

use guichet_abi::AbiRecord;
use guichet_abi::linux::{
    FRAMES_ADDRESS, MAX_THREADS, PAGE_BYTES, ProcessHeader, READY, STACK_STRIDE, frames_bytes,
    stack_address,
};
use linux_raw_sys::errno::EBADF;

use super::calls::{exit_group, map, write_standard_error};
use super::frame::header;
use super::signals;
use super::trap::trap;

/// What somebody reads who starts a program from a shell.
const STARTED_BY_HAND: &str = "this program is a process of a Guichet system and cannot run by \
                               itself; start the system with `guichet run`\n";

/// Why a program ended before it was ready; the value is its Linux exit code. All but the first
/// mean that the supervisor and the program disagree about [`guichet_abi::linux`], or that Linux
/// has no memory left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum StartFailure {
    /// There is no memory file: the program was not started by a supervisor. The only failure
    /// that also writes a line to standard error.
    StartedByHand = 64,
    /// The header page cannot be mapped.
    Header = 65,
    /// The supervisor's ABI is not the one that the program was built for (CF-7).
    AbiVersion = 66,
    /// The header names no threads or too many, or a stack that cannot be.
    Layout = 67,
    /// The frames cannot be mapped.
    Frames = 68,
    /// A thread's stack cannot be mapped.
    Stack = 69,
    /// The signal handlers cannot be installed.
    Signals = 70,
}

/// Prepares the process and enters `main` on its own stack; the entry macro's `guichet_start`
/// calls it.
///
/// # Safety
/// Called once, as the first thing in the process, by the only thread.
pub unsafe extern "C" fn start(main: extern "C" fn() -> !, record: &AbiRecord) -> ! {
    // SAFETY: the caller says that nothing has happened in the process yet.
    match unsafe { prepare(record) } {
        // SAFETY: the stack was mapped just now, for this thread.
        Ok(stack_top) => unsafe {
            // The results of being ready say nothing: what counts is that the thread runs.
            let _ = trap(READY, &[0; 7]);
            enter(main, stack_top)
        },
        Err(StartFailure::StartedByHand) => started_by_hand(),
        Err(failure) => exit_group(failure as u32),
    }
}

/// Says that the program is part of a system, and ends.
pub extern "C" fn started_by_hand() -> ! {
    write_standard_error(STARTED_BY_HAND);
    exit_group(StartFailure::StartedByHand as u32)
}

/// Maps everything, installs the handlers, and returns the end of the main thread's stack.
///
/// # Safety
/// As for [`start()`].
unsafe fn prepare(record: &AbiRecord) -> Result<usize, StartFailure> {
    // SAFETY: the ABI sets these addresses aside, and nothing has mapped them before.
    unsafe { map(FRAMES_ADDRESS, PAGE_BYTES, 0) }.map_err(|errno| match errno {
        EBADF => StartFailure::StartedByHand,
        _ => StartFailure::Header,
    })?;
    if header().abi_version.load(Ordering::Relaxed) != record.version {
        return Err(StartFailure::AbiVersion);
    }
    let layout = Layout::read(header()).ok_or(StartFailure::Layout)?;
    // SAFETY: as above.
    unsafe { map(FRAMES_ADDRESS + PAGE_BYTES, layout.frames_bytes - PAGE_BYTES, PAGE_BYTES) }
        .map_err(|_| StartFailure::Frames)?;
    let mut offset = layout.stack_offset;
    for (thread, bytes) in stacks(header()).enumerate() {
        // SAFETY: as above.
        unsafe { map(stack_address(thread), bytes, offset) }.map_err(|_| StartFailure::Stack)?;
        offset += bytes;
    }
    signals::install().map_err(|_| StartFailure::Signals)?;
    Ok(stack_address(0) + layout.main_stack_bytes)
}

/// The lengths of the threads' stacks.
fn stacks(header: &ProcessHeader) -> impl Iterator<Item = usize> {
    let threads = header.thread_count.load(Ordering::Relaxed) as usize;
    header.stack_bytes.iter().take(threads).map(|bytes| bytes.load(Ordering::Relaxed))
}

/// What the header says about the memory file, once it makes sense.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    frames_bytes: usize,
    stack_offset: usize,
    main_stack_bytes: usize,
}

impl Layout {
    fn read(header: &ProcessHeader) -> Option<Layout> {
        let threads = header.thread_count.load(Ordering::Relaxed) as usize;
        let stack_offset = header.stack_offset.load(Ordering::Relaxed);
        let main_stack_bytes = stacks(header).next()?;
        if !(1..=MAX_THREADS).contains(&threads) {
            return None;
        }
        let frames_bytes = frames_bytes(threads);
        let is_fit = |bytes: usize| {
            bytes.is_multiple_of(PAGE_BYTES)
                && (PAGE_BYTES..=STACK_STRIDE - PAGE_BYTES).contains(&bytes)
        };
        let fits = stack_offset.is_multiple_of(PAGE_BYTES)
            && stack_offset >= frames_bytes
            && stacks(header).all(is_fit);
        fits.then_some(Layout { frames_bytes, stack_offset, main_stack_bytes })
    }
}

/// Enters `main` on the stack that ends at `stack_top`, as if called, with zero in every general
/// register (AB-9).
///
/// # Safety
/// The stack is writable, ends on a page, and serves nobody else.
unsafe fn enter(main: extern "C" fn() -> !, stack_top: usize) -> ! {
    // SAFETY: nothing of this function is needed any more. The address of `main` goes through the
    // stack, so that no register is needed for the jump; after it the stack pointer is 8 below
    // a multiple of 16, as after a call, and the word there, a return address of 0, is where the
    // walk of a debugger ends.
    unsafe {
        asm!(
            "lea rsp, [rdi - 16]",
            "mov [rsp], rsi",
            "xor eax, eax",
            "xor ebx, ebx",
            "xor ecx, ecx",
            "xor edx, edx",
            "xor esi, esi",
            "xor edi, edi",
            "xor ebp, ebp",
            "xor r8d, r8d",
            "xor r9d, r9d",
            "xor r10d, r10d",
            "xor r11d, r11d",
            "xor r12d, r12d",
            "xor r13d, r13d",
            "xor r14d, r14d",
            "xor r15d, r15d",
            "ret",
            in("rdi") stack_top,
            in("rsi") main,
            options(noreturn),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(threads: u32, stack_offset: usize, stack_bytes: usize) -> Option<Layout> {
        let header = ProcessHeader::default();
        header.thread_count.store(threads, Ordering::Relaxed);
        header.stack_offset.store(stack_offset, Ordering::Relaxed);
        for word in &header.stack_bytes {
            word.store(stack_bytes, Ordering::Relaxed);
        }
        Layout::read(&header)
    }

    #[test]
    fn a_sound_header_is_taken_as_it_is() {
        let layout = Layout { frames_bytes: 8192, stack_offset: 8192, main_stack_bytes: 4096 };
        assert_eq!(read(1, 8192, 4096), Some(layout));
        assert!(read(MAX_THREADS as u32, 1 << 20, STACK_STRIDE - PAGE_BYTES).is_some());
    }

    #[test]
    fn a_header_that_cannot_be_is_refused() {
        assert_eq!(read(0, 8192, 4096), None, "no threads");
        assert_eq!(read(MAX_THREADS as u32 + 1, 1 << 20, 4096), None, "too many threads");
        assert_eq!(read(u32::MAX, 1 << 20, 4096), None, "far too many threads");
        assert_eq!(read(1, 4096, 4096), None, "a stack over the frames");
        assert_eq!(read(1, 8193, 4096), None, "a stack between pages");
        assert_eq!(read(1, 8192, 0), None, "no stack");
        assert_eq!(read(1, 8192, 100), None, "part of a page");
        assert_eq!(read(1, 8192, STACK_STRIDE), None, "a stack without its guard");
    }
}
