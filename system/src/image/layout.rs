//! Who lies where.

use std::ops::Range;

use super::budget::LayoutError;
use super::part::{Needs, Part};
use super::place::Need;
use super::wall::WallKind;
use crate::model::{Mapping, Process, SharedRegion, System};

/// What every stack is a multiple of: the alignment that RISC-V asks for, and more than Arm's.
const STACK_ALIGNMENT: u32 = 16;

/// The memory of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardMemory {
    /// Where code lies; on an emulator this may be RAM that nobody writes to.
    pub flash: Range<u32>,
    /// Where data lies.
    pub ram: Range<u32>,
    /// The kernel's own stack, in bytes.
    pub kernel_stack_bytes: u32,
    /// The stack of a thread that declares none, in bytes (CF-1).
    pub default_stack_bytes: u32,
}

/// What a program was found to need, by linking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Code, constants and the initial values of statics.
    pub flash_bytes: u32,
    /// Stacks and statics.
    pub ram_bytes: u32,
    /// The greatest alignment of anything in it, in bytes.
    pub alignment: u32,
}

/// Where a process lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its code and constants.
    pub flash: Range<u32>,
    /// Its stacks and statics.
    pub ram: Range<u32>,
}

/// Where everybody lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The processes, in the order of the system.
    pub processes: Vec<Placement>,
    /// The regions of shared memory, in the order of the system (SH-1).
    pub shared_memory: Vec<Range<u32>>,
    /// What is left for the kernel.
    pub kernel: Placement,
}

/// The stack of a process's main thread in bytes, rounded up to what a stack must be a multiple of.
/// Other threads run on what the program gives them when it starts them (PR-5).
pub fn main_stack(process: &Process, default_bytes: u32) -> u32 {
    let declared = process.threads.first().and_then(|thread| thread.stack_size_bytes);
    let bytes = declared.unwrap_or(default_bytes);
    bytes.checked_next_multiple_of(STACK_ALIGNMENT).unwrap_or(u32::MAX)
}

impl Layout {
    /// Gives every process its place at the end of the memory, where a `wall` can stand around it,
    /// and the rest to the kernel. What a place is longer than was measured belongs to its process. Regions of
    /// shared memory lie among the processes, each exactly as long as declared, where one entry of a wall lets it
    /// through.
    ///
    /// `measured` has an entry for each process.
    ///
    /// # Errors
    /// A [`LayoutError`] for the first bound that is passed: a process's or an app's declared
    /// budget, or the board's memory.
    pub fn new(
        system: &System,
        measured: &[Measured],
        memory: &BoardMemory,
        wall: WallKind,
    ) -> Result<Layout, LayoutError> {
        let [flash, ram] = parts(system, measured, memory, wall);
        check_budgets(system, &flash, &ram)?;
        let (flash_ranges, kernel_flash) = flash.places()?;
        let (mut ram_ranges, kernel_ram) = ram.places()?;
        // They come behind the processes.
        let shared_memory = ram_ranges.split_off(system.processes.len().min(ram_ranges.len()));
        let pairs = flash_ranges.into_iter().zip(ram_ranges);
        let processes = pairs.map(|(flash, ram)| Placement { flash, ram }).collect();
        let kernel = Placement { flash: kernel_flash, ram: kernel_ram };
        Ok(Layout { processes, shared_memory, kernel })
    }

    /// Checks that there is room for the kernel too, which was `measured_kernel`; the rest as for
    /// [`Layout::new`].
    ///
    /// # Errors
    /// A [`LayoutError`] with the kernel among those who use the board's memory.
    pub fn check_kernel(
        system: &System,
        measured: &[Measured],
        measured_kernel: &Measured,
        memory: &BoardMemory,
        wall: WallKind,
    ) -> Result<(), LayoutError> {
        let [flash, ram] = parts(system, measured, memory, wall);
        flash.check_kernel(measured_kernel.flash_bytes)?;
        ram.check_kernel(measured_kernel.ram_bytes)
    }
}

/// What a region of shared memory is called where something is said of memory.
pub fn shared_memory_name(region: &SharedRegion) -> String {
    format!("shared memory `{}`", region.name)
}

/// Flash and RAM with the processes in it.
fn parts(
    system: &System,
    measured: &[Measured],
    memory: &BoardMemory,
    wall: WallKind,
) -> [Part; 2] {
    let entries: Vec<[usize; 2]> = system
        .processes
        .iter()
        .map(|process| {
            let devices: Vec<_> = process.mappings.iter().map(Mapping::range).collect();
            wall.memory_entries(&devices)
        })
        .collect();
    let needs = |memory: usize, bytes: fn(&Measured) -> u32| -> Needs {
        let need = |(each, entries): (&Measured, &[usize; 2])| Need {
            bytes: bytes(each),
            alignment: each.alignment,
            entries: entries[memory],
            is_exact: false,
        };
        let names = system.processes.iter().map(|process| process.name.clone());
        names.zip(measured.iter().zip(&entries).map(need)).collect()
    };
    let shared = system.shared_memory.iter().map(|region| {
        let need = Need { bytes: region.size_bytes, alignment: 1, entries: 1, is_exact: true };
        (shared_memory_name(region), need)
    });
    let mut in_ram = needs(1, |each| each.ram_bytes);
    in_ram.extend(shared);
    [
        Part::new("flash", &memory.flash, needs(0, |each| each.flash_bytes), wall),
        Part::new("RAM", &memory.ram, in_ram, wall),
    ]
}

fn check_budgets(system: &System, flash: &Part, ram: &Part) -> Result<(), LayoutError> {
    for (number, process) in system.processes.iter().enumerate() {
        let owner = format!("process `{}`", process.name);
        ram.check(owner, process.ram_size_bytes, |other| other == number)?;
    }
    for (number, app) in system.apps.iter().enumerate() {
        let is_own = |process: usize| {
            system.processes.get(process).is_some_and(|process| process.app == number)
        };
        flash.check(format!("app `{}`", app.name), app.flash_size_bytes, is_own)?;
        ram.check(format!("app `{}`", app.name), app.ram_size_bytes, is_own)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: BoardMemory = BoardMemory {
        flash: 0x1000..0x3000,
        ram: 0x8000..0x9000,
        kernel_stack_bytes: 1024,
        default_stack_bytes: 2048,
    };

    fn system(budget: &str) -> System {
        let text = format!(
            r#"{{ apps: [ {{ name: "a", {budget} processes: [ {{ name: "p" }}, {{ name: "q",
                threads: [ {{ name: "m", stack_size_bytes: 1001 }} ] }} ] }} ] }}"#
        );
        crate::check_source("system.json5", &text).system.expect("the file is right")
    }

    fn measured(flash_bytes: u32, ram_bytes: u32, alignment: u32) -> Measured {
        Measured { flash_bytes, ram_bytes, alignment }
    }

    #[test]
    fn processes_lie_at_the_end_and_the_kernel_has_the_rest() {
        let measured = [measured(0x101, 0x20, 4), measured(0x40, 0x11, 64)];
        let layout = Layout::new(&system(""), &measured, &MEMORY, WallKind::Pmp).expect("it fits");
        assert_eq!(
            layout.processes,
            [
                Placement { flash: 0x2EB0..0x2FC0, ram: 0x8FA0..0x8FC0 },
                Placement { flash: 0x2FC0..0x3000, ram: 0x8FC0..0x9000 },
            ]
        );
        assert_eq!(layout.kernel, Placement { flash: 0x1000..0x2EB0, ram: 0x8000..0x8FA0 });
    }

    #[test]
    fn every_place_can_have_its_walls_and_memory_may_begin_at_0() {
        let memory = BoardMemory { flash: 0..0x2000, ..MEMORY };
        let measured = [measured(0x321, 0x123, 4), measured(0x445, 0x567, 8)];
        for wall in [WallKind::Pmp, WallKind::Pmsav7, WallKind::Pmsav8] {
            let layout = Layout::new(&system(""), &measured, &memory, wall).expect("it fits");
            for (place, measured) in layout.processes.iter().zip(&measured) {
                assert!(wall.words(&place.flash, &place.ram, &[]).is_some(), "{place:?}");
                assert!(place.flash.end - place.flash.start >= measured.flash_bytes);
                assert!(place.ram.end - place.ram.start >= measured.ram_bytes);
                assert!(layout.kernel.flash.end <= place.flash.start);
                assert!(layout.kernel.ram.end <= place.ram.start);
            }
            assert_eq!((layout.kernel.flash.start, layout.kernel.ram.start), (0, 0x8000));
        }
    }

    #[test]
    fn a_stack_is_what_is_declared_or_the_boards() {
        let system = system("");
        let all = system.processes.iter().map(|process| main_stack(process, 2048));
        assert_eq!(all.collect::<Vec<_>>(), [2048, 1008]);
    }

    #[test]
    fn who_does_not_fit_is_told_who_uses_what() {
        let table = [
            ("", 0x2000, 16, "the board has 8192 bytes of flash, and 8448 are used: 256 too many"),
            ("", 16, u32::MAX, "the board has 4096 bytes of RAM, and 4294967551 are used"),
            ("ram_size_bytes: 300,", 16, 304, "app `a` has 300 bytes of RAM, and 560 are used"),
            ("flash_size_bytes: 300,", 304, 1, "app `a` has 300 bytes of flash, and 560 are used"),
        ];
        for (budget, flash, ram, expected) in table {
            let measured = [measured(flash, ram, 4), measured(0x100, 0x100, 4)];
            let error = Layout::new(&system(budget), &measured, &MEMORY, WallKind::Pmp)
                .expect_err(expected);
            let text = error.to_string();
            assert!(text.starts_with(expected), "{text}");
            assert!(text.lines().count() == 3 && text.ends_with("256 q"), "{text}");
        }
    }

    #[test]
    fn what_only_the_wall_asks_for_counts_and_is_told() {
        let measured = [measured(0x20, 1001, 4), measured(0x20, 0x100, 4)];
        let error =
            Layout::new(&system("ram_size_bytes: 1257,"), &measured, &MEMORY, WallKind::Pmsav7);
        assert_eq!(
            error.expect_err("the wall needs more").to_string(),
            "app `a` has 1257 bytes of RAM, and 1280 are used: 23 too many\n       \
             1024 p (23 of them because its wall cannot be closer)\n        256 q"
        );
    }

    #[test]
    fn the_kernel_needs_room_too() {
        let measured = [measured(0x20, 0x800, 4), measured(0x20, 0x400, 4)];
        let kernel = |flash_bytes, ram_bytes| Measured { flash_bytes, ram_bytes, alignment: 4 };
        let check = |kernel| {
            Layout::check_kernel(&system(""), &measured, &kernel, &MEMORY, WallKind::Pmsav7)
        };
        assert_eq!(check(kernel(0x1FC0, 0x400)), Ok(()));
        let error = check(kernel(0x1FC0, 0x401)).expect_err("a byte is missing").to_string();
        let expected = "the board has 4096 bytes of RAM, and 4097 are used: 1 too many\n       \
                        1025 the kernel\n       2048 p\n       1024 q";
        assert_eq!(error, expected);
        let error = check(kernel(0x1FC1, 0)).expect_err("a byte is missing").to_string();
        assert!(
            error.starts_with("the board has 8192 bytes of flash, and 8193 are used"),
            "{error}"
        );
    }

    #[test]
    fn shared_memory_lies_outside_everybody_where_one_entry_lets_exactly_it_through() {
        let mut system = system("");
        let region = |name: &str, size_bytes| SharedRegion {
            name: name.to_owned(),
            size_bytes,
            sharers: Vec::new(),
        };
        system.shared_memory = vec![region("SMALL", 64), region("LARGE", 1024)];
        let measured = [measured(0x321, 0x123, 4), measured(0x445, 0x267, 8)];
        for wall in [WallKind::Pmp, WallKind::Pmsav7, WallKind::Pmsav8] {
            let layout = Layout::new(&system, &measured, &MEMORY, wall).expect("it fits");
            let [small, large] = [0, 1].map(|number| layout.shared_memory[number].clone());
            assert_eq!((small.end - small.start, large.end - large.start), (64, 1024), "{wall:?}");
            let processes = layout.processes.iter().map(|place| place.ram.clone());
            let mut all: Vec<_> =
                processes.chain([small, large, layout.kernel.ram.clone()]).collect();
            assert!(all[2..4].iter().all(|range| wall.can_express(range, 1)), "{all:?}");
            all.sort_by_key(|range| range.start);
            assert!(all.windows(2).all(|pair| pair[0].end <= pair[1].start), "{all:?}");
            assert_eq!((all[0].start, layout.processes.len()), (MEMORY.ram.start, 2));
        }
        system.shared_memory[1].size_bytes = 4096;
        let error = Layout::new(&system, &measured, &MEMORY, WallKind::Pmsav8);
        let text = error.expect_err("it is as large as the board's RAM").to_string();
        assert!(text.contains("the board has 4096 bytes of RAM, and "), "{text}");
        assert!(text.contains("     4096 shared memory `LARGE`"), "{text}");
    }

    #[test]
    fn a_process_with_devices_lies_where_its_wall_has_room_for_them() {
        let mapping = |number: u32, start_address| Mapping {
            name: format!("M{number}"),
            start_address,
            size_bytes: 0x20,
        };
        let measured = [measured(0x321, 0x123, 4), measured(0x445, 0x267, 8)];
        for wall in [WallKind::Pmp, WallKind::Pmsav7, WallKind::Pmsav8] {
            for count in 0..=2 {
                let mut system = system("");
                let mappings =
                    (0..count).map(|number| mapping(number, 0x4000_0000 + number * 0x1000));
                system.processes[0].mappings = mappings.collect();
                let layout = Layout::new(&system, &measured, &MEMORY, wall).expect("it fits");
                for (process, place) in system.processes.iter().zip(&layout.processes) {
                    let devices: Vec<_> = process.mappings.iter().map(Mapping::range).collect();
                    let words = wall.words(&place.flash, &place.ram, &devices);
                    assert!(words.is_some(), "{wall:?} {count} {place:?}");
                }
            }
        }
    }
}
