//! What is generated for a system, with this machine's registers in it.

use guichet_port_bare_metal as bare_metal;

use crate::context::Context;

/// The memory that the port needs for a system, as a static that `run` takes once.
pub struct PortCell<
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
>(pub(crate) bare_metal::PortCell<Context, THREADS, PROCESSES, MESSAGES, MESSAGE_BYTES>);

impl<
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
> PortCell<THREADS, PROCESSES, MESSAGES, MESSAGE_BYTES>
{
    /// Tables for a system of these sizes.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        PortCell(bare_metal::PortCell::new(Context::ZERO))
    }
}
