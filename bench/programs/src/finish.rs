//! The end of a run.

use pw_status::Result;
use userspace::println;
use userspace::syscall::debug_shutdown;
use userspace::time::{Duration, SystemClock, sleep_until};

/// How long a run that went well lingers, so that the bench can look into the machine.
const LINGER: Duration = Duration::from_secs(60);

/// Says `done`, or what went wrong, and ends the run.
///
/// # Errors
/// None but that of a kernel that refuses to end.
pub fn finish(result: Result<()>) -> Result<()> {
    match result {
        Ok(()) => {
            println!("done");
            sleep_until(SystemClock::now() + LINGER)?;
        }
        Err(error) => println!("the bench does not work: {error:?}"),
    }
    debug_shutdown(result)
}
