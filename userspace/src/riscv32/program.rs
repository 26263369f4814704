//! What a RISC-V program has that no library can give it: the place where it begins.
//!
//! The kernel enters `guichet_start` with an empty stack and zero in every other register. The
//! linker script, which the tool writes for each process, says where things are; the start code
//! clears the stacks and the zeroed statics and copies the others from flash. It runs each time
//! that the process starts, so that a new life sees nothing of the one before (PR-3).
//!
//! It is assembly because Rust counts on its statics being there already.

/// Defines the start-up symbol of a program that runs `$main`, an `extern "C" fn() -> !`. `$record`
/// is found by its section.
#[doc(hidden)]
#[macro_export]
macro_rules! __guichet_program {
    ($main:path, $record:path) => {
        $crate::private::global_asm!(
            ".pushsection .text.guichet_start,\"ax\",@progbits",
            ".globl guichet_start",
            ".type guichet_start,@function",
            "guichet_start:",
            "la t0, __guichet_stacks_start",
            "la t1, __guichet_stacks_end",
            "2:",
            "bgeu t0, t1, 3f",
            "sw zero, 0(t0)",
            "addi t0, t0, 4",
            "j 2b",
            "3:",
            "la t0, __guichet_data_start",
            "la t1, __guichet_data_end",
            "la t2, __guichet_data_load",
            "4:",
            "bgeu t0, t1, 5f",
            "lw t3, 0(t2)",
            "sw t3, 0(t0)",
            "addi t0, t0, 4",
            "addi t2, t2, 4",
            "j 4b",
            "5:",
            "la t0, __guichet_bss_start",
            "la t1, __guichet_ram_limit",
            "6:",
            "bgeu t0, t1, 7f",
            "sw zero, 0(t0)",
            "addi t0, t0, 4",
            "j 6b",
            "7:",
            "call {main}",
            "unimp",
            ".popsection",
            main = sym $main,
        );
    };
}
