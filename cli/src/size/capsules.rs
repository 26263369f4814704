//! What capsules take of the kernel's RAM (CP-4).
//!
//! How much a capsule keeps follows from types that only the compiler of the kernel knows. So what they take
//! together is read from the linked kernel, where it is a static of its own.

use guichet_kernel::CapsuleUser;
use guichet_system::System;
use object::elf::FileHeader32;
use object::read::elf::ElfFile;
use object::{LittleEndian, Object, ObjectSymbol};

/// What the static is called in the generated source; the compiler adds where it is.
const STATIC: &str = "CAPSULE_CELL";

/// How many bytes the kernel in the ELF file `image` has for the capsules of `system`. `None` if that cannot
/// be read.
pub(super) fn capsule_bytes(image: &[u8], system: &System) -> Option<u64> {
    if !system.has_capsules() {
        return Some(0);
    }
    let elf = ElfFile::<FileHeader32<LittleEndian>>::parse(image).ok()?;
    let is_it = |name: &str| name.contains(STATIC);
    let mut symbols = elf.symbols();
    let shared = symbols.find(|symbol| symbol.name().is_ok_and(is_it))?.size();
    // Beside it, among the tables that begin with a value, each process has an entry.
    let each = u64::try_from(size_of::<CapsuleUser>()).ok()?;
    let processes = u64::try_from(system.processes.len()).ok()?;
    each.checked_mul(processes)?.checked_add(shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_system::check_source;
    use object::write::{Object as Writer, StandardSection, Symbol, SymbolSection};
    use object::{Architecture, BinaryFormat, Endianness, SymbolFlags, SymbolKind, SymbolScope};

    fn system(capsules: &str) -> System {
        let text = format!(
            r#"{{ capsules: [{capsules}], apps: [ {{ name: "a", processes: [
            {{ name: "one" }}, {{ name: "two" }} ] }} ] }}"#
        );
        check_source("system.json5", &text).system.expect("the file is right")
    }

    /// A file with a static of 344 bytes, called so.
    fn image(name: &str) -> Vec<u8> {
        let mut writer = Writer::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
        let section = writer.section_id(StandardSection::UninitializedData);
        writer.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size: 344,
            kind: SymbolKind::Data,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        writer.write().expect("a file of one symbol")
    }

    #[test]
    fn the_static_counts_and_an_entry_for_each_process() {
        let (with, without) = (system("'name_registry'"), system(""));
        let image_of_both = image("_RNvNtCs_25guichet_board_lm3s6965evb5image12CAPSULE_CELL");
        assert_eq!(capsule_bytes(&image_of_both, &with), Some(344 + 2 * 36));
        assert_eq!(capsule_bytes(&image_of_both, &without), Some(0));
        assert_eq!(capsule_bytes(&image("KERNEL"), &with), None);
        assert_eq!(capsule_bytes(b"", &with), None);
        assert_eq!(capsule_bytes(b"", &without), Some(0));
    }
}
