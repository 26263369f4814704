//! What an image uses of its board's memories (TL-2).
//!
//! The numbers come from the linked files and from nowhere else: from the sections of the kernel and
//! of every program, and from the places that the layout gave them. So they add up to the whole
//! memory, byte for byte, and a test keeps it so. Only the queues of endpoints are told apart by what the
//! system declares: they lie among the kernel's other tables. So do the tables for capsules, in part.

mod capsules;
mod contents;
mod queues;
mod shared_memory;

use std::fs;
use std::ops::Range;
use std::path::Path;

use guichet_system::image::{Placement, shared_memory_name};
use serde::Serialize;

pub use contents::Contents;
pub use queues::Queue;
pub use shared_memory::{SharedMemory, Sharer};

use crate::boards::Board;
use crate::image::{BuiltImage, KERNEL};
use crate::{Failure, image};

/// What an image uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageSize {
    /// The board's name.
    pub board: &'static str,
    /// What it uses of flash.
    pub flash: MemorySize,
    /// What it uses of RAM.
    pub ram: MemorySize,
    /// The queues of endpoints, which count with the kernel's RAM.
    pub queues: Vec<Queue>,
    /// How many bytes of the kernel's RAM capsules take, with what processes allow and subscribe.
    pub capsule_bytes: u64,
    /// The regions of shared memory, which are users of RAM.
    pub shared_memory: Vec<SharedMemory>,
}

/// What an image uses of one memory. The users, what lies between them, and what is free make up
/// the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemorySize {
    /// The first address.
    pub start: u32,
    /// The length of the whole memory.
    pub bytes: u32,
    /// The kernel, then the processes in the order of the system; in RAM, then the regions of shared memory.
    pub users: Vec<User>,
    /// What lies between processes where no wall can begin, and belongs to nobody.
    pub gap_bytes: u32,
    /// What nobody uses: it lies behind the kernel.
    pub free_bytes: u32,
}

/// Who uses a memory, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// The process's name, or "the kernel", or what region of shared memory it is.
    pub name: String,
    /// The first address.
    pub start: u32,
    /// How much it has.
    pub bytes: u32,
    /// What lies there.
    #[serde(flatten)]
    pub contents: Contents,
}

/// Counts what `image`, which was built for `board`, uses. Reads the linked files.
///
/// # Errors
/// [`Failure::NotMeasured`] if one of them is not there any more, or is damaged.
pub fn image_size(image: &BuiltImage, board: &Board) -> Result<ImageSize, Failure> {
    let kernel_place = image::used_by_kernel(image)?;
    let mut flash = Vec::new();
    let mut ram = Vec::new();
    let processes = image.built.system.processes.iter().map(|process| &*process.name);
    let names = [KERNEL].into_iter().chain(processes);
    let files = [&image.image].into_iter().chain(&image.built.programs);
    let places = [&kernel_place].into_iter().chain(&image.layout.processes);
    for ((name, file), place) in names.zip(files).zip(places) {
        let [in_flash, in_ram] = read(file)?;
        flash.push(User::new(name, &place.flash, in_flash));
        ram.push(User::new(name, &place.ram, in_ram));
    }
    ram.extend(shared_users(image));
    let kernel = fs::read(&image.image).ok();
    let capsule_bytes =
        kernel.and_then(|kernel| capsules::capsule_bytes(&kernel, &image.built.system));
    let capsule_bytes = capsule_bytes.ok_or_else(|| Failure::not_measured(&image.image))?;
    let Placement { flash: flash_left, ram: ram_left } = &image.layout.kernel;
    let memory = &board.hardware.memory;
    Ok(ImageSize {
        board: board.name,
        flash: MemorySize::new(&memory.flash, flash, flash_left),
        ram: MemorySize::new(&memory.ram, ram, ram_left),
        queues: queues::queues(&image.built.system),
        capsule_bytes,
        shared_memory: shared_memory::regions(&image.built.system, &image.layout.shared_memory),
    })
}

/// The regions of shared memory as users of RAM. They begin as zeros, like statics.
fn shared_users(image: &BuiltImage) -> impl Iterator<Item = User> {
    let regions = image.built.system.shared_memory.iter().zip(&image.layout.shared_memory);
    regions.map(|(region, place)| {
        let contents = Contents { bss_bytes: region.size_bytes, ..Contents::default() };
        User::new(&shared_memory_name(region), place, contents)
    })
}

/// What of the file lies in flash, and what in RAM.
fn read(file: &Path) -> Result<[Contents; 2], Failure> {
    let content = fs::read(file).map_err(|_| Failure::not_measured(file))?;
    Contents::read(&content).ok_or_else(|| Failure::not_measured(file))
}

impl User {
    fn new(name: &str, place: &Range<u32>, contents: Contents) -> User {
        let bytes = place.end - place.start;
        let slack_bytes = bytes.saturating_sub(contents.total());
        let contents = Contents { slack_bytes, ..contents };
        User { name: name.to_owned(), start: place.start, bytes, contents }
    }
}

impl MemorySize {
    /// `left` is what the processes leave; the first of the users is the kernel, which lies there.
    fn new(whole: &Range<u32>, users: Vec<User>, left: &Range<u32>) -> MemorySize {
        let bytes = whole.end - whole.start;
        let kernel_bytes = users.first().map_or(0, |kernel| kernel.bytes);
        let free_bytes = (left.end - left.start).saturating_sub(kernel_bytes);
        let used: u32 = users.iter().map(|user| user.bytes).sum();
        let gap_bytes = bytes.saturating_sub(free_bytes).saturating_sub(used);
        MemorySize { start: whole.start, bytes, users, gap_bytes, free_bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over_is_slack_gap_or_free() {
        let contents = Contents { code_bytes: 30, rodata_bytes: 10, ..Contents::default() };
        let kernel = User::new(KERNEL, &(0x1000..0x1028), contents);
        assert_eq!((kernel.bytes, kernel.contents.slack_bytes), (40, 0));
        let process = User::new("p", &(0x1800..0x1900), contents);
        assert_eq!((process.bytes, process.contents.slack_bytes), (256, 216));
        let size = MemorySize::new(&(0x1000..0x2000), vec![kernel, process], &(0x1000..0x1800));
        assert_eq!(size.free_bytes, 0x800 - 40);
        assert_eq!(size.gap_bytes, 0x700);
        assert_eq!(size.free_bytes + size.gap_bytes + 40 + 256, size.bytes);
    }
}
