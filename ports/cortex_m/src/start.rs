//! From reset to the board's entry, and what is said when the kernel itself panics.

use core::panic::PanicInfo;

use crate::run::halt;

/// Makes `$main`, a `fn() -> !`, what the machine runs after reset.
///
/// The vectors lead here, with the kernel's stack already in place; this makes the kernel's memory
/// what its source says.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        extern "C" fn guichet_board_main() -> ! {
            $main()
        }

        $crate::private::global_asm!(
            ".syntax unified",
            ".pushsection .text.guichet_kernel_start,\"ax\",%progbits",
            ".global guichet_kernel_start",
            ".type guichet_kernel_start,%function",
            ".thumb_func",
            "guichet_kernel_start:",
            "ldr r0, 7f",
            "ldr r1, 8f",
            "ldr r2, 9f",
            "b 3f",
            "2:",
            "ldr r3, [r2], #4",
            "str r3, [r0], #4",
            "3:",
            "cmp r0, r1",
            "blo 2b",
            "ldr r0, 10f",
            "ldr r1, 11f",
            "movs r2, #0",
            "b 5f",
            "4:",
            "str r2, [r0], #4",
            "5:",
            "cmp r0, r1",
            "blo 4b",
            "b {main}",
            ".balign 4",
            "7: .word __guichet_kernel_data_start",
            "8: .word __guichet_kernel_data_end",
            "9: .word __guichet_kernel_data_load",
            "10: .word __guichet_kernel_bss_start",
            "11: .word __guichet_kernel_bss_end",
            ".popsection",
            main = sym guichet_board_main,
        );
    };
}

/// The kernel has no panic that can be reached; the compiler cannot know, and wants this.
#[panic_handler]
fn panic(_info: &PanicInfo<'_>) -> ! {
    halt()
}
