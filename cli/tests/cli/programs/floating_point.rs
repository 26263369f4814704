//! Keeping values in the floating-point registers while others run.

use userspace::time::Instant;

/// How many registers there are, the status among them.
const COUNT: usize = 33;

/// What a program has in its floating-point registers and their status. Like what follows, a function
/// of its own: its caller must not save the registers before, which would be its first use of them.
#[inline(never)]
pub fn registers() -> [u32; COUNT] {
    let mut words = [0; COUNT];
    // SAFETY: stores into the array, and nothing else.
    unsafe {
        core::arch::asm!(
            "vmrs {status}, fpscr",
            "vstm {words}!, {{s0-s31}}",
            "str {status}, [{words}]",
            words = inout(reg) words.as_mut_ptr() => _,
            status = out(reg) _,
        );
    }
    words
}

/// Puts values made from `seed` into the registers, sleeps until `deadline`, or spins where there is
/// none, and tells whether they are still there.
#[inline(never)]
pub fn keep(seed: u32, deadline: Option<Instant>) -> bool {
    let mut before: [u32; COUNT] = core::array::from_fn(|place| seed.wrapping_mul(place as u32 + 1));
    // The rounding mode, and nothing that a comparison would change.
    before[COUNT - 1] = (seed & 3) << 22;
    let mut after = [0; COUNT];
    let ticks = deadline.map_or(0, Instant::ticks);
    let spins = if deadline.is_some() { 0u32 } else { 100_000 };
    // SAFETY: loads from one array and stores to the other; between them either a call that takes no
    // buffer, after which only r6, r7 and the stack are as before, or a loop that ends.
    unsafe {
        core::arch::asm!(
            "push {{r2, r3}}",
            "vldm r2!, {{s0-s31}}",
            "ldr r2, [r2]",
            "vmsr fpscr, r2",
            "cbz r4, 3f",
            "2:",
            "subs r4, #1",
            "bne 2b",
            "b 4f",
            "3:",
            "svc #0",
            "4:",
            "pop {{r2, r3}}",
            "vmrs r4, fpscr",
            "vstm r3!, {{s0-s31}}",
            "str r4, [r3]",
            "movs r4, #0",
            "vmsr fpscr, r4",
            in("r0") ticks as u32,
            in("r1") (ticks >> 32) as u32,
            in("r2") before.as_ptr(),
            in("r3") after.as_mut_ptr(),
            in("r4") spins,
            in("r12") userspace::raw::Syscall::SleepUntil as usize,
            lateout("r0") _, lateout("r1") _, lateout("r2") _, lateout("r3") _, lateout("r4") _,
            lateout("r5") _, lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _,
            lateout("r12") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            out("s12") _, out("s13") _, out("s14") _, out("s15") _, out("s16") _, out("s17") _,
            out("s18") _, out("s19") _, out("s20") _, out("s21") _, out("s22") _, out("s23") _,
            out("s24") _, out("s25") _, out("s26") _, out("s27") _, out("s28") _, out("s29") _,
            out("s30") _, out("s31") _,
        );
    }
    before == after
}
