//! From reset to the board's entry, and what is said when the kernel itself panics.

use core::panic::PanicInfo;

use crate::run::halt;

/// Makes `$main`, a `fn() -> !`, what the machine runs after reset.
///
/// The board's linker script puts `guichet_kernel_start` where the machine begins. It lets one hart
/// through, gives it the kernel's stack, and makes the kernel's memory what its source says.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        extern "C" fn guichet_board_main() -> ! {
            $main()
        }

        $crate::private::global_asm!(
            ".pushsection .text.guichet_kernel_start,\"ax\",@progbits",
            ".globl guichet_kernel_start",
            "guichet_kernel_start:",
            "csrw mie, zero",
            "csrci mstatus, 8",
            "csrr t0, mhartid",
            "bnez t0, 6f",
            "la sp, __guichet_kernel_stack_end",
            "la t0, __guichet_kernel_data_start",
            "la t1, __guichet_kernel_data_end",
            "la t2, __guichet_kernel_data_load",
            "2:",
            "bgeu t0, t1, 3f",
            "lw t3, 0(t2)",
            "sw t3, 0(t0)",
            "addi t0, t0, 4",
            "addi t2, t2, 4",
            "j 2b",
            "3:",
            "la t0, __guichet_kernel_bss_start",
            "la t1, __guichet_kernel_bss_end",
            "4:",
            "bgeu t0, t1, 5f",
            "sw zero, 0(t0)",
            "addi t0, t0, 4",
            "j 4b",
            "5:",
            "call {main}",
            "6:",
            "wfi",
            "j 6b",
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
