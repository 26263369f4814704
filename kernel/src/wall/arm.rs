//! What the walls of both Arm architectures share.
//!
//! An Arm region says what data accesses may do and, apart from that, whether instructions may be
//! fetched at all; a fetch needs the right to read as well. So memory that can be executed or
//! written but not read does not exist there. A region also says what kind of memory it is.

use super::{Permissions, WallError};

/// What lies behind an address, for the order and the caching of accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemoryKind {
    /// Flash and RAM: accesses may be cached, merged and reordered.
    Normal,
    /// Registers of a device: accesses happen once each and in order; nothing is executed there.
    Device,
}

/// What data accesses of a process may do in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataAccess {
    Nothing,
    ReadOnly,
    ReadWrite,
}

impl DataAccess {
    /// The data accesses of some permissions. UnsupportedPermissions if no region can give those:
    /// writing or executing without reading, or executing what a device answers.
    pub(super) const fn of(
        permissions: Permissions,
        kind: MemoryKind,
    ) -> Result<DataAccess, WallError> {
        if permissions.execute && matches!(kind, MemoryKind::Device) {
            return Err(WallError::UnsupportedPermissions);
        }
        match (permissions.read, permissions.write, permissions.execute) {
            (false, false, false) => Ok(DataAccess::Nothing),
            (true, false, _) => Ok(DataAccess::ReadOnly),
            (true, true, _) => Ok(DataAccess::ReadWrite),
            (false, true, _) | (false, false, true) => Err(WallError::UnsupportedPermissions),
        }
    }

    /// The permissions that a region gives with these data accesses.
    pub(super) const fn permissions(self, execute_never: bool) -> Permissions {
        let (read, write) = match self {
            DataAccess::Nothing => (false, false),
            DataAccess::ReadOnly => (true, false),
            DataAccess::ReadWrite => (true, true),
        };
        Permissions { read, write, execute: read && !execute_never }
    }
}
