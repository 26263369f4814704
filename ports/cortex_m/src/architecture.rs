//! What differs between the two architectures.

use crate::wall::RegionWords;

/// One of the Arm architectures for microcontrollers.
pub trait Architecture: 'static {
    /// What a process may touch.
    type Wall: 'static;

    /// The words of a wall's four regions.
    fn words(wall: &Self::Wall) -> &RegionWords;

    /// Sets what must be set before the protection is turned on.
    fn prepare();

    /// Takes back what the architecture alone says of a fault.
    fn forget_fault();
}
