//! The bars that the project has set itself: what a figure must not exceed, and what it should reach.
//!
//! RISC-V and Arm have bars of their own and are never compared: what Arm's hardware puts on the
//! stack when a trap is taken counts as no instruction.

use crate::golden::Golden;

/// Processors whose instructions can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// RV32.
    RiscV,
    /// Cortex-M.
    Arm,
}

impl Family {
    /// Those that these figures are of: the compiler's line ends with the target.
    pub(crate) fn of(golden: &Golden) -> Family {
        if golden.compiler.contains("riscv") { Family::RiscV } else { Family::Arm }
    }

    /// Its name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Family::RiscV => "RISC-V (RV32)",
            Family::Arm => "Arm (Cortex-M)",
        }
    }
}

/// What must not be exceeded, and what should be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// Must not be exceeded.
    pub(crate) bar: u64,
    /// Should be reached.
    pub(crate) goal: u64,
}

/// The bars by figure: on RISC-V, on Arm.
const BARS: [(&str, [(u64, u64); 2]); 12] = [
    ("null call", [(110, 80), (70, 50)]),
    ("respond and receive 4/8", [(460, 360), (420, 330)]),
    ("respond and receive 1024/1024", [(1700, 1500), (1500, 1200)]),
    ("wait + read + respond 4/8", [(950, 720), (850, 650)]),
    ("call and reply, 4 words", [(400, 300), (360, 280)]),
    ("a thousand bytes copied", [(600, 560), (500, 350)]),
    ("longest stretch, interrupts off", [(2000, 1000), (2000, 1000)]),
    ("kernel, code, bytes", [(14 * 1024, 10 * 1024), (14 * 1024, 10 * 1024)]),
    ("mailbox round trip 0/0", [(2000, 1200), (1700, 1000)]),
    ("kernel with every window, code, bytes", [(32 * 1024, 24 * 1024), (32 * 1024, 24 * 1024)]),
    ("RAM of a process with one thread, bytes", [(288, 224), (288, 224)]),
    ("RAM of a channel, bytes", [(64, 32), (64, 32)]),
];

/// What a variant may cost more than the figure that it is a variant of. With many processes not all
/// are in fixed entries of RISC-V's wall.
const MORE: [(&str, [(u64, u64); 2]); 3] = [
    (", deadlines", [(100, 40), (100, 40)]),
    (", 8 processes", [(15, 0), (0, 0)]),
    (", 32 processes", [(15, 15), (0, 0)]),
];

/// The bar of a figure, if one was set: for its own sake, or relative to another of `measured`.
pub(crate) fn bar(name: &str, measured: &Golden) -> Option<Bar> {
    let pick = |pairs: [(u64, u64); 2]| match Family::of(measured) {
        Family::RiscV => pairs[0],
        Family::Arm => pairs[1],
    };
    let own = BARS.iter().find(|(other, _)| *other == name);
    if let Some((_, pairs)) = own {
        let (bar, goal) = pick(*pairs);
        return Some(Bar { bar, goal });
    }
    MORE.iter().find_map(|(suffix, pairs)| {
        let than = measured.figure(name.strip_suffix(suffix)?)?;
        let (bar, goal) = pick(*pairs);
        Some(Bar { bar: than + bar, goal: than + goal })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(target: &str) -> Golden {
        let figures = vec![("respond and receive 4/8".to_owned(), 400)];
        Golden { compiler: format!("rustc 1, {target}"), figures }
    }

    #[test]
    fn bars_are_absolute_or_relative_and_of_the_family() {
        let (riscv, arm) = (measured("riscv32imac"), measured("thumbv7m"));
        let table = [
            ("null call", &riscv, Some((110, 80))),
            ("null call", &arm, Some((70, 50))),
            ("respond and receive 4/8, deadlines", &riscv, Some((500, 440))),
            ("respond and receive 4/8, 32 processes", &riscv, Some((415, 415))),
            ("respond and receive 4/8, 32 processes", &arm, Some((400, 400))),
            ("another, deadlines", &arm, None),
            ("boot", &arm, None),
        ];
        for (name, golden, expected) in table {
            let expected = expected.map(|(bar, goal)| Bar { bar, goal });
            assert_eq!(bar(name, golden), expected, "{name}");
        }
    }
}
