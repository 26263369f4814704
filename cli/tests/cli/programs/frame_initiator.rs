//! Makes a call whose answer is received where the processor puts the frame of that very call.
#![no_std]
#![no_main]

use initiator_codegen::handle;
use userspace::println;

#[userspace::process_entry("initiator")]
fn entry() {
    let request = [0u8; 4];
    // SAFETY: none; the process is expected to fault, and only it.
    unsafe {
        core::arch::asm!(
            "mov r3, sp",
            "subs r3, #32",
            "movs r4, #32",
            "mov r5, #-1",
            "mov r8, #-1",
            "svc #0",
            in("r0") handle::IPC,
            in("r1") request.as_ptr(),
            in("r2") request.len(),
            in("r12") userspace::raw::Syscall::ChannelTransact as usize,
            lateout("r3") _,
            lateout("r4") _,
            lateout("r5") _,
            lateout("r8") _,
        );
    }
    println!("survived");
}
