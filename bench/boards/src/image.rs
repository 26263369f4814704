//! A linked image and what its file says.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use guichet::boards::Board;
use guichet::{BuiltImage, Failure, Silent, build_image};
use guichet_system::image::STACKS_SECTION;
use object::read::elf::{ElfFile32, FileHeader, ProgramHeader};
use object::{LittleEndian, Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, elf};

use crate::systems::Declared;

type Elf<'a> = ElfFile32<'a, LittleEndian>;

/// Where an Arm machine's vectors are.
const VECTORS: &str = ".vector_table";
/// The exception that the kernel calls for itself, to go on with its boot where it can return to a
/// program: what comes before and after it is one.
const PENDED: usize = 14;
/// The way into the kernel on RISC-V.
const TRAP: &str = "guichet_trap";

/// An image of a system for a board.
pub(crate) struct Image {
    /// The board.
    pub(crate) board: &'static Board,
    /// The image's file, which is replaced when the same system is built again.
    pub(crate) built: BuiltImage,
    bytes: Vec<u8>,
}

/// A section of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// Its name.
    pub(crate) name: String,
    /// Its addresses.
    pub(crate) range: Range<u64>,
    /// Whether it takes room in flash.
    pub(crate) is_in_flash: bool,
    /// Whether it holds instructions.
    pub(crate) is_code: bool,
}

impl Section {
    /// Its length.
    pub(crate) fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }
}

impl Image {
    /// Builds a system for a board, as the command does; `None` if it does not fit on the board.
    pub(crate) fn build(board: &'static Board, declared: Declared) -> Result<Option<Image>> {
        let Declared { folder, system } = declared;
        let built = match build_image(&folder, system, board, &mut Silent) {
            Ok(built) => built,
            Err(Failure::NoRoom(_)) => return Ok(None),
            Err(failure) => bail!("{failure}"),
        };
        let bytes = std::fs::read(&built.image).context("the image cannot be read")?;
        Ok(Some(Image { board, built, bytes }))
    }

    fn elf(&self) -> Result<Elf<'_>> {
        Elf::parse(&*self.bytes).context("the image is no ELF file")
    }

    /// The sections of the kernel that take room in the machine; the programs' are left out.
    pub(crate) fn sections(&self) -> Result<Vec<Section>> {
        let elf = self.elf()?;
        let mut sections = Vec::new();
        for section in elf.sections() {
            let name = section.name()?.to_owned();
            let SectionFlags::Elf { sh_flags, sh_type } = section.flags() else { continue };
            let is_allocated = sh_flags.contains(elf::SHF_ALLOC);
            if !is_allocated || name.starts_with(".guichet_program") {
                continue;
            }
            sections.push(Section {
                name,
                range: section.address()..section.address() + section.size(),
                is_in_flash: sh_type != elf::SHT_NOBITS,
                is_code: sh_flags.contains(elf::SHF_EXECINSTR),
            });
        }
        Ok(sections)
    }

    /// The kernel's instructions.
    pub(crate) fn code(&self) -> Result<Range<u64>> {
        let sections = self.sections()?;
        let code = sections.iter().find(|section| section.is_code);
        code.map(|section| section.range.clone()).context("the kernel has no code")
    }

    /// The kernel's stack.
    pub(crate) fn stack(&self) -> Result<Range<u64>> {
        let sections = self.sections()?;
        let stack = sections.iter().find(|section| section.name == STACKS_SECTION);
        stack.map(|section| section.range.clone()).context("the kernel has no stack")
    }

    /// The image's file, without the header of the segment that is nothing but this memory.
    pub(crate) fn without_segment(&self, memory: &Range<u64>) -> Result<Vec<u8>> {
        let elf = self.elf()?;
        let (start, length) =
            (u32::try_from(memory.start)?, u32::try_from(memory.end - memory.start)?);
        let number = elf.elf_program_headers().iter().position(|header| {
            header.p_vaddr(LittleEndian) == start
                && header.p_memsz(LittleEndian) == length
                && header.p_filesz(LittleEndian) == 0
        });
        let number = number.context("the stack is no segment of its own")?;
        let headers = usize::try_from(elf.elf_header().e_phoff(LittleEndian))?;
        let offset = headers + number * size_of::<elf::ProgramHeader32<LittleEndian>>();
        let mut bytes = self.bytes.clone();
        // A header begins with its type, and nobody loads what has this one.
        let kind = bytes.get_mut(offset..offset + 4).context("the headers are cut off")?;
        kind.copy_from_slice(&elf::PT_NULL.0.to_le_bytes());
        Ok(bytes)
    }

    /// Where the machine enters the kernel when it begins and whenever a trap is taken.
    pub(crate) fn entries(&self) -> Result<Vec<u64>> {
        let elf = self.elf()?;
        if let Some(vectors) = elf.section_by_name(VECTORS) {
            let (words, _) = vectors.data()?.as_chunks::<4>();
            // The first word is the stack; the lowest bit of the others says that they are Thumb.
            let entries = words.iter().enumerate().skip(1).filter(|(number, _)| *number != PENDED);
            let entries = entries.map(|(_, word)| u64::from(u32::from_le_bytes(*word) & !1));
            return Ok(entries.filter(|entry| *entry != 0).collect());
        }
        let trap = elf.symbols().find(|symbol| symbol.name() == Ok(TRAP));
        let trap = trap.context("no way into the kernel is known")?;
        Ok(vec![elf.entry(), trap.address()])
    }

    /// The kernel's instructions as bytes.
    pub(crate) fn code_bytes(&self) -> Result<Vec<u8>> {
        let (elf, code) = (self.elf()?, self.code()?);
        let section = elf.sections().find(|section| section.address() == code.start);
        Ok(section.context("the kernel has no code")?.data()?.to_vec())
    }

    /// Whether the machine is an Arm.
    pub(crate) fn is_arm(&self) -> bool {
        self.elf().is_ok_and(|elf| elf.architecture() == object::Architecture::Arm)
    }

    /// The kernel's functions.
    pub(crate) fn functions(&self) -> Result<Vec<Function>> {
        Ok(functions(&self.elf()?))
    }

    /// Where the function of a process's program begins whose name ends so.
    pub(crate) fn mark(&self, process: &str, name: &str) -> Result<u64> {
        let system = &self.built.built;
        let names = system.system.processes.iter().map(|process| process.name.as_str());
        let program = names.zip(&system.programs).find(|(other, _)| *other == process);
        let (_, file) = program.with_context(|| format!("there is no process `{process}`"))?;
        let bytes = std::fs::read(file).context("a program cannot be read")?;
        let elf = Elf::parse(&*bytes).context("a program is no ELF file")?;
        let function = functions(&elf).into_iter().find(|each| each.name.ends_with(name));
        function.map(|each| each.address).with_context(|| format!("there is no function `{name}`"))
    }
}

/// The functions that a file's symbols name.
fn functions(elf: &Elf<'_>) -> Vec<Function> {
    // The lowest bit of an Arm's function says that it is Thumb code.
    let mask = if elf.architecture() == object::Architecture::Arm { !1 } else { !0 };
    let functions = elf.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    let named = functions.filter_map(|symbol| {
        let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
        Some(Function { address: symbol.address() & mask, name })
    });
    named.collect()
}

/// A function of the kernel or of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Where it begins.
    pub(crate) address: u64,
    /// Its name, as a person wrote it.
    pub(crate) name: String,
}
