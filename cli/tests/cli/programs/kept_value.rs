//! A capsule that keeps one number, which its owner says and everybody may ask for.
#![no_std]
#![forbid(unsafe_code)]

use guichet_kernel::ProcessIndex;
use guichet_kernel::capsule::{Capsule, CommandReturn, Due, ErrorCode, Means, Needed, Unneeded};

/// The capsule.
pub static CAPSULE: KeptValue = KeptValue;

/// Its code.
pub struct KeptValue;

impl Capsule for KeptValue {
    const DRIVER: u32 = 0xA_0000;
    const READ_ONLY: u8 = 0;
    const READ_WRITE: u8 = 0;
    const UPCALLS: u8 = 0;
    type State = u32;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Unneeded;
    type Identities = Unneeded;
    type Clock = Needed;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        [value, _]: [u32; 2],
    ) -> CommandReturn {
        match command {
            1 if !means.is_owner(caller) => CommandReturn::failure(ErrorCode::Reserve),
            1 => {
                for process in means.processes() {
                    if let Some(state) = means.state_mut(process) {
                        *state = value;
                    }
                }
                CommandReturn::success()
            }
            2 => CommandReturn::success_u32(means.state(caller).copied().unwrap_or_default()),
            _ => CommandReturn::failure(ErrorCode::NoSupport),
        }
    }

    fn upcall(&self, _: &mut Means<'_, Self>, _: ProcessIndex, _: u8) -> Option<Due> {
        None
    }
}
