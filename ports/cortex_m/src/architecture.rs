//! What differs between the two architectures beside the words of a wall.

use guichet_kernel::SpareWall;

/// One of the Arm architectures for microcontrollers.
pub trait Architecture: 'static {
    /// How the words of a wall are made that are not made when the image is built.
    type SpareWall: SpareWall;

    /// Sets what must be set before the protection is turned on.
    fn prepare();

    /// Takes back what the architecture alone says of a fault.
    fn forget_fault();
}
