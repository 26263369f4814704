//! A program that knows nothing of Guichet: it has no entry and no record of what it was built for.
#![no_std]
#![no_main]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
