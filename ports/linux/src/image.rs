//! A program's image: what the supervisor must know of an ELF file before it runs it.
//!
//! A process of the system is an ordinary static Linux program, so its file already says where
//! its memory lies. The kernel needs that as the process's memory map (a pointer outside it is
//! refused before Linux is ever asked), and the loader needs to know that the file was built for
//! this ABI (CF-7) and that its segments leave the addresses alone that the port uses itself.
//!
//! The file is hostile input: it is read by the `object` crate, sums are checked, and whatever
//! does not fit is an error that says what to do about it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use guichet_abi::linux::{PAGE_BYTES, SHARED_SECTION};
use guichet_abi::{ABI_SECTION, ABI_VERSION, AbiRecord};
use object::elf::{self, FileHeader64, ProgramHeader64};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{LittleEndian, ReadRef};

use crate::layout::{IMAGE_LIMIT, MemoryRange};

/// The largest image that is read, in bytes; far above any real program of a system.
const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// The most that a program may share, in bytes; far above any real one.
const MAX_SHARED_BYTES: u64 = 64 << 20;

/// The instruction that calls Linux.
pub(crate) const LINUX_CALL: [u8; 2] = [0x0f, 0x05];

/// Why a file cannot be run as a program of a system.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The file cannot be opened or read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is a directory, a device, a pipe or the like.
    #[error("it is not a file; name the program that the build made")]
    NotAFile,
    /// The file is longer than any program may be.
    #[error("it is larger than {} MiB; is this a program at all?", MAX_IMAGE_BYTES >> 20)]
    TooLarge,
    /// The file is not an ELF file, or a damaged one.
    #[error("it is not a sound 64-bit ELF file ({0}); build it again with `guichet build`")]
    NotElf(object::Error),
    /// The file was built for another machine.
    #[error("it is not built for x86-64; build it for the machine that runs it")]
    WrongMachine,
    /// The file needs a dynamic loader, or may be moved by one.
    #[error(
        "it is not a static executable at fixed addresses; build it with `guichet build`, which \
         passes `-static` and `relocation-model=static`"
    )]
    NotStatic,
    /// A segment's addresses wrap or reach into what the port keeps for itself.
    #[error("its segment at {address:#x} does not lie below {IMAGE_LIMIT:#x}; link it lower")]
    OutOfReach {
        /// The first address of the segment.
        address: u64,
    },
    /// Two segments claim the same addresses.
    #[error("its segments overlap at {address:#x}; check the linker script")]
    Overlap {
        /// An address that both segments hold.
        address: usize,
    },
    /// The entry point is not code of the program.
    #[error(
        "its entry point {entry:#x} is not executable code of its own; is `guichet_start` linked?"
    )]
    BadEntry {
        /// The entry point.
        entry: u64,
    },
    /// The program wants to share more than any may.
    #[error(
        "its shared buffers take more than {} MiB together; make them smaller",
        MAX_SHARED_BYTES >> 20
    )]
    SharedTooLarge,
    /// There is no ABI record (CF-7).
    #[error(
        "it carries no Guichet ABI record; its main function needs `#[process_entry(\"...\")]` \
         or `#[entry]`"
    )]
    NoAbiRecord,
    /// The ABI record is for another version (CF-7).
    #[error(
        "it was built for ABI version {found}, this tool runs version {ABI_VERSION}; build it \
         with the `userspace` crate of this version"
    )]
    WrongAbi {
        /// The version that the image carries.
        found: u32,
    },
}

/// A program that was found fit to run: its open file and its memory.
#[derive(Debug)]
pub struct ProgramImage {
    file: File,
    ranges: Vec<MemoryRange>,
    /// Where an instruction is that calls Linux, if the program has one.
    linux_call: Option<usize>,
    /// How much memory it may share (NO-2), in bytes, whole pages.
    shared_bytes: usize,
}

impl ProgramImage {
    /// Opens the file at `path` and checks it (CF-7). The file stays open: what runs later is the
    /// file that was checked, even if another has taken its name meanwhile.
    ///
    /// # Errors
    /// A [`ProgramError`] that says what is wrong with the file and what to do.
    pub fn load(path: &Path) -> Result<ProgramImage, ProgramError> {
        // Without waiting: to open a pipe would otherwise wait for somebody to write to it.
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(ProgramError::NotAFile);
        }
        let mut bytes = Vec::new();
        (&file).take(MAX_IMAGE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_IMAGE_BYTES {
            return Err(ProgramError::TooLarge);
        }
        let ranges = parse(&bytes)?;
        let linux_call = find_linux_call(&bytes).map_err(ProgramError::NotElf)?;
        let shared_bytes = shared_bytes(&bytes)?;
        Ok(ProgramImage { file, ranges, linux_call, shared_bytes })
    }

    /// The memory of the image, sorted by address, without overlaps: what the program was linked
    /// with. Stacks are not part of it.
    pub fn ranges(&self) -> &[MemoryRange] {
        &self.ranges
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// The address of an instruction of the program's that calls Linux. Every program has one, as it
    /// could not get ready otherwise; what is there when it is used must be looked at again.
    pub(crate) fn linux_call(&self) -> Option<usize> {
        self.linux_call
    }

    /// How much memory the program may share with others, in bytes, whole pages.
    pub(crate) fn shared_bytes(&self) -> usize {
        self.shared_bytes
    }

    /// How much address space the image takes, in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.ranges.iter().fold(0, |sum, range| sum.saturating_add(range.length))
    }
}

/// Checks the ELF file in `bytes` and gives its readable and writable ranges.
fn parse(bytes: &[u8]) -> Result<Vec<MemoryRange>, ProgramError> {
    let header = FileHeader64::<LittleEndian>::parse(bytes).map_err(ProgramError::NotElf)?;
    let endian = header.endian().map_err(ProgramError::NotElf)?;
    if header.e_machine(endian) != elf::EM_X86_64 {
        return Err(ProgramError::WrongMachine);
    }
    if header.e_type(endian) != elf::ET_EXEC {
        return Err(ProgramError::NotStatic);
    }
    let segments = header.program_headers(endian, bytes).map_err(ProgramError::NotElf)?;
    if segments.iter().any(|segment| segment.p_type(endian) == elf::PT_INTERP) {
        return Err(ProgramError::NotStatic);
    }
    check_entry(header.e_entry(endian), segments, endian)?;
    check_abi(header, endian, bytes)?;
    memory_ranges(segments, endian)
}

/// Finds a `syscall` instruction in code that the program cannot change.
fn find_linux_call(bytes: &[u8]) -> Result<Option<usize>, object::Error> {
    let header = FileHeader64::<LittleEndian>::parse(bytes)?;
    let endian = header.endian()?;
    for segment in header.program_headers(endian, bytes)? {
        let flags = segment.p_flags(endian);
        let is_code = flags.contains(elf::PF_R) && flags.contains(elf::PF_X);
        if segment.p_type(endian) != elf::PT_LOAD || !is_code || flags.contains(elf::PF_W) {
            continue;
        }
        // What is cut off has no code.
        let code = segment.data(endian, bytes).unwrap_or_default();
        let place = code.windows(LINUX_CALL.len()).position(|window| window == LINUX_CALL);
        let address = place.and_then(|place| segment.p_vaddr(endian).checked_add(place as u64));
        if let Some(address) = address {
            return Ok(usize::try_from(address).ok());
        }
    }
    Ok(None)
}

/// How much memory the program may share: as much as its section for that is long, in whole pages.
fn shared_bytes(bytes: &[u8]) -> Result<usize, ProgramError> {
    let header = FileHeader64::<LittleEndian>::parse(bytes).map_err(ProgramError::NotElf)?;
    let endian = header.endian().map_err(ProgramError::NotElf)?;
    let sections = header.sections(endian, bytes).map_err(ProgramError::NotElf)?;
    let section = sections.section_by_name(endian, SHARED_SECTION.as_bytes());
    let size = section.map_or(0, |(_, section)| section.sh_size(endian));
    if size > MAX_SHARED_BYTES {
        return Err(ProgramError::SharedTooLarge);
    }
    let size = usize::try_from(size).map_err(|_| ProgramError::SharedTooLarge)?;
    Ok(size.next_multiple_of(PAGE_BYTES))
}

fn check_entry(
    entry: u64,
    segments: &[ProgramHeader64<LittleEndian>],
    endian: LittleEndian,
) -> Result<(), ProgramError> {
    let holds_entry = |segment: &&ProgramHeader64<LittleEndian>| {
        segment.p_type(endian) == elf::PT_LOAD
            && segment.p_flags(endian).contains(elf::PF_X)
            && entry
                .checked_sub(segment.p_vaddr(endian))
                .is_some_and(|offset| offset < segment.p_filesz(endian))
    };
    segments.iter().find(holds_entry).map(|_| ()).ok_or(ProgramError::BadEntry { entry })
}

/// Finds the ABI record and compares its version with ours (CF-7).
fn check_abi<'data>(
    header: &FileHeader64<LittleEndian>,
    endian: LittleEndian,
    bytes: impl ReadRef<'data>,
) -> Result<(), ProgramError> {
    let sections = header.sections(endian, bytes).map_err(ProgramError::NotElf)?;
    let (_, section) = sections
        .section_by_name(endian, ABI_SECTION.as_bytes())
        .ok_or(ProgramError::NoAbiRecord)?;
    let record = section.data(endian, bytes).map_err(ProgramError::NotElf)?;
    let word = |index: usize| {
        let word = record.get(index * 4..index * 4 + 4)?;
        Some(u32::from_le_bytes(word.try_into().ok()?))
    };
    match (word(0), word(1)) {
        (Some(AbiRecord::MAGIC), Some(ABI_VERSION)) => Ok(()),
        (Some(AbiRecord::MAGIC), Some(found)) => Err(ProgramError::WrongAbi { found }),
        _ => Err(ProgramError::NoAbiRecord),
    }
}

/// The loaded, readable segments as ranges: sorted, neighbours of one kind merged.
fn memory_ranges(
    segments: &[ProgramHeader64<LittleEndian>],
    endian: LittleEndian,
) -> Result<Vec<MemoryRange>, ProgramError> {
    let mut ranges = Vec::new();
    for segment in segments.iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD) {
        let address = segment.p_vaddr(endian);
        let end = address.checked_add(segment.p_memsz(endian));
        if end.is_none_or(|end| end > IMAGE_LIMIT as u64) {
            return Err(ProgramError::OutOfReach { address });
        }
        let flags = segment.p_flags(endian);
        if flags.contains(elf::PF_R) && segment.p_memsz(endian) > 0 {
            // Both lie below IMAGE_LIMIT, which is a usize.
            ranges.push(MemoryRange {
                address: address as usize,
                length: segment.p_memsz(endian) as usize,
                writable: flags.contains(elf::PF_W),
            });
        }
    }
    merge(ranges)
}

/// Sorts ranges by address and joins those that touch and allow the same.
pub(crate) fn merge(mut ranges: Vec<MemoryRange>) -> Result<Vec<MemoryRange>, ProgramError> {
    ranges.sort_by_key(|range| range.address);
    let mut merged: Vec<MemoryRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.address < last.end() => {
                return Err(ProgramError::Overlap { address: range.address });
            }
            Some(last) if range.address == last.end() && range.writable == last.writable => {
                last.length += range.length;
            }
            _ => merged.push(range),
        }
    }
    Ok(merged)
}

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
