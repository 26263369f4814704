//! The Linux calls that a program may make behind its wall, and the two that it makes only when
//! there is no wall yet to see.

use core::arch::asm;
use core::ptr;
use core::sync::atomic::AtomicU32;

use guichet_abi::linux::MEMORY_FD;
use linux_raw_sys::general;

/// Stands for the length of a signal set in the calls that ask for it, in bytes.
const SIGNAL_SET_BYTES: usize = size_of::<general::kernel_sigset_t>();

/// Makes a Linux call and returns what Linux does: a value, or a negated error number.
///
/// # Safety
/// As the call's manual page says.
#[inline(always)]
unsafe fn linux_call(number: u32, arguments: [usize; 6]) -> isize {
    let result: isize;
    // SAFETY: the caller vouches for the call. The instruction changes rax, rcx and r11, and the
    // block may read and write memory, which is also what keeps the compiler from holding back
    // stores that the other side of a futex should see.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") arguments[0],
            in("rsi") arguments[1],
            in("rdx") arguments[2],
            in("r10") arguments[3],
            in("r8") arguments[4],
            in("r9") arguments[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// A Linux error number.
pub(super) type Errno = u32;

fn check(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| u32::try_from(-result).unwrap_or(Errno::MAX))
}

/// Maps `length` bytes of the memory file from `offset` at `address`, which must be free.
///
/// # Safety
/// Nothing else may use those addresses.
pub(super) unsafe fn map(address: usize, length: usize, offset: usize) -> Result<(), Errno> {
    let protection = general::PROT_READ | general::PROT_WRITE;
    let flags = general::MAP_SHARED | general::MAP_FIXED_NOREPLACE;
    let arguments =
        [address, length, protection as usize, flags as usize, MEMORY_FD as usize, offset];
    // SAFETY: MAP_FIXED_NOREPLACE replaces nothing, and the caller says who owns the addresses.
    let mapped = check(unsafe { linux_call(general::__NR_mmap, arguments) })?;
    // A Linux that does not know the flag takes the address as a hint.
    if mapped == address { Ok(()) } else { Err(linux_raw_sys::errno::EEXIST) }
}

/// Sleeps while `word` is `value`. May return for no reason.
pub(super) fn futex_wait(word: &AtomicU32, value: u32) {
    let arguments =
        [ptr::from_ref(word).addr(), general::FUTEX_WAIT as usize, value as usize, 0, 0, 0];
    // SAFETY: Linux only reads the word, which lives. No outcome matters: the caller looks again.
    let _ = unsafe { linux_call(general::__NR_futex, arguments) };
}

/// Wakes the one who sleeps on `word`, if anyone does.
pub(super) fn futex_wake(word: &AtomicU32) {
    let arguments = [ptr::from_ref(word).addr(), general::FUTEX_WAKE as usize, 1, 0, 0, 0];
    // SAFETY: Linux only uses the address of the word.
    let _ = unsafe { linux_call(general::__NR_futex, arguments) };
}

/// Gives a Linux signal to a handler.
///
/// # Safety
/// The action's handler and restorer must be what their flags say.
pub(super) unsafe fn set_signal_action(
    signal: u32,
    action: &general::kernel_sigaction,
) -> Result<(), Errno> {
    let arguments = [signal as usize, ptr::from_ref(action).addr(), 0, SIGNAL_SET_BYTES, 0, 0];
    // SAFETY: Linux only reads the action; the caller vouches for what it says.
    check(unsafe { linux_call(general::__NR_rt_sigaction, arguments) }).map(|_| ())
}

/// Makes `stack` the one that handlers run on.
///
/// # Safety
/// The memory that it names must live for ever and serve nothing else.
pub(super) unsafe fn set_alternate_stack(stack: &general::stack_t) -> Result<(), Errno> {
    let arguments = [ptr::from_ref(stack).addr(), 0, 0, 0, 0, 0];
    // SAFETY: Linux only reads the description; the caller vouches for the memory.
    check(unsafe { linux_call(general::__NR_sigaltstack, arguments) }).map(|_| ())
}

/// Writes to standard error, as far as it takes it.
pub(super) fn write_standard_error(text: &str) {
    let arguments = [2, text.as_ptr().addr(), text.len(), 0, 0, 0];
    // SAFETY: Linux only reads the text.
    let _ = unsafe { linux_call(general::__NR_write, arguments) };
}

/// Ends the Linux process with this code.
pub(super) fn exit_group(code: u32) -> ! {
    loop {
        // SAFETY: the call touches no memory. It does not return; should a debugger make it, it is
        // made again.
        let _ = unsafe { linux_call(general::__NR_exit_group, [code as usize, 0, 0, 0, 0, 0]) };
    }
}
