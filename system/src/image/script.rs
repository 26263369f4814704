//! Linker scripts.
//!
//! Each program is linked by itself at its own place, so that no name of one can be seen by another,
//! and the kernel likewise; the kernel's script then puts the programs' bytes where they belong.

use std::ops::Range;

use super::layout::Placement;

/// The first instruction of every program.
pub const PROGRAM_ENTRY: &str = "guichet_start";

/// What the symbols of a linked program, or of the kernel, say of its size.
#[derive(Clone, Copy, Debug)]
pub struct Symbols;

impl Symbols {
    /// The address after its code, constants and initial values.
    pub const FLASH_END: &'static str = "__guichet_flash_end";
    /// The address after its statics.
    pub const RAM_END: &'static str = "__guichet_ram_end";
}

/// Sections that no image needs: nothing unwinds, on Arm (the last two) neither.
const DISCARDED: &str = "/DISCARD/ : { *(.eh_frame .eh_frame_hdr .note .note.* .comment \
                         .ARM.exidx .ARM.exidx.* .ARM.extab .ARM.extab.*) }";

/// Where the linker puts the stacks of a program, and that of the kernel.
pub const STACKS_SECTION: &str = ".guichet_stacks";
/// How the sections of the image begin that hold the programs.
pub const PROGRAM_SECTIONS: &str = ".guichet_program_";

/// The memory of whoever lies at `place`, and `more` beside it.
fn memory(place: &Placement, more: &str) -> String {
    let Placement { flash, ram } = place;
    format!("MEMORY {{\n{}{}{more}}}\n", region("FLASH (rx)", flash), region("RAM (rw)", ram))
}

fn region(name: &str, range: &Range<u32>) -> String {
    let bytes = range.end - range.start;
    format!("  {name} : ORIGIN = {:#x}, LENGTH = {bytes:#x}\n", range.start)
}

/// Statics: the initialised ones are copied from flash at the start, the others zeroed. They come
/// last, so behind them both memories end.
fn statics(prefix: &str) -> String {
    format!(
        "  .data : ALIGN(4) {{\n    \
           {prefix}data_start = .;\n    *(.sdata .sdata.* .data .data.*)\n    . = ALIGN(4);\n    \
           {prefix}data_end = .;\n  }} > RAM AT > FLASH\n  \
           {prefix}data_load = LOADADDR(.data);\n  \
           .bss (NOLOAD) : ALIGN(4) {{\n    \
           {prefix}bss_start = .;\n    *(.sbss .sbss.* .bss .bss.* COMMON)\n    . = ALIGN(4);\n    \
           {prefix}bss_end = .;\n  }} > RAM\n  \
           {} = LOADADDR(.data) + SIZEOF(.data);\n  {} = ADDR(.bss) + SIZEOF(.bss);\n",
        Symbols::FLASH_END,
        Symbols::RAM_END,
    )
}

/// The script that links a program at `place`, with `stacks_bytes` of stacks.
///
/// The stacks lie lowest, so that one that grows too long leaves the process's memory at once. What
/// the wall adds behind the statics is the process's too: its start zeroes all up to the limit (AB-9).
pub fn process_script(place: &Placement, stacks_bytes: u32) -> String {
    format!(
        "ENTRY({PROGRAM_ENTRY})\n{}SECTIONS {{\n  \
           .guichet_abi : ALIGN(4) {{ KEEP(*(.guichet_abi)) }} > FLASH\n  \
           .text : ALIGN(4) {{ *(.text.guichet_start) *(.text .text.*) }} > FLASH\n  \
           .rodata : ALIGN(4) {{\n    *(.srodata .srodata.* .rodata .rodata.*)\n    . = ALIGN(4);\n  \
           }} > FLASH\n  \
           {STACKS_SECTION} (NOLOAD) : ALIGN(16) {{\n    __guichet_stacks_start = .;\n    \
           . += {stacks_bytes:#x};\n    __guichet_stacks_end = .;\n  }} > RAM\n{}  \
           __guichet_ram_limit = ORIGIN(RAM) + LENGTH(RAM);\n  {DISCARDED}\n}}\n",
        memory(place, ""),
        statics("__guichet_"),
    )
}

/// The script that links the kernel at `place`, with a stack of its own and the programs' bytes,
/// each a file name and its place. The file is named to its beginning, because one name may end like
/// another. Each has a region of its own: without one, the linker would count
/// them as RAM, because the bytes of a file look like statics to it.
///
/// Machines that begin by reading a table of vectors (Arm's) find it in `.vector_table`, which lies
/// lowest in flash; the others begin at the first instruction, which does so there.
pub fn kernel_script(
    place: &Placement,
    stack_bytes: u32,
    programs: &[(String, Range<u32>)],
) -> String {
    let [mut regions, mut sections] = [const { String::new() }; 2];
    for (number, (file, place)) in programs.iter().enumerate() {
        regions += &region(&format!("PROGRAM_{number} (r)"), place);
        sections += &format!(
            "  {PROGRAM_SECTIONS}{number} : {{ KEEP(*/{file}(.data)) }} > PROGRAM_{number}\n"
        );
    }
    format!(
        "ENTRY(guichet_kernel_start)\n{}SECTIONS {{\n{sections}  \
           .vector_table : {{ KEEP(*(.vector_table)) }} > FLASH\n  \
           .text : ALIGN(4) {{\n    KEEP(*(.text.guichet_kernel_start))\n    *(.text .text.*)\n  \
           }} > FLASH\n  \
           .rodata : ALIGN(4) {{\n    *(.srodata .srodata.* .rodata .rodata.*)\n    . = ALIGN(4);\n  \
           }} > FLASH\n  \
           {STACKS_SECTION} (NOLOAD) : ALIGN(16) {{\n    . += {stack_bytes:#x};\n    \
           __guichet_kernel_stack_end = .;\n  }} > RAM\n{}  {DISCARDED}\n}}\n",
        memory(place, &regions),
        statics("__guichet_kernel_"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Placement = Placement { flash: 0x1000..0x1800, ram: 0x8000..0x8100 };

    #[test]
    fn scripts_name_the_place_and_put_stacks_lowest() {
        let script = process_script(&PLACE, 0x80);
        assert!(script.contains("FLASH (rx) : ORIGIN = 0x1000, LENGTH = 0x800"), "{script}");
        assert!(script.contains("RAM (rw) : ORIGIN = 0x8000, LENGTH = 0x100"), "{script}");
        let order = [". += 0x80;", "> RAM\n", ".data :", ".bss (NOLOAD)"];
        let places: Vec<_> = order.map(|part| script.find(part).expect(part)).to_vec();
        assert!(places.is_sorted(), "{script}");
    }

    #[test]
    fn the_kernel_takes_programs_before_it_takes_data() {
        let programs = [("a.bin".to_owned(), 0x1400..0x1600), ("b.bin".to_owned(), 0x1600..0x1680)];
        let script = kernel_script(&PLACE, 0x40, &programs);
        let program = script.find(".guichet_program_1 : { KEEP(*/b.bin(.data)) } > PROGRAM_1\n");
        assert!(script.contains("PROGRAM_1 (r) : ORIGIN = 0x1600, LENGTH = 0x80\n"), "{script}");
        let order =
            [script.find(".vector_table :"), script.find(".text :"), script.find(".data :")];
        assert!(program < order[0] && program.is_some() && order.is_sorted(), "{script}");
        assert_eq!(script.matches('{').count(), script.matches('}').count());
    }
}
