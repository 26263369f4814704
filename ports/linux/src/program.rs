//! What one process executes: its image, and where its threads' stacks lie.

use std::path::Path;

use guichet_kernel::{Region, Span};

use crate::error::FitError;
use crate::image::ProgramImage;
use crate::layout::Layout;

/// What one process executes, laid out for its threads.
#[derive(Debug)]
pub struct Program {
    image: ProgramImage,
    layout: Layout,
    memory: Vec<Region>,
    /// Where in the arena the memory lies that it may share; of nothing if it lies nowhere.
    shared: Span,
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
        Ok(Program { image, layout, memory, shared: Span { start: 0, end: 0 } })
    }

    /// Gives the memory that the program may share with others (NO-2) its place, once: behind all regions that are
    /// declared, and behind that of other programs. Returns the address behind it. A program that is given none
    /// shares nothing.
    #[must_use = "the next program's memory lies behind it"]
    pub fn place_shared(&mut self, address: usize) -> usize {
        let bytes = self.image.shared_bytes();
        let end = address.saturating_add(bytes);
        if bytes != 0 && self.shared.start == 0 {
            self.shared = Span { start: address, end };
            // What is shared lies above all stacks, so the order stays that of the addresses.
            self.memory.push(Region { start: address, end, writable: true });
        }
        end
    }

    /// The memory that the process may use, for its
    /// [`ProcessDescriptor`](guichet_kernel::ProcessDescriptor): the image's, the
    /// threads' stacks and what it may share, sorted.
    pub fn memory(&self) -> &[Region] {
        &self.memory
    }

    /// Where the memory lies that it may share; of nothing if it has none.
    pub(crate) fn shared(&self) -> Span {
        self.shared
    }

    pub(crate) fn image(&self) -> &ProgramImage {
        &self.image
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }
}
