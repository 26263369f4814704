//! What the sections of a linked file are for.

use guichet_system::image::{PROGRAM_SECTIONS, STACKS_SECTION};
use object::elf::{SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS};
use object::read::elf::{ElfFile32, SectionHeader};
use object::{LittleEndian, Object, ObjectSection};
use serde::Serialize;

/// How much of a memory is used for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// Instructions.
    pub code_bytes: u32,
    /// Constants, vectors, and the record of the ABI.
    pub rodata_bytes: u32,
    /// Statics that begin with a value; in flash, those values.
    pub data_bytes: u32,
    /// Statics that begin as zeros.
    pub bss_bytes: u32,
    /// Stacks.
    pub stack_bytes: u32,
    /// What alignment leaves over, and what a wall takes in because it cannot be closer.
    pub slack_bytes: u32,
}

impl Contents {
    /// Counts the sections of an ELF file: what lies in flash, then what lies in RAM. The programs
    /// in an image count with themselves, not with the kernel. `None` if it is no such file.
    pub fn read(file: &[u8]) -> Option<[Contents; 2]> {
        let elf = ElfFile32::<LittleEndian>::parse(file).ok()?;
        let [mut flash, mut ram] = [Contents::default(); 2];
        for section in elf.sections() {
            let header = section.elf_section_header();
            let (name, bytes) = (section.name().ok()?, header.sh_size(LittleEndian));
            let flags = header.sh_flags(LittleEndian);
            let has = |flag| flags.contains(flag);
            if !has(SHF_ALLOC) || name.starts_with(PROGRAM_SECTIONS) {
                continue;
            }
            let uses: &mut [&mut u32] = if name == STACKS_SECTION {
                &mut [&mut ram.stack_bytes]
            } else if header.sh_type(LittleEndian) == SHT_NOBITS {
                &mut [&mut ram.bss_bytes]
            } else if has(SHF_EXECINSTR) {
                &mut [&mut flash.code_bytes]
            } else if has(SHF_WRITE) {
                &mut [&mut flash.data_bytes, &mut ram.data_bytes]
            } else {
                &mut [&mut flash.rodata_bytes]
            };
            for sum in uses {
                **sum = sum.checked_add(bytes)?;
            }
        }
        Some([flash, ram])
    }

    /// Everything together.
    pub fn total(&self) -> u32 {
        let Contents { code_bytes, rodata_bytes, data_bytes, bss_bytes, .. } = self;
        let all = [code_bytes, rodata_bytes, data_bytes, bss_bytes];
        let others = [&self.stack_bytes, &self.slack_bytes];
        all.into_iter().chain(others).fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::write::Object as Writer;
    use object::{Architecture, BinaryFormat, Endianness, SectionFlags, SectionKind, elf};

    /// A file with these sections: name, kind, flags of ELF, length.
    fn file(sections: &[(&str, SectionKind, elf::SectionFlags, u64)]) -> Vec<u8> {
        let mut writer = Writer::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
        for (name, kind, flags, bytes) in sections {
            let section = writer.add_section(Vec::new(), name.as_bytes().to_vec(), *kind);
            let section = writer.section_mut(section);
            let is_empty = *kind == SectionKind::UninitializedData;
            let sh_type = if is_empty { SHT_NOBITS } else { elf::SHT_PROGBITS };
            section.flags = SectionFlags::Elf { sh_type, sh_flags: *flags };
            if is_empty {
                section.append_bss(*bytes, 1);
            } else {
                let length = usize::try_from(*bytes).expect("a small number");
                section.append_data(&vec![1; length], 1);
            }
        }
        writer.write().expect("a file of a few sections")
    }

    #[test]
    fn every_section_counts_once_for_what_it_is() {
        use SectionKind::{Data, ReadOnlyData, Text, UninitializedData};
        let file = file(&[
            (".vector_table", ReadOnlyData, SHF_ALLOC, 64),
            (".text", Text, SHF_ALLOC | SHF_EXECINSTR, 1000),
            (".rodata", ReadOnlyData, SHF_ALLOC, 200),
            (STACKS_SECTION, UninitializedData, SHF_ALLOC, 512),
            (".data", Data, SHF_ALLOC | SHF_WRITE, 30),
            (".bss", UninitializedData, SHF_ALLOC | SHF_WRITE, 70),
            (".guichet_program_0", Data, SHF_ALLOC | SHF_WRITE, 4000),
            (".comment", ReadOnlyData, elf::SectionFlags(0), 90),
        ]);
        let [flash, ram] = Contents::read(&file).expect("an ELF file");
        let none = Contents::default();
        let expected = Contents { code_bytes: 1000, rodata_bytes: 264, data_bytes: 30, ..none };
        assert_eq!((flash, flash.total()), (expected, 1294));
        let expected = Contents { stack_bytes: 512, data_bytes: 30, bss_bytes: 70, ..none };
        assert_eq!((ram, ram.total()), (expected, 612));
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert_eq!(Contents::read(b""), None);
        assert_eq!(Contents::read(b"\x7FELF and then nothing of the kind"), None);
    }
}
