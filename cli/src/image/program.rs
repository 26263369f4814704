//! What must be known of a linked program: its size, its bytes, where it begins.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use guichet_abi::{ABI_SECTION, ABI_VERSION, AbiRecord};
use guichet_system::image::{Measured, Placement, Symbols};
use object::read::elf::{ElfFile32, ProgramHeader};
use object::{Architecture, LittleEndian, Object, ObjectSection, ObjectSymbol};

/// A program at a place.
#[derive(Debug)]
pub(super) struct LinkedProgram {
    pub(super) file: PathBuf,
    pub(super) measured: Measured,
    /// What lies in its flash, from the beginning.
    pub(super) bytes: Vec<u8>,
    pub(super) entry: u32,
    pub(super) record: u32,
    /// The stack of its main thread.
    pub(super) stack: Range<u32>,
}

/// Why a linked program is not fit for an image.
type Reason = &'static str;

/// The module of `core` whose functions panic, as it stands in the names of symbols.
const PANICKING: &str = "4core9panicking";

const UNSOUND: Reason = "the linked file is damaged; build it again";

impl LinkedProgram {
    /// Reads the program in `file`, which was linked at `place` with its main stack at `stack`.
    pub(super) fn read(
        file: PathBuf,
        place: &Placement,
        stack: Range<u32>,
    ) -> Result<LinkedProgram, Reason> {
        let content = fs::read(&file).map_err(|_| UNSOUND)?;
        let elf = Elf::parse(&*content).map_err(|_| UNSOUND)?;
        let measured = measured(&elf, place).ok_or(UNSOUND)?;
        let bytes = flash_bytes(&elf, &content, place, measured.flash_bytes).ok_or(UNSOUND)?;
        let entry = entry(&elf)?;
        let record = record(&elf)?;
        Ok(LinkedProgram { file, measured, bytes, entry, record, stack })
    }
}

/// Measures the kernel in `file`, which was linked at `place`.
pub(super) fn measure_kernel(file: &Path, place: &Placement) -> Result<Measured, Reason> {
    let content = fs::read(file).map_err(|_| UNSOUND)?;
    let elf = Elf::parse(&*content).map_err(|_| UNSOUND)?;
    measured(&elf, place).ok_or(UNSOUND)
}

/// Whether the code in `file` can panic: whoever can, has some of what a panic runs through.
pub(super) fn can_panic(file: &Path) -> Result<bool, Reason> {
    let content = fs::read(file).map_err(|_| UNSOUND)?;
    let elf = Elf::parse(&*content).map_err(|_| UNSOUND)?;
    let mut symbols = elf.symbols();
    Ok(symbols.any(|symbol| symbol.name().is_ok_and(|name| name.contains(PANICKING))))
}

/// What was linked at `place` takes of it.
fn measured(elf: &Elf<'_>, place: &Placement) -> Option<Measured> {
    Some(Measured {
        flash_bytes: symbol(elf, Symbols::FLASH_END)?.checked_sub(place.flash.start)?,
        ram_bytes: symbol(elf, Symbols::RAM_END)?.checked_sub(place.ram.start)?,
        alignment: alignment(elf),
    })
}

/// The first instruction. On Arm bit 0 says that it is Thumb code, and there is no other on a
/// microcontroller.
fn entry(elf: &Elf<'_>) -> Result<u32, Reason> {
    let entry = u32::try_from(elf.entry()).map_err(|_| UNSOUND)?;
    let is_thumb = entry & 1 == 1;
    if is_thumb == (elf.architecture() == Architecture::Arm) {
        Ok(entry)
    } else {
        Err("its first instruction is not code of this machine; is it `guichet_start`?")
    }
}

type Elf<'a> = ElfFile32<'a, LittleEndian>;

fn symbol(elf: &Elf<'_>, name: &str) -> Option<u32> {
    let symbol = elf.symbols().find(|symbol| symbol.name() == Ok(name))?;
    u32::try_from(symbol.address()).ok()
}

/// The greatest alignment of anything that takes room in memory.
fn alignment(elf: &Elf<'_>) -> u32 {
    let segments = elf.elf_program_headers().iter();
    segments.map(|segment| segment.p_align(LittleEndian)).max().unwrap_or(1).max(1)
}

/// The bytes of the program's flash: every loaded segment at its load address.
fn flash_bytes(elf: &Elf<'_>, content: &[u8], place: &Placement, length: u32) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).ok()?];
    for segment in elf.elf_program_headers() {
        let data = segment.data(LittleEndian, content).ok()?;
        if segment.p_type(LittleEndian) != object::elf::PT_LOAD || data.is_empty() {
            continue;
        }
        let start = segment.p_paddr(LittleEndian).checked_sub(place.flash.start)?;
        let start = usize::try_from(start).ok()?;
        bytes.get_mut(start..start.checked_add(data.len())?)?.copy_from_slice(data);
    }
    Some(bytes)
}

/// The address of the ABI record, which must be of this version (CF-7).
fn record(elf: &Elf<'_>) -> Result<u32, Reason> {
    let missing = "it carries no Guichet ABI record; its main function needs \
                   `#[process_entry(\"...\")]` or `#[entry]`";
    let section = elf.section_by_name(ABI_SECTION).ok_or(missing)?;
    let data = section.data().map_err(|_| UNSOUND)?;
    let (words, _) = data.as_chunks::<4>();
    let [magic, version, ..] = words else { return Err(missing) };
    if u32::from_le_bytes(*magic) != AbiRecord::MAGIC {
        return Err(missing);
    }
    if u32::from_le_bytes(*version) != ABI_VERSION {
        return Err(
            "it was built for another ABI version; build it with the `userspace` crate of \
                    this version",
        );
    }
    u32::try_from(section.address()).map_err(|_| UNSOUND)
}
