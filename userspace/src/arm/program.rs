//! What an Arm program has that no library can give it: the place where it begins.
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
            ".syntax unified",
            ".pushsection .text.guichet_start,\"ax\",%progbits",
            ".global guichet_start",
            ".type guichet_start,%function",
            ".thumb_func",
            "guichet_start:",
            "movs r3, #0",
            "ldr r0, 20f",
            "ldr r1, 21f",
            "b 3f",
            "2:",
            "str r3, [r0], #4",
            "3:",
            "cmp r0, r1",
            "blo 2b",
            "ldr r0, 22f",
            "ldr r1, 23f",
            "ldr r2, 24f",
            "b 5f",
            "4:",
            "ldr r4, [r2], #4",
            "str r4, [r0], #4",
            "5:",
            "cmp r0, r1",
            "blo 4b",
            "ldr r0, 25f",
            "ldr r1, 26f",
            "b 7f",
            "6:",
            "str r3, [r0], #4",
            "7:",
            "cmp r0, r1",
            "blo 6b",
            "bl {main}",
            "udf #0",
            ".balign 4",
            "20: .word __guichet_stacks_start",
            "21: .word __guichet_stacks_end",
            "22: .word __guichet_data_start",
            "23: .word __guichet_data_end",
            "24: .word __guichet_data_load",
            "25: .word __guichet_bss_start",
            "26: .word __guichet_ram_limit",
            ".popsection",
            main = sym $main,
        );
    };
}
