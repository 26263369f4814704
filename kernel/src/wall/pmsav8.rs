//! Armv8-M's memory protection: PMSAv8.
//!
//! From the Armv8-M architecture's descriptions of MPU_RBAR, MPU_RLAR and MPU_MAIR0: a region is a
//! base and a limit, both in steps of 32 bytes, the limit being the address of the last step. It
//! names its kind of memory by an index into the attribute registers, which are the same for all
//! processes. An address in two regions faults whatever they allow, so the ranges of a wall must
//! not overlap ([`AddressRange::overlaps`]).
//!
//! No region lets only the kernel write: what a process may only read, the kernel may only read too
//! while that process's wall stands.

use super::arm::{DataAccess, MemoryKind};
use super::{AddressRange, Permissions, WallError};

/// The step of base and limit, less one: the bits of a register that are no address.
const GRAIN_MASK: u32 = 31;

// MPU_RBAR. The shareability field stays 0: normal memory belongs to the one core, and for device
// memory the field has no meaning.
const EXECUTE_NEVER: u32 = 1 << 0;
const ACCESS: u32 = 3 << 1;
const KERNEL_READ_WRITE: u32 = 0 << 1;
const ALL_READ_WRITE: u32 = 1 << 1;
const ALL_READ_ONLY: u32 = 3 << 1;

// MPU_RLAR.
const ENABLE: u32 = 1 << 0;
const ATTRIBUTE_INDEX: u32 = 7 << 1;
const NORMAL_INDEX: u32 = 0 << 1;
const DEVICE_INDEX: u32 = 1 << 1;

/// Write-back, not transient, allocated on reads and writes, outside as inside.
const NORMAL_ATTRIBUTES: u8 = 0xFF;
/// Device-nGnRE: not gathered, not reordered, with early acknowledgement of writes.
const DEVICE_ATTRIBUTES: u8 = 0x04;

/// The value of MPU_MAIR0 that the attribute indices of all regions refer to. MPU_MAIR1 is not used.
pub const PMSAV8_MAIR0: u32 = u32::from_le_bytes([NORMAL_ATTRIBUTES, DEVICE_ATTRIBUTES, 0, 0]);

/// One region: the values of its two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pmsav8Region {
    /// MPU_RBAR: the base, shareability, access permissions and execute-never.
    pub base: u32,
    /// MPU_RLAR: the limit, the attribute index and enable.
    pub limit: u32,
}

impl Pmsav8Region {
    /// The region that matches nothing.
    pub const DISABLED: Pmsav8Region = Pmsav8Region { base: 0, limit: 0 };

    /// Expresses a range by one region.
    ///
    /// InexpressibleRange if an end of the range is no multiple of 32; UnsupportedPermissions for
    /// writing or executing without reading, and for executing a device.
    pub const fn encode(
        range: AddressRange,
        permissions: Permissions,
        kind: MemoryKind,
    ) -> Result<Pmsav8Region, WallError> {
        let access = match DataAccess::of(permissions, kind) {
            Ok(DataAccess::Nothing) => KERNEL_READ_WRITE,
            Ok(DataAccess::ReadOnly) => ALL_READ_ONLY,
            Ok(DataAccess::ReadWrite) => ALL_READ_WRITE,
            Err(error) => return Err(error),
        };
        if let Err(error) = range.check_grain(GRAIN_MASK) {
            return Err(error);
        }
        let execute_never = if permissions.execute { 0 } else { EXECUTE_NEVER };
        let attribute_index = match kind {
            MemoryKind::Normal => NORMAL_INDEX,
            MemoryKind::Device => DEVICE_INDEX,
        };
        Ok(Pmsav8Region {
            base: range.first | access | execute_never,
            limit: (range.last & !GRAIN_MASK) | attribute_index | ENABLE,
        })
    }

    /// The range that the region matches; `None` if it matches nothing.
    pub const fn range(self) -> Option<AddressRange> {
        let (first, last) = (self.base & !GRAIN_MASK, self.limit | GRAIN_MASK);
        if self.limit & ENABLE == 0 || last < first {
            return None;
        }
        Some(AddressRange { first, last })
    }

    /// What the region allows to a process.
    pub const fn permissions(self) -> Permissions {
        let access = match self.base & ACCESS {
            ALL_READ_WRITE => DataAccess::ReadWrite,
            ALL_READ_ONLY => DataAccess::ReadOnly,
            _kernel_only => DataAccess::Nothing,
        };
        access.permissions(self.base & EXECUTE_NEVER != 0)
    }

    /// The kind of memory that the region is; `None` for an index that no region of ours has.
    pub const fn kind(self) -> Option<MemoryKind> {
        match self.limit & ATTRIBUTE_INDEX {
            NORMAL_INDEX => Some(MemoryKind::Normal),
            DEVICE_INDEX => Some(MemoryKind::Device),
            _other => None,
        }
    }
}

#[cfg(test)]
pub(super) mod model;
#[cfg(test)]
mod tests;
