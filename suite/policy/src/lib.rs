//! A name registry with a policy in front (NR-4): the first byte of a name says what may be done with it, and
//! system.json5 what else may not.
#![no_std]
#![forbid(unsafe_code)]

use guichet_kernel::capsule::ErrorCode;
use guichet_kernel::{Declared, DeclaredServices, Name, NameRegistry, Policy, ProcessIndex};

/// The first byte of names that nobody registers.
pub const UNREGISTERED: u8 = 0xF0;
/// The first byte of names that nobody discovers.
pub const SECRET: u8 = 0xF1;

/// The registry, as system.json5 finds it.
pub static CAPSULE: NameRegistry<FirstByte> = NameRegistry::new(FirstByte);

/// The policy.
#[derive(Clone, Copy, Debug)]
pub struct FirstByte;

impl Policy for FirstByte {
    fn may_register(
        &self,
        declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode> {
        match name[0] {
            UNREGISTERED => Err(ErrorCode::Off),
            _ => DeclaredServices.may_register(declared, process, name),
        }
    }

    fn may_discover(
        &self,
        declared: Declared<'_>,
        process: ProcessIndex,
        name: &Name,
    ) -> Result<(), ErrorCode> {
        match name[0] {
            SECRET => Err(ErrorCode::Fail),
            _ => DeclaredServices.may_discover(declared, process, name),
        }
    }
}
