//! The version of the agreement itself (CF-7).

/// The version of everything in this crate. A program built for another one is refused.
pub const ABI_VERSION: u32 = 5;

/// The section of a program's image that holds its [`AbiRecord`].
pub const ABI_SECTION: &str = ".guichet_abi";

/// What a program's image says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct AbiRecord {
    /// Marks the record; always [`AbiRecord::MAGIC`].
    pub magic: u32,
    /// The [`ABI_VERSION`] that the program was built for.
    pub version: u32,
}

impl AbiRecord {
    /// The bytes `GUIC`, read as a little-endian word.
    pub const MAGIC: u32 = u32::from_le_bytes(*b"GUIC");

    /// The record of a program built against this crate.
    pub const CURRENT: AbiRecord = AbiRecord { magic: Self::MAGIC, version: ABI_VERSION };
}
