//! A memory as a bar of characters, from its first address to its last.

use std::iter::repeat_n;

use guichet::MemorySize;

/// What stands for the kernel.
pub(super) const KERNEL: char = 'K';
/// What stands for what nobody uses.
pub(super) const FREE: char = '.';
/// What stands for what nobody can use.
pub(super) const GAP: char = ' ';

/// How many characters a memory has, unless there are more users.
const WIDTH: usize = 64;

/// What stands for the process number `number`, counted from 0. There are more processes than
/// letters, but hardly ever side by side.
pub(super) fn letter(number: usize) -> char {
    ('a'..='z').cycle().nth(number % 26).unwrap_or('?')
}

/// Draws a memory: everybody who is there has a character at least, however small.
pub(super) fn picture(memory: &MemorySize) -> String {
    let pieces = pieces(memory);
    let cells = cells(&pieces, memory.bytes);
    pieces.iter().zip(cells).flat_map(|((mark, _), cells)| repeat_n(*mark, cells)).collect()
}

/// What lies in the memory, from its start to its end, and how many bytes each.
fn pieces(memory: &MemorySize) -> Vec<(char, u32)> {
    let numbered = memory.users.iter().enumerate();
    let mark = |number: usize| number.checked_sub(1).map_or(KERNEL, letter);
    let mut users: Vec<_> =
        numbered.map(|(number, user)| (user.start, user.bytes, mark(number))).collect();
    users.sort_unstable();
    let mut pieces = Vec::new();
    let mut position = memory.start;
    // What is behind the kernel is free; what is behind a process lies between it and the next.
    let mut behind = FREE;
    for (start, bytes, mark) in users {
        pieces.push((behind, start.saturating_sub(position)));
        pieces.push((mark, bytes));
        position = start.saturating_add(bytes);
        behind = if mark == KERNEL { FREE } else { GAP };
    }
    let end = memory.start.saturating_add(memory.bytes);
    pieces.push((behind, end.saturating_sub(position)));
    pieces.retain(|(_, bytes)| *bytes > 0);
    pieces
}

/// How many characters each piece gets: its share of them, but one at least, at the cost of those
/// that have most.
fn cells(pieces: &[(char, u32)], whole: u32) -> Vec<usize> {
    let width = WIDTH.max(pieces.len());
    let share = |bytes: u32| {
        let share = u64::from(bytes) * width as u64 / u64::from(whole.max(1));
        usize::try_from(share).unwrap_or(width).max(1)
    };
    let mut cells: Vec<usize> = pieces.iter().map(|(_, bytes)| share(*bytes)).collect();
    loop {
        let sum: usize = cells.iter().sum();
        let Some(most) = cells.iter_mut().max() else { return cells };
        match sum.cmp(&width) {
            std::cmp::Ordering::Less => *most += 1,
            std::cmp::Ordering::Equal => return cells,
            std::cmp::Ordering::Greater => *most -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet::{Contents, User};

    fn memory(places: &[(u32, u32)]) -> MemorySize {
        let user = |(start, bytes): &(u32, u32)| User {
            name: String::new(),
            start: *start,
            bytes: *bytes,
            contents: Contents::default(),
        };
        let users: Vec<User> = places.iter().map(user).collect();
        MemorySize { start: 0, bytes: 6400, users, gap_bytes: 0, free_bytes: 0 }
    }

    #[test]
    fn everybody_has_a_share_in_the_order_of_addresses() {
        let picture = picture(&memory(&[(0, 1600), (4800, 1600), (3200, 1500)]));
        let expected = ["K".repeat(16), ".".repeat(16), "b".repeat(15)].concat();
        assert_eq!(picture, expected + " " + &"a".repeat(16));
    }

    #[test]
    fn the_smallest_can_be_seen_and_the_width_stays() {
        let few = picture(&memory(&[(0, 1), (6399, 1)]));
        assert_eq!(few, format!("K{}a", ".".repeat(62)));
        let many: Vec<(u32, u32)> = (0..100).map(|number| (number * 2, 2)).collect();
        assert_eq!(picture(&memory(&many)).chars().count(), 101);
        assert_eq!(letter(27), 'b');
    }
}
