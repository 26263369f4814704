//! Who lies where.

use std::fmt::{self, Write};
use std::ops::Range;

use crate::model::{Process, System};

/// What every range begins and ends with a multiple of: the alignment of a RISC-V stack.
const ALIGNMENT: u32 = 16;

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
    /// What is left for the kernel.
    pub kernel: Placement,
}

/// How much one process uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The process.
    pub process: String,
    /// How much it uses of what is scarce, in bytes.
    pub bytes: u32,
}

/// Why a system does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutError {
    /// Which memory: `flash` or `RAM`.
    memory: &'static str,
    /// Whose bound it is, as a subject: the board, an app, or a process.
    owner: String,
    /// What may be used, in bytes.
    budget_bytes: u32,
    /// Who uses it.
    uses: Vec<Use>,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = total(&self.uses);
        let missing = total.saturating_sub(u64::from(self.budget_bytes));
        write!(
            out,
            "{} has {} bytes of {}, and {total} are used: {missing} too many",
            self.owner, self.budget_bytes, self.memory
        )?;
        self.uses.iter().try_for_each(|each| {
            out.write_char('\n')?;
            write!(out, "  {:>9} {}", each.bytes, each.process)
        })
    }
}

impl std::error::Error for LayoutError {}

fn total(uses: &[Use]) -> u64 {
    uses.iter().map(|each| u64::from(each.bytes)).sum()
}

/// The stacks of a process's threads in bytes, the main thread's first, rounded up to what a stack
/// must be a multiple of.
pub fn stacks(process: &Process, default_bytes: u32) -> Vec<u32> {
    let declared = process.threads.iter().map(|thread| thread.stack_size_bytes);
    declared
        .map(|bytes| round_up(bytes.unwrap_or(default_bytes), ALIGNMENT).unwrap_or(u32::MAX))
        .collect()
}

impl Layout {
    /// Gives every process its place at the end of the memory, and the rest to the kernel.
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
    ) -> Result<Layout, LayoutError> {
        let flash: Vec<u32> = measured.iter().map(|each| each.flash_bytes).collect();
        let ram: Vec<u32> = measured.iter().map(|each| each.ram_bytes).collect();
        check_budgets(system, &flash, &ram)?;
        let alignments: Vec<u32> =
            measured.iter().map(|each| each.alignment.max(ALIGNMENT)).collect();
        let place = |name, sizes: &[u32], whole: &Range<u32>| {
            place(sizes, &alignments, whole).ok_or_else(|| board_error(system, name, sizes, whole))
        };
        let flash = place("flash", &flash, &memory.flash)?;
        let ram = place("RAM", &ram, &memory.ram)?;
        let start = |ranges: &[Range<u32>], whole: &Range<u32>| {
            ranges.first().map_or(whole.end, |first| first.start)
        };
        let kernel = Placement {
            flash: memory.flash.start..start(&flash, &memory.flash),
            ram: memory.ram.start..start(&ram, &memory.ram),
        };
        let pairs = flash.into_iter().zip(ram);
        let processes = pairs.map(|(flash, ram)| Placement { flash, ram }).collect();
        Ok(Layout { processes, kernel })
    }
}

/// Puts ranges of these sizes at the end of `whole`, in this order.
fn place(sizes: &[u32], alignments: &[u32], whole: &Range<u32>) -> Option<Vec<Range<u32>>> {
    let mut end = whole.end;
    let mut ranges = Vec::new();
    for (size, alignment) in sizes.iter().zip(alignments).rev() {
        let size = round_up(*size, ALIGNMENT)?;
        let start = end.checked_sub(size)?;
        let start = start - start % alignment;
        if start < whole.start {
            return None;
        }
        ranges.push(start..start + size);
        end = start;
    }
    ranges.reverse();
    Some(ranges)
}

fn round_up(bytes: u32, alignment: u32) -> Option<u32> {
    bytes.checked_next_multiple_of(alignment)
}

fn check_budgets(system: &System, flash: &[u32], ram: &[u32]) -> Result<(), LayoutError> {
    for (number, process) in system.processes.iter().enumerate() {
        let uses = uses(system, ram, |other| other == number);
        check("RAM", format!("process `{}`", process.name), process.ram_size_bytes, uses)?;
    }
    for (number, app) in system.apps.iter().enumerate() {
        let is_own = |process: usize| {
            system.processes.get(process).is_some_and(|process| process.app == number)
        };
        let owner = || format!("app `{}`", app.name);
        check("flash", owner(), app.flash_size_bytes, uses(system, flash, is_own))?;
        check("RAM", owner(), app.ram_size_bytes, uses(system, ram, is_own))?;
    }
    Ok(())
}

fn check(
    memory: &'static str,
    owner: String,
    budget_bytes: Option<u32>,
    uses: Vec<Use>,
) -> Result<(), LayoutError> {
    match budget_bytes {
        Some(budget_bytes) if total(&uses) > u64::from(budget_bytes) => {
            Err(LayoutError { memory, owner, budget_bytes, uses })
        }
        Some(_) | None => Ok(()),
    }
}

fn uses(system: &System, bytes: &[u32], is_own: impl Fn(usize) -> bool) -> Vec<Use> {
    let all = system.processes.iter().zip(bytes).enumerate();
    all.filter(|(number, _)| is_own(*number))
        .map(|(_, (process, bytes))| Use { process: process.name.clone(), bytes: *bytes })
        .collect()
}

fn board_error(
    system: &System,
    memory: &'static str,
    sizes: &[u32],
    whole: &Range<u32>,
) -> LayoutError {
    LayoutError {
        memory,
        owner: "the board".to_owned(),
        budget_bytes: whole.end - whole.start,
        uses: uses(system, sizes, |_| true),
    }
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
        let layout = Layout::new(&system(""), &measured, &MEMORY).expect("it fits");
        assert_eq!(
            layout.processes,
            [
                Placement { flash: 0x2EB0..0x2FC0, ram: 0x8FA0..0x8FC0 },
                Placement { flash: 0x2FC0..0x3000, ram: 0x8FC0..0x8FE0 },
            ]
        );
        assert_eq!(layout.kernel, Placement { flash: 0x1000..0x2EB0, ram: 0x8000..0x8FA0 });
    }

    #[test]
    fn a_stack_is_what_is_declared_or_the_boards() {
        let system = system("");
        let all = system.processes.iter().map(|process| stacks(process, 2048));
        assert_eq!(all.collect::<Vec<_>>(), [[2048], [1008]]);
    }

    #[test]
    fn who_does_not_fit_is_told_who_uses_what() {
        let table = [
            ("", 0x2000, 16, "the board has 8192 bytes of flash, and 8448 are used: 256 too many"),
            ("", 16, u32::MAX, "the board has 4096 bytes of RAM, and 4294967551 are used"),
            ("ram_size_bytes: 300,", 16, 300, "app `a` has 300 bytes of RAM, and 556 are used"),
            ("flash_size_bytes: 300,", 300, 1, "app `a` has 300 bytes of flash, and 556 are used"),
        ];
        for (budget, flash, ram, expected) in table {
            let measured = [measured(flash, ram, 4), measured(0x100, 0x100, 4)];
            let error = Layout::new(&system(budget), &measured, &MEMORY).expect_err(expected);
            let text = error.to_string();
            assert!(text.starts_with(expected), "{text}");
            assert!(text.lines().count() == 3 && text.ends_with("256 q"), "{text}");
        }
    }
}
