//! The symbols that a program without libc must bring along.
//!
//! `guichet_start` is where Linux enters a program that `guichet build` has linked. Plain
//! `cargo build` links the same objects with C's start-up file instead, which wants `main` and
//! `__libc_start_main`: they are here so that editors and `cargo build --workspace` work on a
//! program as on any other, and to tell whoever starts such a program what it is. Exception
//! handling is never used (a panic ends the process), but the compiled `core` names
//! `rust_eh_personality`.
//!
//! The entry macro expands this in the final program, once.

/// Defines the start-up symbols of a program that runs `$main`, an `extern "C" fn() -> !`, and has
/// its [`AbiRecord`](guichet_abi::AbiRecord) at the start of the static `$record`.
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_program {
    ($main:path, $record:path) => {
        $crate::__guichet_memory_functions!("");

        $crate::private::global_asm!(
            ".pushsection .text.guichet_start,\"ax\",@progbits",
            ".globl guichet_start",
            ".type guichet_start,@function",
            "guichet_start:",
            // No frame lies above this one, whatever Linux left in the register.
            "xor ebp, ebp",
            "and rsp, -16",
            "lea rdi, [rip + {main}]",
            "lea rsi, [rip + {record}]",
            "call {start}",
            "ud2",
            ".popsection",
            ".pushsection .text.guichet_by_hand,\"ax\",@progbits",
            ".weak main",
            ".type main,@function",
            "main:",
            ".weak __libc_start_main",
            ".type __libc_start_main,@function",
            "__libc_start_main:",
            "and rsp, -16",
            "call {started_by_hand}",
            "ud2",
            ".weak rust_eh_personality",
            ".type rust_eh_personality,@function",
            "rust_eh_personality:",
            "ud2",
            ".popsection",
            main = sym $main,
            record = sym $record,
            start = sym $crate::private::start,
            started_by_hand = sym $crate::private::started_by_hand,
        );
    };
}
