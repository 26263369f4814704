//! Which sizes a region of shared memory can have (SH-1).
//!
//! What a process maps takes one entry of its wall, whatever it is, so that a process has the same number of
//! places on every board. What one entry can express is less than what a process's own memory may be.

use super::wall::WallKind;

/// The page of Linux, in bytes.
const PAGE_BYTES: u32 = 4096;
/// The smallest region of Arm's protection, in bytes.
const ARM_BYTES: u32 = 32;

/// Which sizes one entry of a wall can express, at a place that is right for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    /// Powers of two from this on.
    PowersOfTwo(u32),
    /// Powers of two from this on, and eighths of powers of two that are multiples of it.
    Eighths(u32),
    /// Multiples of this power of two.
    Multiples(u32),
}

impl Grain {
    /// What one entry of such a wall can express.
    pub(crate) const fn of_wall(wall: WallKind) -> Grain {
        match wall {
            WallKind::Pmp => Grain::PowersOfTwo(wall.grain()),
            WallKind::Pmsav7 => Grain::Eighths(ARM_BYTES),
            WallKind::Pmsav8 => Grain::Multiples(ARM_BYTES),
        }
    }

    /// What Linux can map.
    pub(crate) const fn of_linux() -> Grain {
        Grain::Multiples(PAGE_BYTES)
    }

    /// Whether there can be a region of so many bytes.
    ///
    /// # Errors
    /// The next larger size that there can be, if there is one.
    pub(crate) fn check(self, bytes: u32) -> Result<(), Option<u32>> {
        match self.rounded(bytes) {
            Some(rounded) if rounded == bytes => Ok(()),
            nearest => Err(nearest),
        }
    }

    /// The least size that there can be and that holds so many bytes.
    fn rounded(self, bytes: u32) -> Option<u32> {
        match self {
            Grain::PowersOfTwo(least) => bytes.max(least).checked_next_power_of_two(),
            Grain::Multiples(step) => bytes.max(1).checked_next_multiple_of(step),
            Grain::Eighths(least) => {
                // The power of two that holds it; an eighth of the largest there is, if none does.
                let eighth = bytes.max(1).checked_next_power_of_two().unwrap_or(0);
                let eighth = if eighth == 0 { 1 << 29 } else { eighth / 8 };
                bytes.max(1).checked_next_multiple_of(eighth.max(least))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WALLS: [WallKind; 3] = [WallKind::Pmp, WallKind::Pmsav7, WallKind::Pmsav8];

    /// Whether one entry can express so many bytes at any place at all.
    fn is_possible(bytes: u32, wall: WallKind) -> bool {
        let whole = bytes.next_power_of_two().max(256);
        let starts = (0..16).map(|sixteenth| 0x4000_0000 + sixteenth * (whole / 16).max(16));
        starts.into_iter().any(|start| wall.can_express(&(start..start + bytes), 1))
    }

    proptest! {
        #[test]
        fn a_size_is_taken_if_and_only_if_one_entry_can_express_it(steps in 0u32..5_000, odd in 0u32..3) {
            let bytes = steps * 16 + odd;
            prop_assume!(bytes > 0);
            for wall in WALLS {
                let grain = Grain::of_wall(wall);
                prop_assert_eq!(grain.check(bytes).is_ok(), is_possible(bytes, wall), "{:?}", wall);
                if let Err(nearest) = grain.check(bytes) {
                    let nearest = nearest.expect("there is a larger one");
                    prop_assert!(nearest > bytes && is_possible(nearest, wall));
                    let between = (bytes + 1..nearest).step_by(1);
                    prop_assert!(between.take(64).all(|each| grain.check(each).is_err()));
                }
            }
        }
    }

    #[test]
    fn the_nearest_size_is_the_next_larger_one() {
        let cases = [
            (Grain::of_wall(WallKind::Pmp), 1, Some(16)),
            (Grain::of_wall(WallKind::Pmp), 17, Some(32)),
            (Grain::of_wall(WallKind::Pmp), 5000, Some(8192)),
            (Grain::of_wall(WallKind::Pmp), 0x8000_0001, None),
            (Grain::of_wall(WallKind::Pmsav7), 1, Some(32)),
            (Grain::of_wall(WallKind::Pmsav7), 5000, Some(5120)),
            (Grain::of_wall(WallKind::Pmsav7), 0x8000_0001, Some(0xA000_0000)),
            (Grain::of_wall(WallKind::Pmsav7), u32::MAX, None),
            (Grain::of_wall(WallKind::Pmsav8), 5000, Some(5024)),
            (Grain::of_wall(WallKind::Pmsav8), u32::MAX, None),
            (Grain::of_linux(), 5000, Some(8192)),
            (Grain::of_linux(), u32::MAX, None),
        ];
        for (grain, bytes, nearest) in cases {
            assert_eq!(grain.check(bytes), Err(nearest), "{grain:?} {bytes}");
        }
        for bytes in [64, 96, 160, 4096, 7168] {
            assert_eq!(Grain::of_wall(WallKind::Pmsav7).check(bytes), Ok(()), "{bytes}");
        }
    }
}
