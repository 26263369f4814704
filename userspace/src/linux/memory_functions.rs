//! The six C functions that compiled Rust calls without being asked.
//!
//! `core` and the compiler count on them, and a program without libc has nobody else to define
//! them. They are short rather than fast: messages are small, and the kernel copies those.
//! They are assembly because a Rust loop that copies bytes may be compiled into a call of `memcpy`.

/// Defines memcpy, memmove, memset, memcmp, bcmp and strlen under these names with a prefix;
/// weakly, so that a libc's own win where there is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_memory_functions {
    ($prefix:literal) => {
        $crate::private::global_asm!(
            concat!(".pushsection .text.", $prefix, "memory,\"ax\",@progbits"),
            concat!(".weak ", $prefix, "memcpy"),
            concat!(".type ", $prefix, "memcpy,@function"),
            concat!($prefix, "memcpy:"),
            "mov rax, rdi",
            "mov rcx, rdx",
            "rep movsb",
            "ret",
            // Where the destination starts inside the source, the bytes go from the last to the
            // first.
            concat!(".weak ", $prefix, "memmove"),
            concat!(".type ", $prefix, "memmove,@function"),
            concat!($prefix, "memmove:"),
            "mov rax, rdi",
            "mov rcx, rdx",
            "mov r8, rdi",
            "sub r8, rsi",
            "cmp r8, rdx",
            "jb 2f",
            "rep movsb",
            "ret",
            "2:",
            "lea rdi, [rdi + rdx - 1]",
            "lea rsi, [rsi + rdx - 1]",
            "std",
            "rep movsb",
            "cld",
            "ret",
            concat!(".weak ", $prefix, "memset"),
            concat!(".type ", $prefix, "memset,@function"),
            concat!($prefix, "memset:"),
            "mov r8, rdi",
            "mov eax, esi",
            "mov rcx, rdx",
            "rep stosb",
            "mov rax, r8",
            "ret",
            concat!(".weak ", $prefix, "memcmp"),
            concat!(".type ", $prefix, "memcmp,@function"),
            concat!($prefix, "memcmp:"),
            concat!(".weak ", $prefix, "bcmp"),
            concat!(".type ", $prefix, "bcmp,@function"),
            concat!($prefix, "bcmp:"),
            "xor ecx, ecx",
            "2:",
            "cmp rcx, rdx",
            "je 3f",
            "movzx eax, byte ptr [rdi + rcx]",
            "movzx r8d, byte ptr [rsi + rcx]",
            "inc rcx",
            "sub eax, r8d",
            "je 2b",
            "ret",
            "3:",
            "xor eax, eax",
            "ret",
            concat!(".weak ", $prefix, "strlen"),
            concat!(".type ", $prefix, "strlen,@function"),
            concat!($prefix, "strlen:"),
            "xor eax, eax",
            "2:",
            "cmp byte ptr [rdi + rax], 0",
            "je 3f",
            "inc rax",
            "jmp 2b",
            "3:",
            "ret",
            ".popsection",
        );
    };
}

#[cfg(test)]
mod tests {
    use core::ffi::c_int;
    use std::vec::Vec;

    // Under other names, or the test program's libc would stand in their place.
    __guichet_memory_functions!("guichet_test_");

    unsafe extern "C" {
        fn guichet_test_memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8;
        fn guichet_test_memmove(to: *mut u8, from: *const u8, length: usize) -> *mut u8;
        fn guichet_test_memset(to: *mut u8, value: c_int, length: usize) -> *mut u8;
        fn guichet_test_memcmp(one: *const u8, other: *const u8, length: usize) -> c_int;
        fn guichet_test_bcmp(one: *const u8, other: *const u8, length: usize) -> c_int;
        fn guichet_test_strlen(text: *const u8) -> usize;
    }

    fn bytes() -> Vec<u8> {
        (0..64).collect()
    }

    #[test]
    fn memmove_bears_every_overlap() {
        for from in 0..16 {
            for to in 0..16 {
                for length in 0..32 {
                    let (mut moved, mut expected) = (bytes(), bytes());
                    expected.copy_within(from..from + length, to);
                    let start = moved.as_mut_ptr();
                    // SAFETY: both ranges lie in the 64 bytes.
                    unsafe {
                        let destination = start.add(to);
                        let result = guichet_test_memmove(destination, start.add(from), length);
                        assert_eq!(result, destination);
                    }
                    assert_eq!(moved, expected, "{length} bytes from {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn memcpy_and_memset_write_what_they_should_and_no_more() {
        for length in 0..32 {
            let mut copy = [0xEE; 40];
            // SAFETY: both buffers hold 32 bytes.
            let result =
                unsafe { guichet_test_memcpy(copy.as_mut_ptr(), bytes().as_ptr(), length) };
            assert_eq!(result, copy.as_mut_ptr());
            assert_eq!(copy[..length], bytes()[..length]);
            assert_eq!(copy[length..], [0xEE; 40][length..]);
            // SAFETY: the buffer holds 32 bytes.
            let result = unsafe { guichet_test_memset(copy.as_mut_ptr(), 0x1AB, length) };
            assert_eq!(result, copy.as_mut_ptr());
            assert_eq!(copy[..length], [0xAB; 40][..length], "only the low byte counts");
            assert_eq!(copy[length..], [0xEE; 40][length..]);
        }
    }

    #[test]
    fn memcmp_orders_by_the_first_difference() {
        let compare = |one: &[u8], other: &[u8]| {
            // SAFETY: both slices hold that many bytes.
            let (order, difference) = unsafe {
                let length = one.len().min(other.len());
                (
                    guichet_test_memcmp(one.as_ptr(), other.as_ptr(), length).signum(),
                    guichet_test_bcmp(one.as_ptr(), other.as_ptr(), length),
                )
            };
            assert_eq!(order == 0, difference == 0);
            order
        };
        assert_eq!(compare(b"", b""), 0);
        assert_eq!(compare(b"same", b"same"), 0);
        assert_eq!(compare(b"a\x7f", b"a\x80"), -1, "bytes have no sign");
        assert_eq!(compare(b"b\x00", b"a\xff"), 1);
    }

    #[test]
    fn strlen_counts_to_the_zero() {
        for text in [&b"\0"[..], b"a\0b\0", b"abcdef\0"] {
            let expected = text.iter().position(|byte| *byte == 0);
            // SAFETY: the text has a zero.
            assert_eq!(Some(unsafe { guichet_test_strlen(text.as_ptr()) }), expected);
        }
    }
}
