//! The plain calls: commands, and upcalls that call functions.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use userspace::syscall::{
    self, CapsuleError, Subscription, command, subscribe, yield_no_wait, yield_wait, yield_wait_for,
};

use super::values::Came;
use super::{DRIVERS, Said};

type Result<T> = core::result::Result<T, CapsuleError>;

/// What the function was called with last: which upcall it was, and one more; 0 if it was not called. Then the
/// three words.
static CALLED: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

fn note(first: usize, second: usize, third: usize, which: usize) {
    for (place, word) in CALLED.iter().zip([which + 1, first, second, third]) {
        place.store(word, Relaxed);
    }
}

/// Which upcall has been called, and with what.
fn noted() -> Option<(u32, [usize; 3])> {
    let [which, words @ ..] = CALLED.each_ref().map(|place| place.load(Relaxed));
    CALLED[0].store(0, Relaxed);
    Some((u32::try_from(which.checked_sub(1)?).ok()?, words))
}

/// The driver at a place.
pub(super) fn driver(place: u8) -> u32 {
    DRIVERS.get(usize::from(place)).copied().unwrap_or(u32::MAX)
}

/// Gives a command, and returns the three values.
pub(super) fn ask(driver: u32, number: u32, arguments: [u32; 2]) -> Result<[u32; 3]> {
    let returned = command(driver, number, arguments[0], arguments[1])?;
    returned.failure.map_or(Ok(returned.values), |code| Err(CapsuleError::Refused(code)))
}

/// Waits until one of these upcalls of a driver calls.
pub(super) fn called<const N: usize>(driver: u32, numbers: [u32; N]) -> Result<(u32, [usize; 3])> {
    let before = listen(driver, numbers)?;
    let came = loop {
        let _ = yield_wait()?;
        if let Some(came) = noted() {
            break came;
        }
    };
    restore(driver, numbers, before)?;
    Ok(came)
}

fn listen<const N: usize>(driver: u32, numbers: [u32; N]) -> Result<[Subscription; N]> {
    let mut before = [Subscription::NONE; N];
    for (number, before) in numbers.into_iter().zip(&mut before) {
        *before = subscribe(driver, number, Subscription::new(note, number as usize))?;
    }
    Ok(before)
}

fn restore<const N: usize>(
    driver: u32,
    numbers: [u32; N],
    before: [Subscription; N],
) -> Result<()> {
    for (number, before) in numbers.into_iter().zip(before) {
        subscribe(driver, number, before)?;
    }
    Ok(())
}

/// Takes an upcall if it is due.
pub(super) fn look(driver: u32, number: u32) -> Said {
    let before = listen(driver, [number])?;
    let yielded = yield_no_wait()?;
    restore(driver, [number], before)?;
    let came = yielded.is_some().then(noted).flatten();
    Ok(came.map_or(0, |(_, words)| Came(words).to_value()))
}

/// Subscribes to an upcall, and tells whether it was.
pub(super) fn hear(driver: u32, number: u32) -> Said {
    let [before] = listen(driver, [number])?;
    Ok((before != Subscription::NONE).into())
}

/// Waits for an upcall.
pub(super) fn wait_for(driver: u32, number: u32) -> Result<[usize; 3]> {
    yield_wait_for(driver, number)
}

/// The result that a status word in an upcall stands for.
pub(super) fn status(word: usize) -> Result<()> {
    let code = u32::try_from(word).ok().map(syscall::ErrorCode::from_number);
    match (word, code) {
        (0, _) => Ok(()),
        (_, Some(Some(code))) => Err(CapsuleError::Refused(code)),
        _ => Err(CapsuleError::Failed(pw_status::Error::DataLoss)),
    }
}
