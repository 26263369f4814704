//! A policy of a board's own for the name registry (NR-4): two rules that have nothing to do with `services`.

use guichet_abi::ErrorCode;
use guichet_kernel::{Declared, Name, NameRegistry, Policy, ProcessIndex, TableIndex};

use super::plan::name_of;

/// The policy: the second process registers nothing but `b`, and nobody but the first discovers `b`.
#[derive(Clone, Copy, Debug)]
pub struct Guard;

/// The registry behind it.
pub static GUARDED_REGISTRY: NameRegistry<Guard> = NameRegistry::new(Guard);

impl Policy for Guard {
    fn may_register(
        &self,
        _declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode> {
        let is_refused = process.position() == 1 && *name != name_of(b'b');
        if is_refused { Err(ErrorCode::Off) } else { Ok(()) }
    }

    fn may_discover(
        &self,
        _declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode> {
        let is_refused = process.position() != 0 && *name == name_of(b'b');
        if is_refused { Err(ErrorCode::NoAcknowledge) } else { Ok(()) }
    }
}
