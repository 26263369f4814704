//! One measurement and the line that tells it.

use core::hint::black_box;

use pw_status::Result;
use userspace::println;
use userspace::time::SystemClock;

/// How often each thing is done between two looks at the clock.
pub const ROUNDS: u32 = 10_000;

/// Says how fast the board's clock is, and what a loop takes that does nothing: that has to be taken
/// from everything else.
///
/// # Errors
/// None.
pub fn begin() -> Result<()> {
    clock();
    tell("nothing", |_| Ok(()))
}

/// Says how fast the board's clock is.
pub fn clock() {
    println!("clock {}", SystemClock::TICKS_PER_SEC);
}

/// Does something again and again, and says how many ticks went by.
///
/// # Errors
/// What it ends with when it does not work.
#[inline(always)]
pub fn tell(name: &str, round: impl FnMut(u32) -> Result<()>) -> Result<()> {
    let ticks = measured(round)?;
    println!("measured {ROUNDS} {ticks} {name}");
    Ok(())
}

/// As [`tell`], where in each round so many others do the same once as well: says what one of them takes.
///
/// # Errors
/// What it ends with when it does not work.
#[inline(always)]
pub fn tell_shared(name: &str, sharers: u32, round: impl FnMut(u32) -> Result<()>) -> Result<()> {
    let ticks = measured(round)?.checked_div(sharers.into()).unwrap_or(0);
    println!("measured {ROUNDS} {ticks} {name}");
    Ok(())
}

#[inline(always)]
fn measured(mut round: impl FnMut(u32) -> Result<()>) -> Result<u64> {
    let begin = SystemClock::now();
    for number in 0..ROUNDS {
        round(black_box(number))?;
    }
    Ok(SystemClock::now().ticks() - begin.ticks())
}
