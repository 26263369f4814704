//! What one process executes: its image, and where its threads' stacks lie.

use std::path::Path;

use guichet_kernel::Region;

use crate::error::FitError;
use crate::image::ProgramImage;
use crate::layout::Layout;

/// What one process executes, laid out for its threads.
#[derive(Debug)]
pub struct Program {
    image: ProgramImage,
    layout: Layout,
    memory: Vec<Region>,
}

impl Program {
    /// Loads and checks the program at `path` for a process whose threads have stacks of these
    /// sizes in bytes, the main thread's first (CF-7).
    ///
    /// # Errors
    /// A [`FitError`] that says what is wrong and what to do about it.
    pub fn load(path: &Path, stack_bytes: &[usize]) -> Result<Program, FitError> {
        let layout = Layout::new(stack_bytes)?;
        let image = ProgramImage::load(path)?;
        // The stacks lie above every image, so the order stays that of the addresses.
        let ranges = image.ranges().iter().copied().chain(layout.stacks());
        let memory = ranges
            .map(|range| Region {
                start: range.address,
                end: range.address + range.length,
                writable: range.writable,
            })
            .collect();
        Ok(Program { image, layout, memory })
    }

    /// The memory that the process may use, for its
    /// [`ProcessDescriptor`](guichet_kernel::ProcessDescriptor): the image's and the
    /// threads' stacks, sorted.
    pub fn memory(&self) -> &[Region] {
        &self.memory
    }

    pub(crate) fn image(&self) -> &ProgramImage {
        &self.image
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }
}
