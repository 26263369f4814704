//! The linked probe: its functions with their sizes, its sections.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::elf::SHF_WRITE;
use object::{File, Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, SymbolKind};
use rustc_demangle::demangle;

/// A function of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Function {
    name: String,
    size_bytes: u64,
}

/// What is of interest in a linked program.
#[derive(Debug)]
pub(crate) struct Image {
    /// The largest first.
    functions: Vec<Function>,
    /// Sections that are writable in the running program and not empty, with their sizes.
    writable: Vec<(String, u64)>,
    text_bytes: u64,
    read_only_bytes: u64,
}

impl Image {
    /// Reads a linked program.
    pub(crate) fn read(path: &Path) -> Result<Image> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let file = File::parse(&*bytes).context("the linked probe is not an ELF file")?;
        let mut functions: Vec<Function> = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .map(|symbol| Function {
                name: format!("{:#}", demangle(symbol.name().unwrap_or("?"))),
                size_bytes: symbol.size(),
            })
            .collect();
        functions.sort_by_key(|function| std::cmp::Reverse(function.size_bytes));
        let size_of = |kind: SectionKind| -> u64 {
            file.sections()
                .filter(|section| section.kind() == kind)
                .map(|section| section.size())
                .sum()
        };
        Ok(Image {
            functions,
            writable: writable(&file),
            text_bytes: size_of(SectionKind::Text),
            read_only_bytes: size_of(SectionKind::ReadOnlyData),
        })
    }

    /// Tells whether there is a function of exactly this name.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name == name)
    }

    /// The functions whose names have this part.
    pub(crate) fn functions_named(&self, part: &str) -> Vec<String> {
        let named = self.functions.iter().filter(|function| function.name.contains(part));
        named.map(|function| function.name.clone()).collect()
    }

    /// What the program could change of itself, as text.
    pub(crate) fn writable_sections(&self) -> Vec<String> {
        self.writable.iter().map(|(name, size)| format!("{name} ({size} bytes)")).collect()
    }

    /// The sizes, for people. They are those of the host's instructions, not of a board's.
    pub(crate) fn report(&self) -> String {
        let mut text = format!("{:>7} bytes of code\n", self.text_bytes);
        for Function { name, size_bytes } in &self.functions {
            text += &format!("{size_bytes:>7}   {name}\n");
        }
        text + &format!("{:>7} bytes of constants and unwinding tables\n", self.read_only_bytes)
    }
}

/// The linker's own tables of addresses. In a program of fixed addresses nobody writes to them, but
/// the linker marks them as it always does.
const LINKERS_OWN: [&str; 2] = [".got", ".got.plt"];

fn writable(file: &File<'_>) -> Vec<(String, u64)> {
    let sections = file.sections().filter(|section| {
        let is_writable = match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.0 & SHF_WRITE.0 != 0,
            _other => true,
        };
        is_writable && section.size() > 0
    });
    sections
        .map(|section| (section.name().unwrap_or("?").to_owned(), section.size()))
        .filter(|(name, _)| !LINKERS_OWN.contains(&name.as_str()))
        .collect()
}
