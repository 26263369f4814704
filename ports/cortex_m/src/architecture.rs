//! What differs between the two architectures beside the words of a wall.

/// One of the Arm architectures for microcontrollers.
pub trait Architecture: 'static {
    /// Sets what must be set before the protection is turned on.
    fn prepare();

    /// Takes back what the architecture alone says of a fault.
    fn forget_fault();
}
