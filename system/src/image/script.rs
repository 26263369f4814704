//! Linker scripts.
//!
//! Each program is linked by itself at its own place, so that no name of one can be seen by another,
//! and the kernel likewise; the kernel's script then puts the programs' bytes where they belong.

use std::fmt::Write;

use super::layout::Placement;

/// The first instruction of every program.
pub const PROGRAM_ENTRY: &str = "guichet_start";

/// What a linked program's symbols say of its size.
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

fn memory(place: &Placement) -> String {
    let Placement { flash, ram } = place;
    format!(
        "MEMORY {{\n  FLASH (rx) : ORIGIN = {:#x}, LENGTH = {:#x}\n  \
         RAM (rw) : ORIGIN = {:#x}, LENGTH = {:#x}\n}}\n",
        flash.start,
        flash.end - flash.start,
        ram.start,
        ram.end - ram.start
    )
}

/// Statics: the initialised ones are copied from flash at the start, the others zeroed.
fn statics(prefix: &str) -> String {
    format!(
        "  .data : ALIGN(4) {{\n    \
           {prefix}data_start = .;\n    *(.sdata .sdata.* .data .data.*)\n    . = ALIGN(4);\n    \
           {prefix}data_end = .;\n  }} > RAM AT > FLASH\n  \
           {prefix}data_load = LOADADDR(.data);\n  \
           .bss (NOLOAD) : ALIGN(4) {{\n    \
           {prefix}bss_start = .;\n    *(.sbss .sbss.* .bss .bss.* COMMON)\n    . = ALIGN(4);\n    \
           {prefix}bss_end = .;\n  }} > RAM\n"
    )
}

/// The script that links a program at `place`, with `stacks_bytes` of stacks.
///
/// The stacks lie lowest, so that one that grows too long leaves the process's memory at once.
pub fn process_script(place: &Placement, stacks_bytes: u32) -> String {
    format!(
        "ENTRY({PROGRAM_ENTRY})\n{}SECTIONS {{\n  \
           .guichet_abi : ALIGN(4) {{ KEEP(*(.guichet_abi)) }} > FLASH\n  \
           .text : ALIGN(4) {{ *(.text.guichet_start) *(.text .text.*) }} > FLASH\n  \
           .rodata : ALIGN(4) {{\n    *(.srodata .srodata.* .rodata .rodata.*)\n    . = ALIGN(4);\n  \
           }} > FLASH\n  \
           .guichet_stacks (NOLOAD) : ALIGN(16) {{\n    __guichet_stacks_start = .;\n    \
           . += {stacks_bytes:#x};\n    __guichet_stacks_end = .;\n  }} > RAM\n{}  \
           {} = LOADADDR(.data) + SIZEOF(.data);\n  {} = ADDR(.bss) + SIZEOF(.bss);\n  \
           {DISCARDED}\n}}\n",
        memory(place),
        statics("__guichet_"),
        Symbols::FLASH_END,
        Symbols::RAM_END,
    )
}

/// The script that links the kernel at `place`, with a stack of its own and the programs' bytes,
/// each a file name and its address.
///
/// Machines that begin by reading a table of vectors (Arm's) find it in `.vector_table`, which lies
/// lowest in flash; the others begin at the first instruction, which does so there.
pub fn kernel_script(place: &Placement, stack_bytes: u32, programs: &[(String, u32)]) -> String {
    let mut sections = String::new();
    for (number, (file, address)) in programs.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = writeln!(
            sections,
            "  .guichet_program_{number} {address:#x} : {{ KEEP(*{file}(.data)) }}"
        );
    }
    format!(
        "ENTRY(guichet_kernel_start)\n{}SECTIONS {{\n{sections}  \
           .vector_table : {{ KEEP(*(.vector_table)) }} > FLASH\n  \
           .text : ALIGN(4) {{\n    KEEP(*(.text.guichet_kernel_start))\n    *(.text .text.*)\n  \
           }} > FLASH\n  \
           .rodata : ALIGN(4) {{\n    *(.srodata .srodata.* .rodata .rodata.*)\n    . = ALIGN(4);\n  \
           }} > FLASH\n  \
           .guichet_stack (NOLOAD) : ALIGN(16) {{\n    . += {stack_bytes:#x};\n    \
           __guichet_kernel_stack_end = .;\n  }} > RAM\n{}  {DISCARDED}\n}}\n",
        memory(place),
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
        let programs = [("a.bin".to_owned(), 0x1400), ("b.bin".to_owned(), 0x1600)];
        let script = kernel_script(&PLACE, 0x40, &programs);
        let program = script.find(".guichet_program_1 0x1600 : { KEEP(*b.bin(.data)) }");
        let order =
            [script.find(".vector_table :"), script.find(".text :"), script.find(".data :")];
        assert!(program < order[0] && program.is_some() && order.is_sorted(), "{script}");
        assert_eq!(script.matches('{').count(), script.matches('}').count());
    }
}
