//! `guichet new` (TL-2).

use guichet::Failure;
use guichet::new::create;

use crate::arguments::NewArguments;
use guichet::report;

/// Makes a system to start from and says what to do with it.
pub(crate) fn new(arguments: &NewArguments) -> Result<u8, Failure> {
    let folder = create(&arguments.name, arguments.path.as_deref(), arguments.guichet.as_deref())?;
    let folder = folder.display();
    report::say(format!("made the system `{}` in {folder}", arguments.name));
    report::say(format!("run it: guichet run {folder}"));
    Ok(0)
}
